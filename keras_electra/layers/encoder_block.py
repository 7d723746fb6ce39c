"""One block of the encoder, as one layer."""

import keras
from keras import ops

from keras_electra.layers.activations import get_activation
from keras_electra.layers.attention import ElectraAttention
from keras_electra.layers.rematerialization import rematerialized


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraEncoderBlock(keras.layers.Layer):
    """Attention and feed-forward, each with residual and LayerNorm after it.

    One layer, not a piece of functional graph: temporaries are freed early and
    `Layer.__call__`, 0.1 ms of Python on torch, is paid few times. Built in a
    `keras.RematScope`, the block is rematerialized as a whole.

    Args:
        num_heads: int. Attention heads, H.
        hidden_dim: int. Width, D.
        intermediate_dim: int. Width inside the feed-forward.
        activation: string, default `"gelu"`. See `get_activation`.
        dropout: float, default `0.0`. Rate on both sub-layers' outputs.
        attention_dropout: float, default `0.0`. Rate on attention weights.
        layer_norm_epsilon: float, default `1e-12`.
        kernel_initializer: initializer of all kernels.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        attention_mask: int or bool, `(B, T)` or `(B, T, T)`.
        return_attention_weights: bool, default `False`. Whether to return
            the attention weights too.
        training: bool. Whether to apply dropout.

    Returns:
        float, `(B, T, D)`; or a pair of it and the attention weights, float
        `(B, H, T, T)`.

    Example:
    ```python
    block = keras_electra.layers.ElectraEncoderBlock(4, 64, 256)
    block(np.ones((2, 8, 64)), attention_mask=np.ones((2, 8)))
    ```

    Reference: Devlin et al., 2019; Clark et al., 2020, section 3.3.
    Checkpoint names: `encoder.layer.{n}.*`.
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
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.hidden_dim = hidden_dim
        self.intermediate_dim = intermediate_dim
        self.activation = activation
        self.activation_function = get_activation(activation)
        self.dropout_rate = dropout
        self.attention_dropout = attention_dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

        with keras.RematScope(mode=None):  # The block as a whole, or not.
            self._make_layers()

    def _make_layers(self):
        common = {"dtype": self.dtype_policy}
        # Serialized, so that every kernel draws numbers of its own.
        initializer = keras.initializers.serialize(self.kernel_initializer)
        norm = {"epsilon": self.layer_norm_epsilon, **common}
        self.attention = ElectraAttention(
            self.num_heads,
            self.hidden_dim,
            dropout=self.attention_dropout,
            kernel_initializer=initializer,
            name="attention",
            **common,
        )
        self.attention_layer_norm = keras.layers.LayerNormalization(
            name="attention_layer_norm", **norm
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
        self.dropout = keras.layers.Dropout(
            self.dropout_rate, name="dropout", **common
        )

    def build(self, hidden_states_shape, attention_mask_shape=None):
        shape = tuple(hidden_states_shape)
        self.attention.build(shape)
        self.attention_layer_norm.build(shape)
        self.intermediate_dense.build(shape)
        self.output_dense.build((*shape[:-1], self.intermediate_dim))
        self.output_layer_norm.build(shape)
        self.built = True

    def call(
        self,
        hidden_states,
        attention_mask=None,
        return_attention_weights=False,
        training=None,
    ):
        attended = self.attention(
            hidden_states,
            attention_mask=attention_mask,
            return_attention_weights=return_attention_weights,
            training=training,
        )
        weights = None
        if return_attention_weights:
            attended, weights = attended
        x = self._add(
            hidden_states, attended, self.attention_layer_norm, training
        )
        x = self._feed_forward(x, training)
        return (x, weights) if return_attention_weights else x

    def _feed_forward(self, x, training):
        inner = self.activation_function(self.intermediate_dense(x))
        output = self.output_dense(inner)  # (B, T, D)
        return self._add(x, output, self.output_layer_norm, training)

    def _add(self, x, output, layer_norm, training):
        """The residual and the LayerNorm that end a sub-layer, `(B, T, D)`."""
        return layer_norm(ops.add(x, self._drop(output, training)))

    def rematerialized_call(self, layer_call, *args, **kwargs):
        # Called by Keras, in a `RematScope` only.
        return rematerialized(self, layer_call)

    def _drop(self, x, training):
        # Not called where it does nothing: see the class docstring.
        return self.dropout(x, training=True) if training else x

    def compute_output_spec(
        self,
        hidden_states,
        attention_mask=None,
        return_attention_weights=False,
        training=None,
    ):
        return self.attention.compute_output_spec(
            hidden_states, return_attention_weights=return_attention_weights
        )

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "intermediate_dim": self.intermediate_dim,
            "activation": self.activation,
            "dropout": self.dropout_rate,
            "attention_dropout": self.attention_dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }
