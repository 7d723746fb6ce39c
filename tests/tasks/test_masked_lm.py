"""The generator: what it predicts where, and how it fills masks."""

import keras
import numpy as np
import pytest

from keras_electra import ElectraMaskedLM, ElectraMaskedLMPreprocessor
from tests import contracts, tiny
from tests.converters.checkpoints import GOLDEN, TOLERANCE, golden

GENERATOR = GOLDEN / "hf" / "generator"


@pytest.fixture(scope="module")
def masked_lm():
    return ElectraMaskedLM.from_preset(GENERATOR)


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


# === Positions ===
def test_positions_pick_rows(masked_lm):
    numbers, inputs = golden("hf", "generator")
    positions = np.array([[2, 7], [1, 0], [19, 19]], dtype="int32")
    theirs = np.take_along_axis(
        numbers["out_logits"], positions[..., None], axis=1
    )
    ours = masked_lm({**inputs, "mask_positions": positions})
    assert np.abs(numpy_of(ours) - theirs).max() < TOLERANCE
    ours = masked_lm.predict(
        {**inputs, "mask_positions": positions}, batch_size=2, verbose=0
    )
    assert np.abs(ours - theirs).max() < TOLERANCE


def test_every_position(masked_lm):
    numbers, inputs = golden("hf", "generator")
    logits = masked_lm.call_at_every_position(**inputs)
    assert np.abs(numpy_of(logits) - numbers["out_logits"]).max() < TOLERANCE
    ids = inputs["token_ids"][:1, :4]
    ones = np.ones_like(ids)
    np.testing.assert_allclose(
        numpy_of(masked_lm.call_at_every_position(ids)),
        numpy_of(masked_lm.call_at_every_position(ids, ones * 0, ones)),
        atol=1e-6,
    )
    symbolic = masked_lm.call_at_every_position(**masked_lm.backbone.input)
    assert symbolic.shape == (None, None, 146)


def test_evaluating_some_positions_is_ignoring_the_others(masked_lm):
    numbers, inputs = golden("hf", "generator")
    labels = numbers["labels"]
    rows = [np.flatnonzero(row != -100) for row in labels]
    width = max(map(len, rows)) + 1
    positions = np.array([np.pad(r, (0, width - len(r))) for r in rows])
    chosen = np.take_along_axis(labels, positions, axis=1)
    for row, places in enumerate(rows):
        chosen[row, len(places) :] = -100
    masked_lm.compile(run_eagerly=True)
    result = masked_lm.evaluate(
        {**inputs, "mask_positions": positions.astype("int32")},
        chosen,
        batch_size=3,
        verbose=0,
        return_dict=True,
    )
    assert abs(result["loss"] - numbers["out_loss"]) < TOLERANCE
    best = numbers["out_logits"].argmax(-1)
    accuracy = (best == labels)[labels != -100].mean()
    assert abs(result["accuracy"] - accuracy) < 1e-5
    weighted = masked_lm.evaluate(
        inputs,
        labels,
        sample_weight=np.array([1.0, 0.0, 0.0]),
        batch_size=3,
        verbose=0,
    )[0]
    row = numbers["out_logits"][0][labels[0] != -100]
    row = row - np.log(np.exp(row).sum(-1, keepdims=True))
    expected = -row[np.arange(len(row)), labels[0][labels[0] != -100]].mean()
    assert abs(weighted - expected) < 1e-4


def test_the_tied_table_is_trained_and_saved_once(masked_lm, tmp_path):
    paths = [weight.path for weight in masked_lm.weights]
    assert len(paths) == len(set(paths))
    assert sum(path.endswith("token_embedding/embeddings") for path in paths)
    masked_lm.optimizer.build(masked_lm.trainable_variables)
    masked_lm.save(tmp_path / "task.keras")
    copy = keras.models.load_model(tmp_path / "task.keras")
    assert copy.masked_lm_head.token_embedding is copy.backbone.token_embedding


# === fill_mask ===
TEXTS = [
    "a b [MASK] c d",
    "[MASK] 1 2 3 [MASK] 7!",
    "e [MASK], f.",
]


def test_fill_mask_is_transformers_pipeline(masked_lm):
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    theirs = transformers.pipeline(
        "fill-mask",
        model=transformers.ElectraForMaskedLM.from_pretrained(GENERATOR),
        tokenizer=transformers.AutoTokenizer.from_pretrained(GENERATOR),
        device="cpu",
    )(TEXTS, top_k=4)
    ours = masked_lm.fill_mask(TEXTS, top_k=4, batch_size=2)
    for mine, other in zip(flat(ours), flat(theirs), strict=True):
        assert abs(mine.pop("score") - other.pop("score")) < TOLERANCE
        assert mine == other
    assert (
        masked_lm.fill_mask(TEXTS[0], top_k=1)[0]["token_str"]
        == (ours[0][0]["token_str"])
    )


