"""The activations ELECTRA checkpoints name, as Keras callables.

Hugging Face calls the error-function form `gelu` and the tanh approximation
`gelu_new`; Keras calls both `gelu`. The difference moves logits by about 1e-3,
so the name is resolved here and nowhere else.
"""

import keras
from keras import ops


# Registered, so that a layer with one of them can be saved.
@keras.saving.register_keras_serializable(package="keras_electra")
def gelu(x):
    """The error-function form."""
    return ops.gelu(x, approximate=False)


@keras.saving.register_keras_serializable(package="keras_electra")
def gelu_new(x):
    """The tanh approximation."""
    return ops.gelu(x, approximate=True)


ACTIVATIONS = {
    "gelu": gelu,
    "gelu_new": gelu_new,
    "relu": ops.relu,
    "silu": ops.silu,
}


def get_activation(activation):
    """Return the callable for an activation.

    Args:
        activation: string: `"gelu"` (erf), `"gelu_new"` (tanh), `"relu"` or
            `"silu"`; a function of a tensor, one of Keras or registered with
            `keras.saving.register_keras_serializable`; or what
            `serialize_activation` made of such a function.

    Returns:
        A callable from a tensor to a tensor of the same shape.

    Raises:
        ValueError: for another name, or a function that could not be loaded
            again.
    """
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    if isinstance(activation, dict) and "class_name" in activation:
        return keras.saving.deserialize_keras_object(activation)
    if callable(activation):
        if not _comes_back(activation):
            raise ValueError(
                "A function for `activation` must be registered, so that a "
                "model with it can be saved and loaded. Received: activation="
                f"{activation!r}. Decorate it with "
                "`keras.saving.register_keras_serializable`."
            )
        return activation
    raise ValueError(
        f"`activation` must be one of {sorted(ACTIVATIONS)}, or a function. "
        f"Received: activation={activation!r}."
    )


def serialize_activation(activation):
    """An activation as a configuration holds it.

    Args:
        activation: string or function.

    Returns:
        A string; of a function a dict.
    """
    if isinstance(activation, str):
        return activation
    return keras.saving.serialize_keras_object(activation)


def _comes_back(function):
    """Whether Keras finds a function again by what it saves of it."""
    if getattr(function, "__name__", None) == "<lambda>":
        return False  # Keras would save its byte code, and not load it.
    saved = keras.saving.serialize_keras_object(function)
    try:
        return keras.saving.deserialize_keras_object(saved) is function
    except (TypeError, ValueError, ImportError, AttributeError):
        return False
