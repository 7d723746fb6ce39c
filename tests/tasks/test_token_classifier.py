import json
import os
import pathlib
import random

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraTokenClassifier,
    ElectraTokenClassifierPreprocessor,
)
from keras_electra.metrics import EntityCallback
from keras_electra.postprocessing.entity_grouping import EntityGrouping
from tests import tiny
from tests.tasks import columns
from tests.text import test_tag_scheme as schemes

# `PIPELINES=FOLDER` names a folder like this one, with more texts in it.
GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "pipelines"
PIPELINE = pathlib.Path(os.environ.get("PIPELINES", GOLDEN))
PIPELINE /= "token_classification"
EXPECTED = json.loads((PIPELINE / "expected.json").read_text("utf-8"))
NAMES = ["O", "B-PER", "I-PER", "MISC"]
WORDS = [["the", "foxy", "dog"], ["lazy"], ["a", "great", "movie", "fox"]]
LABELS = [["O", "B-PER", "I-PER"], ["MISC"], ["O", "O", "O", "B-PER"]]


def make(sequence_length=16, label_all_pieces=False, **kwargs):
    kwargs.setdefault("class_names", NAMES)
    task = ElectraTokenClassifier(
        tiny.backbone(dropout=0.0, attention_dropout=0.0),
        preprocessor=ElectraTokenClassifierPreprocessor(
            tiny.tokenizer(),
            sequence_length=sequence_length,
            label_all_pieces=label_all_pieces,
        ),
        **kwargs,
    )
    return tiny.spread_weights(task, 0.3)


@pytest.fixture(scope="module")
def tagger():
    return make()


@pytest.fixture(scope="module")
def golden_tagger():
    return ElectraTokenClassifier.from_preset(PIPELINE)


def without_scores(rows):
    return [{k: v for k, v in row.items() if k != "score"} for row in rows]


