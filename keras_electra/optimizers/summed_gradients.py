"""Gradients as they are to be clipped: added up, over rows and replicas."""

import keras
from keras import ops


class SummedGradients:
    """What optimizers of this package do before Keras' `apply`.

    To be named before `keras.optimizers.Optimizer` among the bases of a class.
    """

    def apply(self, grads, trainable_variables=None):
        # TensorFlow's gradient of an embedding is a list of rows, some of them
        # twice, of which the norm and the square are not those of their sum.
        grads = [_dense(gradient) for gradient in grads]
        if keras.config.backend() == "tensorflow":
            # Keras clips before it adds up what replicas have found.
            from keras_electra.distribution.tf_replicas import (
                mean_over_replicas,
            )

            grads = mean_over_replicas(grads)
        super().apply(grads, trainable_variables)

    @property
    def global_clipnorm(self):
        """float or None. The limit for what one replica adds to the sum."""
        if self._clipnorm is None or keras.config.backend() != "tensorflow":
            return self._clipnorm
        from keras_electra.distribution.tf_replicas import num_replicas

        return self._clipnorm / num_replicas()

    @global_clipnorm.setter
    def global_clipnorm(self, value):
        self._clipnorm = value

    def get_config(self):
        return {**super().get_config(), "global_clipnorm": self._clipnorm}


def _dense(gradient):
    if not hasattr(gradient, "dense_shape"):
        return gradient
    return ops.add(gradient, ops.zeros(gradient.shape, gradient.dtype))
