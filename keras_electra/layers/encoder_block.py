"""Encoder and decoder block."""

import keras

from keras_electra.layers.activations import (
    get_activation,
    serialize_activation,
)
from keras_electra.layers.attention import ElectraAttention
from keras_electra.layers.decoding_mixin import DecodingMixin
from keras_electra.layers.dropout import ElectraDropout
from keras_electra.layers.rematerialization import rematerialized


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraEncoderBlock(DecodingMixin, keras.layers.Layer):
    """Attention and feed-forward, each with residual and LayerNorm after it.

    One layer, not a piece of functional graph: temporaries are freed early and
    `Layer.__call__`, 0.1 ms of Python on torch, is paid few times. Built in a
    `keras.RematScope`, the block is rematerialized as a whole.

    Args:
        num_heads: int. Attention heads, H.
        hidden_dim: int. Width, D.
        intermediate_dim: int. Width inside the feed-forward.
        activation: string or function, default `"gelu"`. See
            `get_activation`.
        dropout: float, default `0.0`. Rate on both sub-layers' outputs.
        attention_dropout: float, default `0.0`. Rate on attention weights.
        layer_norm_epsilon: float, default `1e-12`.
        kernel_initializer: initializer of all kernels.
        cross_attention: bool, default `False`. Whether there is, between
            attention and feed-forward, attention over an encoder's output.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        attention_mask: int or bool, `(B, T)` or `(B, T, T)`. A decoder's
            looks back only: `causal_mask`.
        encoder_hidden_states: float, `(B, S, D)`; `None` leaves
            cross-attention out.
        encoder_padding_mask: int or bool, `(B, S)`; 1 for a token.
        return_attention_weights: bool, default `False`. Whether to return
            the attention weights too.
        training: bool. Whether to apply dropout.

    Returns:
        float, `(B, T, D)`; or a tuple of it, the attention weights, float
        `(B, H, T, T)`, and, with an encoder, the weights of cross-attention,
        float `(B, H, T, S)`.

    Example:
    ```python
    block = keras_electra.layers.ElectraEncoderBlock(4, 64, 256)
    block(np.ones((2, 8, 64)), attention_mask=np.ones((2, 8)))
    ```

    Reference: Devlin et al., 2019; Clark et al., 2020, section 3.3.
    Checkpoint names: `encoder.layer.{n}.*`; cross-attention is
    `encoder.layer.{n}.crossattention.*`.
    """

    def __init__(
        self,
        num_heads,
        hidden_dim,
        intermediate_dim,
        activation="gelu",
        dropout=0.0,
        attention_dropout=0.0,
        layer_norm_epsilon=1e-12,
        kernel_initializer="glorot_uniform",
        cross_attention=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.hidden_dim = hidden_dim
        self.intermediate_dim = intermediate_dim
        self.activation_function = get_activation(activation)
        is_name = isinstance(activation, str)
        self.activation = activation if is_name else self.activation_function
        self.dropout_rate = dropout
        self.attention_dropout = attention_dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.has_cross_attention = cross_attention

        with keras.RematScope(mode=None):  # The block as a whole, or not.
            self._make_layers()

    def _make_layers(self):
        common = {"dtype": self.dtype_policy}
        # Serialized, so that every kernel draws numbers of its own.
        initializer = keras.initializers.serialize(self.kernel_initializer)
        norm = {"epsilon": self.layer_norm_epsilon, **common}
        attention = {
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "dropout": self.attention_dropout,
            "kernel_initializer": initializer,
            **common,
        }
        self.attention = ElectraAttention(name="attention", **attention)
        self.attention_layer_norm = keras.layers.LayerNormalization(
            name="attention_layer_norm", **norm
        )
        if self.has_cross_attention:
            self.cross_attention = ElectraAttention(
                name="cross_attention", **attention
            )
            self.cross_attention_layer_norm = keras.layers.LayerNormalization(
                name="cross_attention_layer_norm", **norm
            )
        self.intermediate_dense = keras.layers.Dense(
            self.intermediate_dim,
            kernel_initializer=initializer,
            name="intermediate_dense",
            **common,
        )
        self.output_dense = keras.layers.Dense(
            self.hidden_dim,
            kernel_initializer=initializer,
            name="output_dense",
            **common,
        )
        self.output_layer_norm = keras.layers.LayerNormalization(
            name="output_layer_norm", **norm
        )
        self.dropout = ElectraDropout(
            self.dropout_rate, name="dropout", **common
        )

    def build(self, hidden_states_shape, *_, **__):
        shape = tuple(hidden_states_shape)
        self.attention.build(shape)
        self.attention_layer_norm.build(shape)
        if self.has_cross_attention:
            self.cross_attention.build(shape)
            self.cross_attention_layer_norm.build(shape)
        self.intermediate_dense.build(shape)
        self.output_dense.build((*shape[:-1], self.intermediate_dim))
        self.output_layer_norm.build(shape)
        self.built = True

    def call(
        self,
        hidden_states,
        attention_mask=None,
        encoder_hidden_states=None,
        encoder_padding_mask=None,
        return_attention_weights=False,
        training=None,
    ):
        keys_values = {"self": self.attention.keys_and_values(hidden_states)}
        if encoder_hidden_states is not None:
            keys_values["cross"] = self.encoder_keys_and_values(
                encoder_hidden_states
            )
        x, weights = self._call_with_keys(
            hidden_states,
            keys_values,
            {"self": attention_mask, "cross": encoder_padding_mask},
            return_attention_weights,
            training,
        )
        return (x, *weights) if return_attention_weights else x

    def rematerialized_call(self, layer_call, *args, **kwargs):
        # Called by Keras, in a `RematScope` only.
        return rematerialized(self, layer_call)

    def compute_output_spec(
        self,
        hidden_states,
        attention_mask=None,
        encoder_hidden_states=None,
        encoder_padding_mask=None,
        return_attention_weights=False,
        training=None,
    ):
        if not return_attention_weights:
            return self.attention.compute_output_spec(hidden_states)
        states = [None]
        if encoder_hidden_states is not None:
            states.append(encoder_hidden_states)
        specs = [
            self.attention.compute_output_spec(
                hidden_states,
                key_value_states=looked_at,
                return_attention_weights=True,
            )
            for looked_at in states
        ]
        return (specs[0][0], *(weights for _, weights in specs))

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "intermediate_dim": self.intermediate_dim,
            "activation": serialize_activation(self.activation),
            "dropout": self.dropout_rate,
            "attention_dropout": self.attention_dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
            "cross_attention": self.has_cross_attention,
        }
