"""Tokens added to a model: ids, numbers, presets, exports."""

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraMaskedLM,
    ElectraMaskedLMPreprocessor,
    ElectraTextClassifier,
    ElectraTextClassifierPreprocessor,
    ElectraTokenizer,
)
from keras_electra.tokenizer.in_graph.in_graph_tokenizer import (
    import_tensorflow_text,
)
from tests import contracts, tiny
from tests.converters.checkpoints import TOLERANCE, arrays, difference

TOKENS = ["covid", {"content": "<e1>", "special": True}]
TEXTS = ["the covid<e1> COVID covidx movie", "good food, <e1>", "covid"]
V = len(tiny.VOCABULARY)
TABLE = "embeddings/token_embedding/embeddings"
BIAS = "masked_lm_head/output_bias"


@pytest.fixture
def masked_lm():
    preprocessor = ElectraMaskedLMPreprocessor(
        tiny.tokenizer(), sequence_length=16
    )
    model = ElectraMaskedLM(tiny.backbone(), preprocessor=preprocessor)
    return tiny.spread_weights(model, 0.3)


@pytest.fixture
def classifier():
    preprocessor = ElectraTextClassifierPreprocessor(
        tiny.tokenizer(), sequence_length=16
    )
    model = ElectraTextClassifier(tiny.backbone(), 2, preprocessor=preprocessor)
    return tiny.spread_weights(model, 0.3)


def assert_resized(before, after, rows=V + 2):
    """New rows are the mean, new biases 0, and the rest is as it was."""
    before, after = arrays(before), arrays(after)
    assert set(before) == set(after)
    for path, array in after.items():
        old = before[path]
        if path in (TABLE, BIAS):
            assert array.shape == (rows, *old.shape[1:])
            mean = old.mean(0) if path == TABLE else 0
            mean = np.broadcast_to(mean, array[V:].shape)
            np.testing.assert_allclose(array[V:], mean, atol=1e-6)
            array = array[:V]
        np.testing.assert_array_equal(array, old)


def test_a_task(masked_lm):
    more = masked_lm.add_tokens(TOKENS)
    assert type(more) is ElectraMaskedLM
    assert more.backbone.vocabulary_size == V + 2
    assert_resized(masked_lm, more)
    assert masked_lm.preprocessor.tokenizer.vocabulary_size() == V
    tokenizer = more.preprocessor.tokenizer
    assert tokenizer.token_to_id("covid") == V
    assert tokenizer.token_to_id("<e1>") == V + 1
    assert V + 1 in tokenizer.special_token_ids
    more.fit(TEXTS, batch_size=3, verbose=0)
    (guess,) = more.fill_mask("[MASK] covid", top_k=1)
    assert guess["token"] < V + 2


CASES = {case.name: case for case in contracts.cases()}


@pytest.mark.parametrize("name", CASES)
def test_every_task(name):
    case = CASES[name]
    task = case.make()
    more = task.add_tokens(TOKENS)
    assert_resized(task, more)
    x = case.pack(task, case.texts)
    np.testing.assert_equal(case.pack(more, case.texts), x)
    outputs = (keras.tree.flatten(model(x)) for model in (task, more))
    for old, new in zip(*outputs, strict=True):
        old, new = map(keras.ops.convert_to_numpy, (old, new))
        new = new[..., :V] if new.shape[-1] == V + 2 else new
        np.testing.assert_allclose(new, old, atol=1e-5)


def test_training_moves_the_new_rows(classifier):
    more = classifier.add_tokens(TOKENS)
    before = arrays(more)[TABLE]
    more.fit(TEXTS, np.array([0, 1, 0]), batch_size=3, verbose=0)
    assert (arrays(more)[TABLE][V:] != before[V:]).any(axis=-1).all()


