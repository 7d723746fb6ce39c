"""Pool a sequence to a vector."""

import keras
from keras import ops

from keras_electra.argument_checks import check_bools

MODES = ("first", "last", "mean", "cls_index")


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraSequencePooling(keras.layers.Layer):
    """Take the first or the last token's vector, or the mean of all.

    Args:
        mode: string. `"first"`: that of [CLS]; `"last"`: that of the last
            token; `"mean"`; `"cls_index"`: Transformers' name for a position
            that the caller gives, and that is the last one where, as in its
            ELECTRA, nobody does.
        counts_padding: bool, default `False`. Whether padding is part of the
            sequence, as in Transformers, where a text's vector depends on
            how far its batch is padded.
        normalize: bool, default `False`. Whether vectors have length 1.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: float, `(B, T, D)`.
        padding_mask: int or bool, `(B, T)`; 1 for a token.

    Returns:
        float, `(B, D)`.

    Raises:
        ValueError: if `mode` is unknown, or a flag is not True or False.

    Example:
    ```python
    pooling = keras_electra.layers.ElectraSequencePooling("mean")
    pooling(np.ones((2, 8, 16)), padding_mask=np.ones((2, 8), "int32"))
    ```
    """

    def __init__(self, mode, counts_padding=False, normalize=False, **kwargs):
        if not isinstance(mode, str) or mode not in MODES:
            raise ValueError(
                f"The mode of pooling must be one of {MODES}. Received: "
                f"{mode!r}."
            )
        check_bools(counts_padding=counts_padding, normalize=normalize)
        super().__init__(**kwargs)
        self.mode = mode
        self.counts_padding = counts_padding
        self.normalize = normalize
        self.built = True

    def call(self, x, padding_mask):
        x = self._pooled(x, padding_mask)  # (B, D)
        if not self.normalize:
            return x
        # In float32, for float16 has no room for squares.
        wide = ops.cast(x, "float32")
        squares = ops.sum(ops.square(wide), axis=-1, keepdims=True)
        wide = wide * ops.rsqrt(ops.maximum(squares, 1e-24))
        return ops.cast(wide, x.dtype)

    def _pooled(self, x, padding_mask):
        if self.mode == "first":
            return x[:, 0]
        mask = ops.cast(padding_mask, "int32")
        if self.counts_padding:
            mask = ops.ones_like(mask)
        if self.mode == "mean":
            # In float32: sums of long texts overflow in float16.
            weights = ops.cast(ops.expand_dims(mask, -1), "float32")
            total = ops.sum(ops.cast(x, "float32") * weights, axis=1)
            mean = total / ops.maximum(ops.sum(weights, axis=1), 1.0)
            return ops.cast(mean, x.dtype)
        # The last token, on whichever side the padding is.
        place = ops.cumsum(ops.ones_like(mask), axis=-1) * mask
        index = ops.argmax(place, axis=-1)
        index = ops.reshape(ops.cast(index, "int32"), (-1, 1, 1))
        return ops.squeeze(ops.take_along_axis(x, index, axis=1), axis=1)

    def compute_output_spec(self, x, padding_mask):
        return keras.KerasTensor((x.shape[0], x.shape[-1]), dtype=x.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "mode": self.mode,
            "counts_padding": self.counts_padding,
            "normalize": self.normalize,
        }
