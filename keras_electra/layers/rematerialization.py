"""Recompute a block in the backward pass instead of keeping what it computed.

`keras.RematScope` alone does not do it: it hands `training` to the
framework's checkpointing as if it were a tensor, which fails on JAX and
TensorFlow, and on JAX the state of dropout leaks out of the checkpoint (both
seen in Keras 3.15).
"""

import keras


def rematerialized(layer, call):
    """Wrap a layer's `call` so that the backward pass computes it again.

    Args:
        layer: the `keras.layers.Layer` that `call` belongs to.
        call: function of a tensor `x` and of keyword arguments.

    Returns:
        A function with the signature of `call`. Keyword arguments are not
        differentiated.
    """
    if keras.config.backend() != "jax":

        def recomputed(x, **static):
            return keras.remat(lambda x: call(x, **static))(x)

        return recomputed

    def recomputed(x, **static):
        def pure(trainable, non_trainable, x):
            state = [
                *zip(layer.trainable_variables, trainable, strict=True),
                *zip(layer.non_trainable_variables, non_trainable, strict=True),
            ]
            with keras.StatelessScope(state_mapping=state) as scope:
                output = call(x, **static)
            after = [
                scope.get_current_value(v)
                for v in layer.non_trainable_variables
            ]
            return output, after

        output, after = keras.remat(pure)(
            [v.value for v in layer.trainable_variables],
            [v.value for v in layer.non_trainable_variables],
            x,
        )
        for variable, value in zip(
            layer.non_trainable_variables, after, strict=True
        ):
            variable.assign(value)
        return output

    return recomputed