def test_a_preset_and_a_file_of_keras(classifier, tmp_path):
    classifier.save_to_preset(tmp_path / "before")
    more = ElectraTextClassifier.from_preset(
        tmp_path / "before", added_tokens=TOKENS, sequence_length=12
    )
    assert_resized(classifier, more)
    assert more.preprocessor.sequence_length == 12
    assert more.loaded_from == str(tmp_path / "before")
    more.save_to_preset(tmp_path / "after")
    more.save(tmp_path / "model.keras")
    expected = more.predict(TEXTS, verbose=0)
    assert (expected != classifier.predict(TEXTS, verbose=0)).any()
    for again in (
        ElectraTextClassifier.from_preset(tmp_path / "after"),
        keras.saving.load_model(tmp_path / "model.keras", compile=False),
    ):
        np.testing.assert_array_equal(again.predict(TEXTS, verbose=0), expected)
    for cls in (ElectraTokenizer, ElectraTextClassifierPreprocessor):
        part = cls.from_preset(tmp_path / "before", added_tokens=TOKENS)
        tokenizer = getattr(part, "tokenizer", part)
        assert tokenizer(TEXTS) == more.preprocessor.tokenizer(TEXTS)
    twice = ElectraTokenizer.from_preset(
        tmp_path / "after", added_tokens=["mrna"]
    )
    assert twice.token_to_id("<e1>") == V + 1
    assert twice.token_to_id("mrna") == V + 2


def test_room_in_the_embedding_is_used_first():
    preprocessor = ElectraTextClassifierPreprocessor(tiny.tokenizer())
    model = ElectraTextClassifier(
        tiny.backbone(vocabulary_size=V + 1), 2, preprocessor=preprocessor
    )
    table = arrays(model)[TABLE]
    one = model.add_tokens(["covid"])
    np.testing.assert_array_equal(arrays(one)[TABLE], table)
    two = model.add_tokens(TOKENS)
    assert arrays(two)[TABLE].shape[0] == V + 2


def test_ids_of_special_tokens_stay():
    """They would be dealt out after those of other added tokens."""
    tokenizer = tiny.tokenizer(
        additional_special_tokens=["<user>"], added_tokens=["first"]
    )
    more = tokenizer.add_tokens(["second", "good"])
    for token in (*tokenizer.get_vocabulary(), "first", "<user>"):
        assert more.token_to_id(token) == tokenizer.token_to_id(token)
    assert more.token_to_id("second") == V + 2
    assert more.vocabulary_size() == V + 3


def test_in_a_graph(classifier):
    pytest.importorskip("tensorflow_text")
    tf, _ = import_tensorflow_text()
    more = classifier.add_tokens(TOKENS)
    tokenizer = more.preprocessor.tokenizer
    rows = tf.data.Dataset.from_tensors(TEXTS).map(tokenizer)
    assert next(iter(rows)).to_list() == tokenizer(TEXTS)


@pytest.mark.parametrize("name", ["masked_lm", "classifier"])
def test_transformers_gives_the_same(name, request, tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    model = request.getfixturevalue(name)
    model.export_to_transformers(tmp_path / "before")
    more = type(model).from_preset(tmp_path / "before", added_tokens=TOKENS)
    more.export_to_transformers(tmp_path / "after")
    # Theirs, resized by themselves, from the same folder.
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "before")
    tokenizer.add_tokens(["covid"])
    tokenizer.add_tokens(["<e1>"], special_tokens=True)
    auto = {
        "masked_lm": transformers.AutoModelForMaskedLM,
        "classifier": transformers.AutoModelForSequenceClassification,
    }[name]
    theirs = auto.from_pretrained(tmp_path / "before")
    theirs.resize_token_embeddings(len(tokenizer))
    inputs = tokenizer(TEXTS, padding=True, return_tensors="pt")
    loaded = transformers.AutoTokenizer.from_pretrained(tmp_path / "after")
    again = loaded(TEXTS, padding=True, return_tensors="pt")
    torch.testing.assert_close(again.data, inputs.data)
    ours = {
        "token_ids": inputs["input_ids"].numpy(),
        "segment_ids": inputs["token_type_ids"].numpy(),
        "padding_mask": inputs["attention_mask"].numpy(),
    }
    assert [
        row[mask == 1][1:-1].tolist()
        for row, mask in zip(
            ours["token_ids"], ours["padding_mask"], strict=True
        )
    ] == more.preprocessor.tokenizer(TEXTS)
    if name == "masked_lm":
        ours = more._check_ready(ours)
    output = more(ours)
    with torch.no_grad():
        exact = auto.from_pretrained(tmp_path / "after").eval()(**inputs)
        # Their new rows are drawn around the mean, 3e-5 of the spread away.
        close = theirs.eval()(**inputs)
    mask = slice(None)
    if name == "masked_lm":
        mask = inputs["attention_mask"].numpy() == 1
        output = keras.ops.convert_to_numpy(output)[mask]
    assert difference(output, exact.logits.numpy()[mask]) < TOLERANCE
    assert difference(output, close.logits.numpy()[mask]) < 1e-3