def assert_same_entities(ours, theirs):
    assert without_scores(ours) == without_scores(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["score"] == pytest.approx(other["score"], abs=1e-4)


@pytest.mark.parametrize(
    "run", EXPECTED["runs"], ids=lambda run: run["aggregation_strategy"]
)
def test_entities_are_those_of_the_pipeline(golden_tagger, run):
    texts = [
        text[: run["truncated_to_characters"]] for text in EXPECTED["inputs"]
    ]
    found = golden_tagger.tag(
        texts, run["aggregation_strategy"], run.get("stride"), batch_size=4
    )
    for ours, theirs in zip(found, run["entities"], strict=True):
        assert_same_entities(ours, theirs)


@pytest.fixture(scope="module")
def pipeline(tagger, tmp_path_factory):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("exported") / "tagger"
    tagger.export_to_transformers(folder)
    theirs = transformers.pipeline("token-classification", str(folder))
    theirs.tokenizer.model_max_length = 16
    return theirs


TEXTS = [
    "The Foxy dog, the lazy \u00e9l\u00e8ve jumps over 42 great movies.",
    "not a great movie! " * 5,
    "\u0416\u4e2dx foxy",
    "dog",
]


@pytest.mark.parametrize("aggregation", ["simple", "first", "average", "max"])
def test_entities_are_those_of_todays_pipeline(tagger, pipeline, aggregation):
    expected = pipeline(TEXTS, aggregation_strategy=aggregation, stride=4)
    found = tagger.tag(TEXTS, aggregation, stride=4)
    for ours, theirs in zip(found, expected, strict=True):
        assert_same_entities(ours, theirs)


def test_words_and_ignored_labels_as_in_todays_pipeline(tagger, pipeline):
    options = {"ignore_labels": ["PER"]}
    expected = pipeline(
        WORDS, aggregation_strategy="first", is_split_into_words=True, **options
    )
    for ours, theirs in zip(
        tagger.tag(WORDS, "first", **options), expected, strict=True
    ):
        assert_same_entities(ours, theirs)
    expected = pipeline(TEXTS[0], ignore_labels=["MISC"])
    assert_same_entities(
        tagger.tag(TEXTS[0], "none", ignore_labels=["MISC"]), expected
    )


@pytest.mark.parametrize("form", schemes.FORMS)
@pytest.mark.parametrize("scheme", schemes.SCHEMES)
def test_entities_in_every_scheme(scheme, form):
    rng = random.Random(0)
    names = schemes.all_names(scheme, form)
    tokenizer = tiny.tokenizer()
    words = "the quick brown fox jumps over lazy dog fake good bad food".split()
    text = " ".join(words)
    encoding = tokenizer.encode(text)
    for aggregation in ("simple", "first"):
        group = EntityGrouping(tokenizer, names, aggregation, ["O"])
        for _ in range(20):
            spans = schemes.random_spans(rng)
            tags = schemes.write_tags(spans, 12, scheme, form)
            logits = np.eye(len(names))[[names.index(tag) for tag in tags]]
            found = group(
                text, encoding.token_ids, encoding.offsets, range(12), logits
            )
            assert [(e["entity_group"], e["word"]) for e in found] == [
                (kind, " ".join(words[start:end])) for start, end, kind in spans
            ]


@pytest.mark.parametrize("place", ["S-PER", "E-PER"])
def test_pieces_of_one_word_share_an_entity(place):
    names = ["O", "B-PER", "I-PER", "E-PER", "S-PER"]
    tokenizer = tiny.tokenizer()
    encoding = tokenizer.encode("foxy dog")  # fox ##y dog
    group = EntityGrouping(tokenizer, names, "simple", ["O"])
    logits = np.eye(5)[[names.index(place)] * 3]
    found = group(
        "foxy dog", encoding.token_ids, encoding.offsets, range(3), logits
    )
    assert [entity["word"] for entity in found] == ["foxy", "dog"]


def test_mixed_schemes_cannot_be_grouped():
    mixed = make(class_names=["O", "B-PER", "PER-I"])
    with pytest.raises(ValueError, match="one tag scheme.*'PER-I' beside"):
        mixed.tag("the dog")


def test_suffixes_from_training_to_entities():
    keras.utils.set_random_seed(0)
    suffix = {"B-PER": "PER-B", "I-PER": "PER-I"}
    y = [[suffix.get(name, name) for name in row] for row in LABELS]
    tagger = make(
        class_names=["O", "PER-B", "PER-I", "MISC"], label_all_pieces=True
    )
    _, ids = tagger.preprocess_samples([["foxy"]], [["PER-B"]])
    assert ids[0, :4].tolist() == [-100, 1, 2, -100]
    tagger.preprocessor.label_all_pieces = False
    tagger.compile(optimizer=keras.optimizers.Adam(1e-2))
    callback = EntityCallback(WORDS, y)
    tagger.fit(WORDS, y, epochs=40, callbacks=[callback], verbose=0)
    assert callback.scores["f1"] == callback.scores["f1_PER"] == 1
    found = tagger.tag(WORDS, "first")
    assert [[(e["entity_group"], e["word"]) for e in row] for row in found] == [
        [("PER", "foxy dog")], [("MISC", "lazy")], [("PER", "fox")]
    ]  # fmt: skip


def test_one_text_none_and_an_empty_one(tagger):
    one = tagger.tag(TEXTS[0])
    assert_same_entities(one, tagger.tag([TEXTS[0], ""])[0])
    assert tagger.tag(["", " "]) == [[], []]
    assert tagger.tag([[], ["dog"]], ignore_labels=())[0] == []
    for wrong in ("PER", None):
        with pytest.raises(ValueError, match="`ignore_labels` must be a list"):
            tagger.tag("a dog", ignore_labels=wrong)


def test_padding_on_the_left_changes_no_span(tagger):
    left = make()
    left.preprocessor = ElectraTokenClassifierPreprocessor(
        tiny.tokenizer(padding_side="left"), sequence_length=16
    )
    for aggregation in ("none", "first"):
        found = left.tag([TEXTS[0]], aggregation)
        assert_same_entities(found[0], tagger.tag(TEXTS[0], aggregation))
    assert len(left.tag(TEXTS, stride=4)) == len(TEXTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": "a", "aggregation": "mean"}, "`aggregation` must be one of"),
        ({"texts": "a", "aggregation": "none", "stride": 1}, "`stride` needs"),
        ({"texts": "a " * 40, "stride": 14}, "`stride` must not be negative"),
        ({"texts": (["a"], ["b"])}, "`tag` does not take pairs"),
        ({"texts": [None]}, "must be text"),
        ({"texts": [["a"], "b"]}, "must be lists of words"),
    ],
)
def test_bad_arguments(tagger, arguments, message):
    with pytest.raises(ValueError, match=message):
        tagger.tag(**arguments)


