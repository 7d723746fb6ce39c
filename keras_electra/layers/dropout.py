"""Dropout that does not wait for random numbers."""

import keras

from keras_electra.layers.random_bits import jax_bits, torch_bits


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraDropout(keras.layers.Dropout):
    """`keras.layers.Dropout`, faster on PyTorch's CPU and on JAX.

    On a CPU PyTorch draws a number of 64 bits for every element, one after the
    other: a fifth of a training step. Here 16 bits decide, so that a number
    serves four elements (two on JAX). The rate is therefore a multiple of
    1/65536, the one nearest to what is asked for, and kept elements are scaled
    by what belongs to it, rounded to the dtype of `inputs`.

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
        if not training or not 0 < self.rate < 1:
            return super().call(inputs, training=training)
        backend = keras.config.backend()
        if self.noise_shape is not None or self.seed is not None:
            return super().call(inputs, training=training)
        dropped = round(self.rate * 65536)
        if backend == "torch" and inputs.device.type == "cpu":
            kept = torch_bits(inputs.shape) >= dropped - 32768
        elif backend == "jax":
            kept = jax_bits(self.seed_generator.next(), inputs.shape) >= dropped
        else:
            return super().call(inputs, training=training)
        scale = 65536 / (65536 - dropped)
        return inputs * (keras.ops.cast(kept, inputs.dtype) * scale)
