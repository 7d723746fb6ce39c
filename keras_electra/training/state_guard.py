"""Keep a model's state when training stops with an error."""

import contextlib

import keras

from keras_electra.keras_internals import get_value, set_value


@contextlib.contextmanager
def keep_state(model):
    """Keep the weights of a model when an error is raised inside.

    Keras on JAX takes the weights out of the model for the time of `fit`,
    `evaluate` and `predict`, and puts them back at the end. An error on the
    way, a bad batch or Ctrl-C, loses them (seen in Keras 3.15).

    Args:
        model: a compiled `keras.Model`.
    """
    if keras.config.backend() != "jax":
        yield
        return
    variables = [*model.variables, *model.metrics_variables]
    if model.optimizer is not None:
        variables += model.optimizer.variables
    held = [(variable, get_value(variable)) for variable in variables]
    try:
        yield
    except BaseException:
        # The state after the last finished step, if there was one.
        model.jax_state_sync()
        for variable, value in held:
            now = get_value(variable)
            lost = now is None or _is_deleted(now)
            if lost and value is not None and not _is_deleted(value):
                set_value(variable, value)
        raise


def _is_deleted(value):
    return getattr(value, "is_deleted", lambda: False)()
