"""Multi-head attention with a fused kernel at inference."""

import keras
from keras import ops

from keras_electra.layers.dropout import ElectraDropout


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraAttention(keras.layers.Layer):
    """Multi-head attention with an output projection.

    Over its own input, or over that of another model (`key_value_states`).

    `keras.layers.MultiHeadAttention` leaves its fused kernel as soon as a
    dropout rate above 0 is *configured*. This layer leaves it only while
    dropout is really applied, that is in training, so that `predict()` runs
    at the speed of the kernel whatever the rate.

    Args:
        num_heads: int. Heads, H; must divide `hidden_dim`.
        hidden_dim: int. Width of the input and the output, D.
        dropout: float, default `0.0`. Rate on the attention weights.
        kernel_initializer: initializer of the four kernels.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        attention_mask: int or bool, `(B, S)` for keys, or `(B, T, S)` for
            pairs of query and key; 1 where attention is allowed. `None`
            allows everything.
        key_value_states: float, `(B, S, D)`, what keys and values are made
            of. Default: `hidden_states`, and S is T.
        return_attention_weights: bool, default `False`. Whether to return the
            weights too; the fused kernel keeps none, so this does without.
        training: bool. Whether to apply dropout.

    Returns:
        float, `(B, T, D)`; or a pair of it and the attention weights, float
        `(B, H, T, S)`, summing to 1 over the last axis.

    Raises:
        ValueError: if `num_heads` does not divide `hidden_dim`.

    Example:
    ```python
    layer = keras_electra.layers.ElectraAttention(num_heads=4, hidden_dim=64)
    layer(np.ones((2, 8, 64)), attention_mask=np.ones((2, 8)))
    ```

    Reference: Vaswani et al., 2017, section 3.2. Checkpoint names:
    `attention.self.{query,key,value}` and `attention.output.dense`.
    """

    def __init__(
        self,
        num_heads,
        hidden_dim,
        dropout=0.0,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if num_heads < 1 or hidden_dim % num_heads:
            raise ValueError(
                "`hidden_dim` must be divisible by `num_heads`. Received: "
                f"hidden_dim={hidden_dim}, num_heads={num_heads}."
            )
        self.num_heads = num_heads
        self.hidden_dim = hidden_dim
        self.head_dim = hidden_dim // num_heads
        self.dropout = dropout
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.query = self._dense("query")
        self.key = self._dense("key")
        self.value = self._dense("value")
        self.output_dense = self._dense("output_dense")
        self.weights_dropout = ElectraDropout(
            dropout, dtype=self.dtype_policy, name="weights_dropout"
        )

    def _dense(self, name):
        return keras.layers.Dense(
            self.hidden_dim,
            kernel_initializer=keras.initializers.serialize(
                self.kernel_initializer
            ),
            dtype=self.dtype_policy,
            name=name,
        )

    def build(self, input_shape, *_, **__):
        for layer in (self.query, self.key, self.value, self.output_dense):
            layer.build(input_shape)
        self.built = True

    def call(
        self,
        hidden_states,
        attention_mask=None,
        key_value_states=None,
        return_attention_weights=False,
        training=None,
    ):
        if key_value_states is None:
            key_value_states = hidden_states
        return self.attend(
            hidden_states,
            *self.keys_and_values(key_value_states),
            attention_mask=attention_mask,
            return_attention_weights=return_attention_weights,
            training=training,
        )

    def keys_and_values(self, states):
        """What there is to attend to; a decoder keeps it from step to step.

        Args:
            states: float, `(B, S, D)`.

        Returns:
            Two tensors, float, `(B, S, H, D / H)`.
        """
        return tuple(
            self._split_heads(layer(states)) for layer in (self.key, self.value)
        )

    def attend(
        self,
        hidden_states,
        key,
        value,
        attention_mask=None,
        return_attention_weights=False,
        training=None,
    ):
        """The rest of `call`, over keys and values made before.

        Args:
            hidden_states: float, `(B, T, D)`.
            key: float, `(B, S, H, D / H)`.
            value: float, `(B, S, H, D / H)`.
            attention_mask: as in the call.
            return_attention_weights: as in the call.
            training: as in the call.

        Returns:
            As the call.
        """
        query = self._split_heads(self.query(hidden_states))
        mask = _broadcast_mask(attention_mask)
        drop = bool(training) and self.dropout > 0
        if drop or return_attention_weights or not _fuses(self.compute_dtype):
            weights = self._attention_weights(query, key, mask)
            dropped = self.weights_dropout(weights, training=drop)
            context = ops.einsum("bhqk,bkhd->bqhd", dropped, value)
        else:
            weights = None
            context = ops.dot_product_attention(query, key, value, mask=mask)
        output = self.output_dense(self._merge_heads(context))
        return (output, weights) if return_attention_weights else output

    def _split_heads(self, x):
        shape = (-1, ops.shape(x)[1], self.num_heads, self.head_dim)
        return ops.reshape(x, shape)  # (B, T, H, D/H)

    def _merge_heads(self, context):
        shape = (-1, ops.shape(context)[1], self.hidden_dim)
        return ops.reshape(context, shape)  # (B, T, D)

    def _attention_weights(self, query, key, mask):
        scale = ops.cast(self.head_dim**-0.5, query.dtype)
        scores = ops.einsum(
            "bqhd,bkhd->bhqk", ops.multiply(query, scale), key
        )  # (B, H, T, S)
        if mask is not None:
            # Finite, so that a row of padding alone softmaxes to numbers.
            lowest = -3e4 if self.compute_dtype == "float16" else -1e9
            scores = ops.where(mask, scores, ops.cast(lowest, scores.dtype))
        return ops.softmax(scores, axis=-1)

    def compute_output_spec(
        self,
        hidden_states,
        attention_mask=None,
        key_value_states=None,
        return_attention_weights=False,
        training=None,
    ):
        output = keras.KerasTensor(hidden_states.shape, self.compute_dtype)
        if not return_attention_weights:
            return output
        batch, length, _ = hidden_states.shape
        keys = length if key_value_states is None else key_value_states.shape[1]
        shape = (batch, self.num_heads, length, keys)
        return output, keras.KerasTensor(shape, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }


def _broadcast_mask(mask):
    """`(B, S)` or `(B, T, S)` to bool `(B, 1, 1 or T, S)`."""
    if mask is None:
        return None
    mask = ops.cast(mask, "bool")
    axis = (1, 2) if len(mask.shape) == 2 else 1
    return ops.expand_dims(mask, axis)


def _fuses(dtype):
    """Whether `ops.dot_product_attention` runs in `dtype` on this device."""
    if keras.config.backend() != "jax" or dtype != "float16":
        return True
    import jax

    # XLA's attention on CPU refuses float16 (seen in jax 0.10).
    return jax.default_backend() != "cpu"
