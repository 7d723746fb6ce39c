"""Dropout with fewer random bits on PyTorch."""

import keras

from keras_electra.layers.random_bits import torch_bits


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraDropout(keras.layers.Dropout):
    """`keras.layers.Dropout`, faster on a CPU with PyTorch.

    There PyTorch draws a number of 64 bits for every element, one after the
    other: a fifth of a training step. Here 16 bits decide, so that a number
    serves four elements. The rate is therefore a multiple of 1/65536, the one
    nearest to what is asked for, and kept elements are scaled by what belongs
    to it, rounded to the dtype of `inputs`. Elsewhere it is Keras' own.

    Args:
        rate: float, the share of elements to drop.
        **kwargs: other arguments of `keras.layers.Dropout`. With a `seed` or a
            `noise_shape` it is Keras' own.

    Call arguments:
        inputs: float, of any shape.
        training: bool. Whether to drop anything.

    Returns:
        A tensor of the shape and dtype of `inputs`.

    Example:
    ```python
    dropout = keras_electra.layers.ElectraDropout(0.1)
    dropout(np.ones((2, 8, 64)), training=True)
    ```
    """

    def call(self, inputs, training=False):
        is_own = (
            training
            and 0 < self.rate < 1
            and self.noise_shape is None
            and self.seed is None
            and keras.config.backend() == "torch"
            and inputs.device.type == "cpu"
        )
        if not is_own:
            return super().call(inputs, training=training)
        dropped = min(max(round(self.rate * 65536), 1), 65535)
        kept = torch_bits(inputs.shape) >= dropped - 32768
        return inputs * (kept.to(inputs.dtype) * (65536 / (65536 - dropped)))
