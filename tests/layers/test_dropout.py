"""Dropout: how much, how it scales, and that gradients take the same way."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_electra.layers import ElectraDropout


def numpy_of(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_share_is_dropped_and_the_rest_scaled(rate):
    keras.utils.set_random_seed(1)
    x = np.ones((50, 41, 97), dtype="float32")  # No multiple of four.
    y = numpy_of(ElectraDropout(rate)(ops.convert_to_tensor(x), training=True))
    dropped = np.mean(y == 0)
    # Five standard deviations.
    assert abs(dropped - rate) < 5 * np.sqrt(rate * (1 - rate) / x.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=2e-4)


def test_elements_are_dropped_independently():
    """Neighbors share one random number of 64 bits, not their fate."""
    keras.utils.set_random_seed(2)
    x = ops.ones((20000, 8))
    kept = numpy_of(ElectraDropout(0.5)(x, training=True)) > 0
    correlations = np.corrcoef(kept.T) - np.eye(8)
    assert np.abs(correlations).max() < 5 / np.sqrt(len(kept))


def test_each_call_draws_anew():
    layer = ElectraDropout(0.5)
    x = ops.ones((64, 64))
    first, second = (numpy_of(layer(x, training=True)) for _ in range(2))
    assert 0.4 < np.mean(first != second) < 0.6


def test_nothing_is_dropped_in_inference_or_at_rate_0():
    x = np.ones((4, 8), dtype="float32")
    for layer, training in (
        (ElectraDropout(0.5), False),
        (ElectraDropout(0.0), True),
    ):
        np.testing.assert_array_equal(numpy_of(layer(x, training=training)), x)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays(dtype):
    layer = ElectraDropout(0.1, dtype=dtype)
    y = layer(ops.ones((8, 8), dtype), training=True)
    assert keras.backend.standardize_dtype(y.dtype) == dtype


def test_a_seed_of_ones_own_repeats():
    x = ops.ones((16, 16))
    first, second = (
        numpy_of(ElectraDropout(0.5, seed=7)(x, training=True))
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_gradients_pass_where_values_do():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((64,))
    dense = keras.layers.Dense(64, kernel_initializer="identity")
    model = keras.Model(inputs, ElectraDropout(0.5)(dense(inputs)))
    model.compile(keras.optimizers.SGD(1.0), loss=lambda y, p: ops.sum(p))
    x = np.ones((1, 64), dtype="float32")
    model.train_on_batch(x, np.zeros((1, 64)))
    change = -numpy_of(dense.bias)
    assert set(np.round(np.unique(change), 4)) == {0.0, 2.0}
