import keras
import numpy as np
import pytest

from keras_electra import ElectraTextClassifierPreprocessor
from keras_electra.text.raw_text import split_pair
from tests import tiny

NAMES = {"token_ids", "segment_ids", "padding_mask"}


@pytest.fixture(scope="module")
def preprocessor():
    return ElectraTextClassifierPreprocessor(
        tiny.tokenizer(), sequence_length=16
    )


def test_labels_and_weights_pass_through(preprocessor):
    x, y, weights = preprocessor(["a", "b"], [1, 0], [0.5, 1.0])
    assert set(x) == NAMES
    assert (y, weights) == ([1, 0], [0.5, 1.0])
    assert set(preprocessor(["a"])) == NAMES


def test_padding_is_to_a_bucket_not_to_the_limit(preprocessor):
    exact = keras.config.backend() == "torch"  # It compiles nothing.
    for text, length, bucket in [
        ("food", 3, 8),
        ("a b c d e f g h", 10, 16),
        ("a " * 99, 16, 16),
    ]:
        shape = preprocessor([text])["token_ids"].shape
        assert shape == (1, length if exact else bucket)


def test_token_counts(preprocessor):
    texts = ["good food", "", "a " * 99]
    counts = preprocessor.token_counts(texts)
    np.testing.assert_array_equal(counts, [2, 0, 16])
    counts = preprocessor.token_counts(texts, ["a", "b c", ""])
    np.testing.assert_array_equal(counts, [3, 2, 16])


def test_a_tuple_of_texts_is_a_pair(preprocessor):
    pair = preprocessor((["good"], ["food"]))
    assert pair["segment_ids"].sum() == 2  # "food" and its [SEP].
    rows = preprocessor([("good", "food")])
    np.testing.assert_array_equal(pair["token_ids"], rows["token_ids"])
    arrays = preprocessor((np.array(["good"]), np.array(["food"])))
    np.testing.assert_array_equal(pair["token_ids"], arrays["token_ids"])


def test_a_tuple_of_texts_and_labels_is_one(preprocessor):
    x, y = preprocessor((["good", "bad"], np.array([1, 0])))
    assert x["segment_ids"].sum() == 0
    np.testing.assert_array_equal(y, [1, 0])


def test_three_texts_are_too_many():
    with pytest.raises(ValueError, match="one text or a pair of texts"):
        split_pair((["a"], ["b"], ["c"]))


def test_symbolic_keras_inputs_are_refused(preprocessor):
    with pytest.raises(ValueError, match="cannot be called on symbolic"):
        preprocessor.compute_output_spec(keras.Input((), dtype="string"))


def test_config_round_trip(preprocessor):
    copy = ElectraTextClassifierPreprocessor.from_config(
        preprocessor.get_config()
    )
    assert copy.get_config() == preprocessor.get_config()
    assert copy.sequence_length == 16


def test_preset_round_trip(preprocessor, tmp_path):
    # A preprocessor alone is part of a preset, whose rest says what it is for.
    tiny.backbone().save_to_preset(tmp_path / "preset")
    preprocessor.save_to_preset(tmp_path / "preset")
    copy = ElectraTextClassifierPreprocessor.from_preset(tmp_path / "preset")
    assert copy.get_config() == preprocessor.get_config()
    np.testing.assert_array_equal(
        copy(["good food!"])["token_ids"],
        preprocessor(["good food!"])["token_ids"],
    )


def test_in_a_tensorflow_graph(preprocessor):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    texts = ["this movie is good!", "", "a " * 40]
    pairs = ["food", "bad food", "not this"]
    dataset = tf.data.Dataset.from_tensor_slices((texts, pairs)).batch(3)
    dataset = dataset.map(lambda *x: preprocessor(x, y=None))
    in_graph = next(iter(dataset))
    eager = preprocessor((texts, pairs))
    for name in NAMES:
        length = min(in_graph[name].shape[1], eager[name].shape[1])
        np.testing.assert_array_equal(
            in_graph[name][:, :length], eager[name][:, :length]
        )
        assert not eager[name][:, length:].any()
        assert not np.any(in_graph[name][:, length:])
