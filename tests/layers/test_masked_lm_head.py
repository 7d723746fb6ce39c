"""The generator's head: tied, at some positions or at all."""

import keras
import numpy as np
import pytest

from keras_electra.layers import ElectraMaskedLMHead
from tests import tiny


@pytest.fixture(scope="module")
def head_and_states():
    backbone = tiny.backbone()
    head = ElectraMaskedLMHead(backbone.token_embedding)
    states = np.random.default_rng(1).normal(size=(2, 6, 16)).astype("float32")
    head(states)
    return tiny.spread_weights(head), states


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


def test_some_positions_are_rows_of_all(head_and_states):
    head, states = head_and_states
    everywhere = numpy_of(head(states))
    assert everywhere.shape == (2, 6, len(tiny.VOCABULARY))
    positions = np.array([[0, 5, 5], [3, 1, 0]])
    some = numpy_of(head(states, mask_positions=positions))
    expected = np.take_along_axis(everywhere, positions[..., None], axis=1)
    np.testing.assert_allclose(some, expected, atol=1e-5)


def test_the_table_is_the_encoders(head_and_states):
    head, states = head_and_states
    before = numpy_of(head(states))
    table = head.token_embedding.embeddings
    table.assign(numpy_of(table) * 2)
    bias = numpy_of(head.output_bias)
    doubled = 2 * (before - bias) + bias
    np.testing.assert_allclose(numpy_of(head(states)), doubled, atol=1e-4)


def test_configuration_comes_back(head_and_states):
    head, states = head_and_states
    copy = ElectraMaskedLMHead.from_config(head.get_config())
    copy(states)
    copy.set_weights(head.get_weights())
    np.testing.assert_allclose(numpy_of(copy(states)), numpy_of(head(states)))


def test_symbolic_shapes(head_and_states):
    head, _ = head_and_states
    states = keras.Input((None, 16))
    positions = keras.Input((None,), dtype="int32")
    size = len(tiny.VOCABULARY)
    assert head(states).shape == (None, None, size)
    assert head(states, mask_positions=positions).shape == (None, None, size)


def test_another_embedding_is_refused():
    table = keras.layers.Embedding(3, 4)
    with pytest.raises(ValueError, match="must be a `keras.layers.Reversible"):
        ElectraMaskedLMHead(table)


@pytest.mark.parametrize("position", [-1, 6])
def test_positions_outside_of_the_sequence(head_and_states, position):
    head, states = head_and_states
    with pytest.raises(ValueError, match=r"`mask_positions` must lie in \[0"):
        head(states, mask_positions=np.array([[0, position], [1, 2]]))
