"""Decoding with a cache and cross-attention in a block."""

from keras import ops


class DecodingMixin:
    """Attention of a block over keys and values made before.

    Needs the layers of `ElectraEncoderBlock`. A class for itself for the sake
    of its length only: Keras finds the weights of a block by the name of its
    class, and an encoder's must fit a decoder.
    """

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
        return self._call_with_keys(hidden_states, cache, masks)[0], cache

    def _call_with_keys(
        self, x, keys_values, masks, return_weights=False, training=None
    ):
        """The whole block; `keys_values` and `masks` by kind of attention."""
        sublayers = {"self": (self.attention, self.attention_layer_norm)}
        if "cross" in keys_values:
            sublayers["cross"] = (
                self.cross_attention,
                self.cross_attention_layer_norm,
            )
        all_weights = []
        for kind, (attention, layer_norm) in sublayers.items():
            attended = attention.attend(
                x,
                *keys_values[kind],
                attention_mask=masks[kind],
                return_attention_weights=return_weights,
                training=training,
            )
            if return_weights:
                attended, weights = attended
                all_weights.append(weights)
            x = self._add(x, attended, layer_norm, training)
        inner = self.activation_function(self.intermediate_dense(x))
        output = self.output_dense(inner)  # (B, T, D)
        x = self._add(x, output, self.output_layer_norm, training)
        return x, all_weights

    def _add(self, x, output, layer_norm, training):
        """The residual and the LayerNorm that end a sub-layer, `(B, T, D)`."""
        if training:  # Else it would be called to do nothing.
            output = self.dropout(output, training=True)
        return layer_norm(ops.add(x, output))
