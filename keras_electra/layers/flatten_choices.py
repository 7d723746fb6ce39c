"""Reshape choices to one sequence per row."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraFlattenChoices(keras.layers.Layer):
    """Merge the axes of examples and of choices.

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        x: int or float, `(B, C, T, ...)`.

    Returns:
        A tensor of the same dtype, `(B * C, T, ...)`.

    Example:
    ```python
    keras_electra.layers.ElectraFlattenChoices()(np.ones((2, 4, 8), "int32"))
    ```
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def call(self, x):
        return ops.reshape(x, (-1, *ops.shape(x)[2:]))

    def compute_output_spec(self, x):
        return keras.KerasTensor((None, *x.shape[2:]), dtype=x.dtype)