def test_a_backbone(tmp_path):
    backbone = tiny.spread_weights(tiny.backbone())
    more = backbone.resize_token_embeddings(V + 2)
    assert_resized(backbone, more)
    ours = more(tiny.inputs())
    expected = keras.ops.convert_to_numpy(backbone(tiny.inputs()))
    assert difference(ours, expected) == 0
    fewer = more.resize_token_embeddings(V - 3)
    np.testing.assert_array_equal(
        arrays(fewer)[TABLE], arrays(backbone)[TABLE][: V - 3]
    )


@pytest.mark.parametrize("dtype", ["bfloat16", "mixed_float16"])
def test_other_dtypes(dtype):
    backbone = tiny.spread_weights(tiny.backbone(dtype=dtype))
    more = backbone.resize_token_embeddings(V + 2)
    assert more.dtype_policy.name == dtype
    old, new = (arrays(m)[TABLE].astype("float32") for m in (backbone, more))
    np.testing.assert_array_equal(new[:V], old)


@pytest.mark.parametrize("size", [0, -1, True, 2.5, "7"])
def test_sizes_refused(size):
    with pytest.raises(ValueError, match="must be a positive integer"):
        tiny.backbone().resize_token_embeddings(size)


def test_other_refusals(classifier):
    with pytest.raises(ValueError, match=f"not below the {V} tokens"):
        classifier.resize_token_embeddings(V - 1)
    with pytest.raises(ValueError, match="must be a list of strings"):
        classifier.add_tokens("covid")
    classifier.backbone.enable_lora(2)
    with pytest.raises(
        ValueError, match="without adapters.*4 quantized or adapted"
    ):
        classifier.add_tokens(["covid"])
    classifier.preprocessor = None
    with pytest.raises(ValueError, match="without a preprocessor.*resize_tok"):
        classifier.add_tokens(["covid"])
    classifier.preprocessor = keras.layers.Identity()
    with pytest.raises(ValueError, match="without a tokenizer.*resize_tok"):
        classifier.add_tokens(["covid"])
    assert not hasattr(tiny.backbone(), "add_tokens")


def test_a_preprocessor_without_a_tokenizer():
    task = ElectraTextClassifier(tiny.backbone(), num_classes=2)
    task.preprocessor = keras.layers.Identity()
    more = task.resize_token_embeddings(np.int64(V + 2))
    assert more.backbone.vocabulary_size == V + 2
    assert more.preprocessor is task.preprocessor


# === Positions ===
def test_more_positions_start_as_copies(tmp_path):
    backbone = tiny.spread_weights(tiny.backbone())
    backbone.save_to_preset(tmp_path / "keras")
    backbone.export_to_transformers(tmp_path / "theirs")
    path = "embeddings/position_embedding/embeddings"
    table = arrays(backbone)[path]
    task = ElectraTextClassifier(backbone, 2)
    task.save_to_preset(tmp_path / "task")
    for cls, folder in (
        (ElectraBackbone, "theirs"),
        (ElectraTextClassifier, "task"),
    ):
        with pytest.warns(UserWarning, match="=80 is above the 32 positions"):
            model = cls.from_preset(tmp_path / folder, max_sequence_length=80)
        longer = arrays(model)[path]
        np.testing.assert_array_equal(longer, np.resize(table, (80, 8)))
        np.testing.assert_array_equal(longer[64:], table[:16])
