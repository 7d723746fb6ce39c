import keras
import numpy as np
import pytest

from keras_electra.layers import ElectraAttention
from tests import tiny


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


def attention(**kwargs):
    layer = ElectraAttention(num_heads=2, hidden_dim=16, **kwargs)
    layer.build((None, None, 16))
    return tiny.spread_weights(layer)


def hidden_states(batch=2, length=6):
    rng = np.random.default_rng(1)
    return rng.normal(size=(batch, length, 16)).astype("float32")


def reference(layer, x, mask):
    """The definition, in numpy: softmax(QK'/sqrt(d)) V, head by head."""

    def heads(dense):
        y = x @ numpy_of(dense.kernel) + numpy_of(dense.bias)
        return y.reshape(*y.shape[:2], 2, 8).transpose(0, 2, 1, 3)

    query, key, value = heads(layer.query), heads(layer.key), heads(layer.value)
    scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(8)
    scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    context = (weights @ value).transpose(0, 2, 1, 3).reshape(x.shape)
    dense = layer.output_dense
    return context @ numpy_of(dense.kernel) + numpy_of(dense.bias), weights


@pytest.mark.parametrize("kind", ["keys", "pairs", "none"])
def test_equals_the_definition_with_and_without_the_kernel(kind):
    layer, x = attention(), hidden_states()
    if kind == "keys":
        mask = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
        full = mask[:, None, None, :] == 1
    elif kind == "pairs":
        mask = np.tril(np.ones((2, 6, 6), dtype="int32"))
        full = mask[:, None] == 1
    else:
        mask, full = None, np.True_
    expected, expected_weights = reference(layer, x, full)
    fused = layer(x, attention_mask=mask)
    output, weights = layer(
        x, attention_mask=mask, return_attention_weights=True
    )
    np.testing.assert_allclose(numpy_of(fused), expected, atol=2e-5)
    np.testing.assert_allclose(numpy_of(output), expected, atol=2e-5)
    np.testing.assert_allclose(numpy_of(weights), expected_weights, atol=2e-6)


def test_the_fused_kernel_is_taken_in_predict_with_dropout(monkeypatch):
    backbone = tiny.backbone(dropout=0.1, attention_dropout=0.1)
    calls = []
    kernel = keras.ops.dot_product_attention

    def counted(*args, **kwargs):
        calls.append(1)
        return kernel(*args, **kwargs)

    monkeypatch.setattr(
        "keras_electra.layers.attention.ops.dot_product_attention", counted
    )
    backbone.predict(tiny.inputs(), verbose=0)
    assert len(calls) == backbone.num_layers
    backbone(tiny.inputs(), training=True)
    assert len(calls) == backbone.num_layers


def test_dropout_acts_in_training_only():
    layer, x = attention(dropout=0.5), hidden_states()
    first, second = (numpy_of(layer(x, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3
    first, second = (numpy_of(layer(x, training=False)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "dtype",
    ["float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"],
)
@pytest.mark.parametrize("with_weights", [False, True])
def test_rows_of_padding_alone_stay_finite(dtype, with_weights):
    layer, x = attention(dtype=dtype), hidden_states() * 30
    mask = np.array([[1] * 6, [0] * 6])
    output = layer(
        x, attention_mask=mask, return_attention_weights=with_weights
    )
    for value in output if with_weights else [output]:
        assert np.isfinite(numpy_of(value).astype("float32")).all()


def test_heads_must_divide_the_width():
    with pytest.raises(
        ValueError, match=r"`hidden_dim` must be divisible by `num_heads`"
    ):
        ElectraAttention(num_heads=12, hidden_dim=100)


def test_config_round_trip():
    layer = attention(dropout=0.2, dtype="mixed_bfloat16", name="mine")
    copy = ElectraAttention.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
