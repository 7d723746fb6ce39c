"""Dense layer over all pairs of two sequences."""

import keras
from keras import ops

from keras_electra.layers.activations import gelu


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraPairDense(keras.layers.Layer):
    """dense([first; second]) -> gelu, for every pair, in two products.

    The kernel's upper half meets the first vector, its lower half the second;
    each vector is multiplied once, and only the U numbers of a pair are made.

    Args:
        units: int, U. Width of the output.
        kernel_initializer: initializer of the kernel.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        first: float, `(B, K, D)`.
        second: float, `(B, T, D)`.

    Returns:
        float, `(B, T, K, U)`.

    Example:
    ```python
    pairs = keras_electra.layers.ElectraPairDense(512)
    pairs(np.ones((2, 20, 256)), np.ones((2, 384, 256)))
    ```
    """

    def __init__(self, units, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, first_shape, second_shape):
        width = first_shape[-1]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(2 * width, self.units),
            initializer=self.kernel_initializer,
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.units,), initializer="zeros"
        )
        self.built = True

    def call(self, first, second):
        kernel = ops.cast(self.kernel, self.compute_dtype)
        upper, lower = ops.split(kernel, 2, axis=0)  # (D, U) each.
        first = ops.matmul(first, upper)  # (B, K, U)
        second = ops.matmul(second, lower)
        second = second + ops.cast(self.bias, self.compute_dtype)  # (B, T, U)
        pairs = ops.expand_dims(first, 1) + ops.expand_dims(second, 2)
        return gelu(pairs)  # (B, T, K, U)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # As every head; see `head_layers.py`.

    def compute_output_shape(self, first_shape, second_shape):
        return (*second_shape[:2], first_shape[1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }
