"""One block of a decoder: an encoder block that keeps keys and values."""

import keras
from keras import ops

from keras_electra.layers.attention import ElectraAttention
from keras_electra.layers.encoder_block import ElectraEncoderBlock


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraDecoderBlock(ElectraEncoderBlock):
    """An encoder block that decodes token by token, and may cross-attend.

    Which tokens look at which is the mask's to say, see `causal_mask`.

    Args:
        *args: those of `ElectraEncoderBlock`.
        cross_attention: bool, default `False`. Whether the block has, between
            attention and feed-forward, attention over an encoder's output.
        **kwargs: those of `ElectraEncoderBlock`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        attention_mask: int or bool, `(B, T)` or `(B, T, T)`.
        encoder_hidden_states: float, `(B, S, D)`; `None` leaves
            cross-attention out.
        encoder_padding_mask: int or bool, `(B, S)`; 1 for a token.
        return_attention_weights: bool, default `False`.
        training: bool. Whether to apply dropout.

    Returns:
        float, `(B, T, D)`; or a tuple of it, the attention weights, float
        `(B, H, T, T)`, and, with an encoder, the weights of cross-attention,
        float `(B, H, T, S)`.

    Example:
    ```python
    block = keras_electra.layers.ElectraDecoderBlock(4, 64, 256)
    block(np.ones((2, 8, 64)), attention_mask=np.tril(np.ones((2, 8, 8))))
    ```

    Checkpoint names: `encoder.layer.{n}.crossattention.*` besides those of
    the encoder block.
    """

    def __init__(self, *args, cross_attention=False, **kwargs):
        self.has_cross_attention = cross_attention
        super().__init__(*args, **kwargs)

    def _make_layers(self):
        super()._make_layers()
        if not self.has_cross_attention:
            return
        self.cross_attention = ElectraAttention(
            self.num_heads,
            self.hidden_dim,
            dropout=self.attention_dropout,
            kernel_initializer=keras.initializers.serialize(
                self.kernel_initializer
            ),
            dtype=self.dtype_policy,
            name="cross_attention",
        )
        self.cross_attention_layer_norm = keras.layers.LayerNormalization(
            epsilon=self.layer_norm_epsilon,
            dtype=self.dtype_policy,
            name="cross_attention_layer_norm",
        )

    def build(self, hidden_states_shape, *args, **kwargs):
        super().build(hidden_states_shape)
        if self.has_cross_attention:
            self.cross_attention.build(tuple(hidden_states_shape))
            self.cross_attention_layer_norm.build(tuple(hidden_states_shape))

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
        x, weights = self._decode(
            hidden_states,
            keys_values,
            {"self": attention_mask, "cross": encoder_padding_mask},
            return_attention_weights,
            training,
        )
        return (x, *weights) if return_attention_weights else x

    def encoder_keys_and_values(self, encoder_hidden_states):
        """What cross-attention looks at; the same at every step.

        Args:
            encoder_hidden_states: float, `(B, S, D)`.

        Returns:
            Two tensors, float, `(B, S, H, D / H)`.
        """
        return self.cross_attention.keys_and_values(encoder_hidden_states)

    def call_with_cache(
        self,
        hidden_states,
        cache,
        index,
        attention_mask,
        encoder_padding_mask=None,
    ):
        """Decode some tokens, looking at what was kept of those before.

        Args:
            hidden_states: float, `(B, T, D)`.
            cache: dict of `"self"` and, with an encoder, `"cross"`: pairs of
                keys and values, float `(B, S, H, D / H)`.
            index: int. Where in the cache the T tokens stand.
            attention_mask: bool, `(B, T, S)`.
            encoder_padding_mask: int or bool, `(B, S)`.

        Returns:
            A pair: float `(B, T, D)`, and the cache with these tokens in it.
        """
        new = self.attention.keys_and_values(hidden_states)
        kept = tuple(
            ops.slice_update(old, (0, index, 0, 0), ops.cast(part, old.dtype))
            for old, part in zip(cache["self"], new, strict=True)
        )
        cache = {**cache, "self": kept}
        masks = {"self": attention_mask, "cross": encoder_padding_mask}
        return self._decode(hidden_states, cache, masks)[0], cache

    def _decode(self, x, keys_values, masks, with_weights=False, training=None):
        """The block, over keys and values made before."""
        sublayers = {"self": (self.attention, self.attention_layer_norm)}
        if self.has_cross_attention:
            sublayers["cross"] = (
                self.cross_attention,
                self.cross_attention_layer_norm,
            )
        all_weights = []
        for name, pair in keys_values.items():
            attention, layer_norm = sublayers[name]
            attended = attention.attend(
                x,
                *pair,
                attention_mask=masks[name],
                return_attention_weights=with_weights,
                training=training,
            )
            if with_weights:
                attended, weights = attended
                all_weights.append(weights)
            x = self._add(x, attended, layer_norm, training)
        return self._feed_forward(x, training), all_weights

    def compute_output_spec(
        self,
        hidden_states,
        attention_mask=None,
        encoder_hidden_states=None,
        encoder_padding_mask=None,
        return_attention_weights=False,
        training=None,
    ):
        outputs = super().compute_output_spec(
            hidden_states, return_attention_weights=return_attention_weights
        )
        if not return_attention_weights or encoder_hidden_states is None:
            return outputs
        _, cross_weights = self.cross_attention.compute_output_spec(
            hidden_states,
            key_value_states=encoder_hidden_states,
            return_attention_weights=True,
        )
        return (*outputs, cross_weights)

    def get_config(self):
        return {
            **super().get_config(),
            "cross_attention": self.has_cross_attention,
        }