def flat(results):
    if isinstance(results, dict):
        return [dict(results)]
    return [row for result in results for row in flat(result)]


def test_fill_mask_gives_probabilities_of_every_token(masked_lm):
    rows = masked_lm.fill_mask(TEXTS[0], top_k=1000)
    assert len(rows) == 146
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-5)


def test_fill_mask_leaves_out_rows_without_a_token():
    size = len(tiny.VOCABULARY)
    task = ElectraMaskedLM(
        tiny.backbone(vocabulary_size=size + 15),
        preprocessor=ElectraMaskedLMPreprocessor(tiny.tokenizer(), 16),
    )
    tiny.spread_weights(task)
    text = "the [MASK] dog"
    # The best of all rows is one without a token.
    task.masked_lm_head.output_bias.assign(np.arange(size + 15.0))
    logits = task.predict([text], verbose=0)[0, 0]
    assert logits.argmax() >= size
    odds = np.exp(logits - logits.max())
    rows = task.fill_mask(text, top_k=1000)
    assert [row["token"] for row in rows] == list(
        np.argsort(-logits[:size], kind="stable")
    )
    for row in rows:
        expected = odds[row["token"]] / odds.sum()
        assert row["score"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "text, message",
    [
        ("no mask", r"must hold the mask token, '\[MASK\]'.*text 0"),
        ("a " * 60 + "[MASK]", "within the `sequence_length`"),
        ("[MASK] " + "a " * 60 + "[MASK]", "with 2, of which 1 fit"),
    ],
)
def test_fill_mask_needs_masks(masked_lm, text, message):
    with pytest.raises(ValueError, match=message):
        masked_lm.fill_mask(text)


def test_fill_mask_names_the_text(masked_lm):
    with pytest.raises(ValueError, match="text 2"):
        masked_lm.fill_mask([*TEXTS[:2], "none"], batch_size=1)


def test_fill_mask_needs_a_preprocessor_and_a_number(masked_lm):
    with pytest.raises(ValueError, match="`top_k` must be a positive"):
        masked_lm.fill_mask(TEXTS[0], top_k=0)
    bare = ElectraMaskedLM(tiny.backbone())
    with pytest.raises(ValueError, match="`fill_mask` needs a preprocessor"):
        bare.fill_mask("[MASK]")


# === Data ===
def test_learns_to_fill_a_mask():
    keras.utils.set_random_seed(0)
    (case,) = [c for c in contracts.cases() if c.name == "masked_lm"]
    task = case.make(dropout=0.0, attention_dropout=0.0)
    task.compile(optimizer=keras.optimizers.Adam(3e-3))
    texts = ["the quick brown fox jumps over the lazy dog"] * 8
    task.fit(texts, batch_size=8, epochs=250, verbose=0)
    best = task.fill_mask("the quick brown [MASK] jumps over the lazy dog")[0]
    assert best["token_str"] == "fox"


def test_streams_of_texts():
    grain = pytest.importorskip("grain")
    (case,) = [c for c in contracts.cases() if c.name == "masked_lm"]
    task = case.make()
    stream = grain.MapDataset.source(tiny.TEXTS).batch(7)
    losses = task.fit(stream, validation_data=stream, verbose=0).history
    assert np.isfinite(losses["loss"] + losses["val_loss"]).all()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"mask_positions": [[9]] * 3}, r"lie in \[0, 8\)"),
        ({"mask_positions": [[1]] * 2}, "must have 3 rows"),
    ],
)
def test_wrong_positions(masked_lm, changes, message):
    x = {**tiny.inputs(), **{k: np.array(v) for k, v in changes.items()}}
    with pytest.raises(ValueError, match=message):
        masked_lm.predict(x, verbose=0)


@pytest.mark.parametrize("labels", [np.full((3, 8), 146), np.zeros((3, 2))])
def test_wrong_labels(masked_lm, labels):
    with pytest.raises(ValueError, match=r"token ids in \[0, 146\), or -100"):
        masked_lm.evaluate(tiny.inputs(), labels.astype("int32"), verbose=0)


def test_a_preprocessor_of_its_own(masked_lm):
    assert isinstance(masked_lm.preprocessor, ElectraMaskedLMPreprocessor)
    assert masked_lm.preprocessor.sequence_length == 48


@pytest.mark.parametrize(
    "pairs", [(["a [MASK]"], ["b"]), [("a [MASK]", "b")]], ids=["tuple", "list"]
)
def test_fill_mask_takes_no_pairs(masked_lm, pairs):
    with pytest.raises(ValueError, match="does not take pairs"):
        masked_lm.fill_mask(pairs)
