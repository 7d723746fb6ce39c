"""Sum gradients over rows and replicas before they are clipped."""

import keras
from keras import ops


class SummedGradients:
    """Mixin for optimizers that clip, listed before their Keras base class."""

    def apply(self, grads, trainable_variables=None):
        # In TensorFlow, the gradient of an embedding is a list of rows, some of
        # them repeated. Norms and squares need their sums.
        grads = [_dense(gradient) for gradient in grads]
        if keras.config.backend() == "tensorflow":
            # Keras clips before it sums over replicas.
            from keras_electra.distribution.tf_replicas import (
                mean_over_replicas,
            )

            grads = mean_over_replicas(grads)
        super().apply(grads, trainable_variables)

    @property
    def global_clipnorm(self):
        """Limit for the contribution of a replica to the sum, or `None`."""
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
