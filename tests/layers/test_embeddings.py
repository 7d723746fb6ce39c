import keras
import numpy as np
import pytest

from keras_electra.layers import ElectraEmbeddings, get_activation
from tests import tiny


def embeddings(**kwargs):
    layer = ElectraEmbeddings(20, 8, 12, **kwargs)
    layer.build()
    return tiny.spread_weights(layer)


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


def test_equals_the_definition():
    layer = embeddings()
    ids = np.array([[3, 5, 7, 0]], dtype="int32")
    segments = np.array([[0, 0, 1, 1]], dtype="int32")
    tables = [numpy_of(weight) for weight in layer.weights]
    x = tables[0][ids] + tables[1][[[0, 1, 2, 3]]] + tables[2][segments]
    x -= x.mean(-1, keepdims=True)
    x /= np.sqrt((x**2).mean(-1, keepdims=True) + 1e-12)
    expected = x * tables[3] + tables[4]
    np.testing.assert_allclose(
        numpy_of(layer(ids, segments)), expected, atol=1e-5
    )


def test_custom_positions_and_embeddings():
    layer = embeddings()
    ids = np.array([[3, 5, 7]], dtype="int32")
    plain = numpy_of(layer(ids))
    moved = numpy_of(layer(ids, position_ids=np.array([[2, 1, 0]])))
    np.testing.assert_allclose(moved[:, 1], plain[:, 1], atol=1e-6)
    assert np.abs(moved[:, 0] - plain[:, 0]).max() > 1e-2
    words = numpy_of(layer.token_embedding(ids))
    np.testing.assert_allclose(
        numpy_of(layer(input_embeddings=words)), plain, atol=1e-6
    )


def test_either_ids_or_embeddings():
    with pytest.raises(ValueError, match="Exactly one of `token_ids`"):
        embeddings().call()
    with pytest.raises(ValueError, match="Exactly one of `token_ids`"):
        embeddings().call(
            np.ones((1, 2), "int32"), input_embeddings=np.ones((1, 2, 8))
        )


def test_sequences_beyond_the_table_are_refused():
    with pytest.raises(
        ValueError, match="must not be longer than `max_sequence_length`"
    ):
        embeddings()(np.ones((1, 13), dtype="int32"))


def test_unknown_activation():
    with pytest.raises(ValueError, match="`activation` must be one of"):
        get_activation("gelu_fast")


def test_config_round_trip():
    layer = embeddings(dropout=0.3, num_segments=3, name="mine")
    copy = ElectraEmbeddings.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()


IDS = np.array([[3, 5, 7]], dtype="int32")


@pytest.mark.parametrize(
    ("name", "ids", "size"),
    [
        ("token_ids", IDS + 13, 20),
        ("token_ids", IDS - 4, 20),
        ("segment_ids", IDS * 0 + 2, 2),
        ("position_ids", IDS + 5, 12),
        ("position_ids", IDS - 4, 12),
    ],
)
def test_ids_without_a_row_are_refused(name, ids, size):
    values = rf"values from {ids.min()} to {ids.max()}"
    with pytest.raises(
        ValueError,
        match=rf"`{name}` must lie in \[0, {size}\).*Received: {values}",
    ):
        embeddings()(**{"token_ids": IDS, name: ids})


def test_one_segment_holds_every_token():
    layer = embeddings(num_segments=1)
    expected = numpy_of(layer(IDS))
    assert np.isfinite(expected).all()
    np.testing.assert_array_equal(numpy_of(layer(IDS, IDS * 0 + 1)), expected)