def test_tag_needs_a_preprocessor():
    tagger = ElectraTokenClassifier(tiny.backbone(), 2)
    assert tagger.class_names == ["LABEL_0", "LABEL_1"]
    with pytest.raises(ValueError, match="`tag` needs a preprocessor"):
        tagger.tag("a")


def test_labels_are_checked(tagger):
    with pytest.raises(ValueError, match="one entry a word"):
        tagger.evaluate(WORDS, [["O"] * 3, ["B-ORG"], ["O"] * 4], verbose=0)
    x = tagger.preprocessor(WORDS)
    with pytest.raises(ValueError, match=r"class ids in \[0, 4\)"):
        tagger.evaluate(x, np.full(x["token_ids"].shape, 4), verbose=0)


def test_names_and_ids_are_the_same_labels(tagger):
    tagger.compile(run_eagerly=True)
    ids = [[NAMES.index(name) for name in row] for row in LABELS]
    texts = [" ".join(row) for row in WORDS]
    expected = tagger.evaluate(WORDS, ids, verbose=0)
    for x in (WORDS, texts):
        np.testing.assert_allclose(
            tagger.evaluate(x, LABELS, verbose=0), expected, rtol=1e-5
        )
    np.testing.assert_allclose(
        tagger.predict(WORDS, verbose=0),
        tagger.predict(texts, verbose=0),
        atol=1e-5,
    )


def test_further_pieces_of_a_word_continue_its_entity():
    tagger = make(label_all_pieces=True)
    _, y = tagger.preprocess_samples([["foxy"]], [["B-PER"]])
    assert y[0, :4].tolist() == [-100, 1, 2, -100]


def test_further_pieces_are_learned_from_lists():
    """Labels are turned into ids once, whichever way they come."""
    tagger = make(label_all_pieces=True)
    x, y = tagger.preprocess_samples(WORDS, LABELS)
    assert (y == 2).sum() > sum(row.count("I-PER") for row in LABELS)
    expected = tagger.evaluate(x, y, verbose=0)
    data = (WORDS, LABELS)
    np.testing.assert_allclose(
        tagger.evaluate(*data, verbose=0), expected, rtol=1e-5
    )
    history = tagger.fit(*data, validation_data=data, verbose=0).history
    assert np.isfinite(history["loss"] + history["val_loss"]).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_entity_scores_while_training(side):
    keras.utils.set_random_seed(0)
    tagger = make()
    tagger.preprocessor = ElectraTokenClassifierPreprocessor(
        tiny.tokenizer(padding_side=side), sequence_length=16
    )
    tagger.compile(optimizer=keras.optimizers.Adam(1e-2))
    callback = EntityCallback(WORDS, LABELS)
    history = tagger.fit(
        WORDS, LABELS, epochs=40, callbacks=[callback], verbose=0
    ).history
    assert history["val_entity_f1"][-1] == 1
    assert history["val_entity_precision"][-1] == 1
    assert len(history["val_entity_recall"]) == 40
    other = EntityCallback(
        columns.Arrow([" ".join(row) for row in WORDS]),
        columns.Arrow([["B-PER", "O", "O"], ["MISC"], ["O"] * 3 + ["B-PER"]]),
    )
    tagger.evaluate(WORDS, LABELS, callbacks=[other], verbose=0)
    # Two of three are right; so is the only one of the other kind.
    assert other.scores["f1"] == pytest.approx(2 / 3)
    assert other.scores["f1_MISC"] == 1
