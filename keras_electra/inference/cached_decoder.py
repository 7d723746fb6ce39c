"""Run a decoder token by token with a cache."""

from keras import ops

from keras_electra.layers.causal_mask import causal_mask


class CachedDecoder:
    """Runs a decoder over a few tokens, keeping keys and values of the rest.

    Prompts may be padded on either side, and be of different lengths: only a
    token counts as a position, and only a token is looked at. Everything that
    belongs to a row is in the cache, so that samplers may repeat and reorder
    rows.

    Args:
        backbone: `ElectraBackbone` with `is_decoder=True`.
    """

    def __init__(self, backbone):
        self._backbone = backbone

    def start(self, inputs):
        """Read the prompts.

        Args:
            inputs: dict of `token_ids`, `padding_mask` and, if given,
                `segment_ids`, int `(B, T)`, T long enough for what is to come;
                with cross-attention, `encoder_hidden_states`, float
                `(B, S, D)`, and `encoder_padding_mask`, int `(B, S)`.

        Returns:
            A pair: the sequence output, float `(B, T, D)`, and the cache, a
            dict of tensors whose first axis is B.
        """
        token_ids = inputs["token_ids"]
        mask = ops.cast(inputs["padding_mask"], "int32")
        # What comes after a prompt is a token as soon as it is looked at.
        is_token = ops.maximum(mask, 1 - before_end(mask))  # (B, T)
        positions = ops.cumsum(is_token, axis=-1) - 1
        cache = {
            "is_token": is_token,
            "position_ids": ops.maximum(positions, 0),
            "segment_ids": inputs.get("segment_ids", ops.zeros_like(mask)),
            "blocks": [self._empty(token_ids) for _ in self._blocks],
        }
        states = inputs.get("encoder_hidden_states")
        if states is not None:
            cache["encoder_padding_mask"] = inputs["encoder_padding_mask"]
            for kept, block in zip(cache["blocks"], self._blocks, strict=True):
                kept["cross"] = block.encoder_keys_and_values(states)
        return self.step(token_ids, cache, 0)

    def step(self, token_ids, cache, index):
        """Read more tokens.

        Args:
            token_ids: int, `(B, T)`.
            cache: the cache.
            index: int. Where in the sequence the first of them stands.

        Returns:
            As `start`.
        """
        batch, length = ops.shape(token_ids)[0], ops.shape(token_ids)[1]
        segment_ids, position_ids = (
            ops.slice(cache[name], (0, index), (batch, length))
            for name in ("segment_ids", "position_ids")
        )
        x = self._backbone.embeddings(
            token_ids, segment_ids, position_ids=position_ids, training=False
        )
        if self._backbone.embeddings_projection is not None:
            x = self._backbone.embeddings_projection(x)  # (B, T, D)
        mask = causal_mask(
            cache["is_token"],
            ops.add(ops.arange(length, dtype="int32"), index),
        )
        blocks = []
        for block, kept in zip(self._blocks, cache["blocks"], strict=True):
            x, kept = block.call_with_cache(
                x, kept, index, mask, cache.get("encoder_padding_mask")
            )
            blocks.append(kept)
        return x, {**cache, "blocks": blocks}

    @property
    def _blocks(self):
        return self._backbone.transformer_layers

    def _empty(self, token_ids):
        heads = self._backbone.num_heads
        shape = (
            *ops.shape(token_ids),
            heads,
            self._backbone.hidden_dim // heads,
        )
        dtype = self._blocks[0].compute_dtype
        return {"self": tuple(ops.zeros(shape, dtype=dtype) for _ in "kv")}


def before_end(mask):
    """1 up to the last token of each row, padding before it included.

    Args:
        mask: int, `(B, T)`; 1 for a token.

    Returns:
        int32, `(B, T)`.
    """
    after = ops.flip(ops.cumsum(ops.flip(mask, axis=-1), axis=-1), axis=-1)
    return ops.cast(ops.greater(after, 0), "int32")
