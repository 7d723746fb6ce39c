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


def get_activation(name):
    """Return the callable for one of the names in `ACTIVATIONS`.

    Args:
        name: string. `"gelu"` (erf), `"gelu_new"` (tanh), `"relu"` or `"silu"`.

    Returns:
        A callable from a tensor to a tensor of the same shape.

    Raises:
        ValueError: if `name` is none of them.
    """
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise ValueError(
            f"`activation` must be one of {sorted(ACTIVATIONS)}. "
            f"Received: activation={name!r}. Other functions are not part of "
            "any ELECTRA checkpoint; convert the model with one of these."
        )
    return ACTIVATIONS[name]
