"""Reshape scores of sequences to scores of choices."""

import keras
from keras import ops

# What a choice that is only padding scores. Representable in float16, and
# its exponential is 0.
PADDED_CHOICE = -3e4


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraChoiceScores(keras.layers.Layer):
    """Give each example its scores, and padded choices a very low one.

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        scores: float, `(B * C, 1)`.
        padding_mask: int or bool, `(B, C, T)`. A choice without a token is
            padding.

    Returns:
        float, `(B, C)`.

    Example:
    ```python
    layer = keras_electra.layers.ElectraChoiceScores()
    layer(np.ones((8, 1)), padding_mask=np.ones((2, 4, 16), "int32"))
    ```
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def call(self, scores, padding_mask):
        real = ops.any(ops.cast(padding_mask, "bool"), axis=-1)  # (B, C)
        scores = ops.reshape(scores, ops.shape(real))
        return ops.where(real, scores, ops.cast(PADDED_CHOICE, scores.dtype))

    def compute_output_spec(self, scores, padding_mask):
        return keras.KerasTensor(padding_mask.shape[:-1], dtype=scores.dtype)
