"""Check ids against the size of the table they are looked up in."""

import keras
import numpy as np


def check_ids(name, ids, size):
    """Raise if ids have no row in their table, where that can be seen.

    JAX answers with NaN, which training then writes into every weight, and
    PyTorch on a GPU loses the device. Within a compiled function values cannot
    be read; on PyTorch's accelerators reading them would cost a wait.

    Args:
        name: string. What the message calls the ids.
        ids: int tensor of any shape, or `None`.
        size: int. Rows of the table; `None` where it is not known.

    Raises:
        ValueError: if an id is negative, or not below `size`.
    """
    if ids is None or size is None or not _is_readable(ids):
        return
    values = keras.ops.convert_to_numpy(ids)
    if values.size and not 0 <= values.min() <= values.max() < size:
        raise ValueError(
            f"`{name}` must lie in [0, {size}), the range the model has "
            f"vectors for. Received: values from {values.min()} to "
            f"{values.max()}."
        )


def _is_readable(x):
    """Whether the values of a tensor can be read now, at no cost."""
    if isinstance(x, np.ndarray):
        return True
    if keras.config.backend() == "jax":
        import jax

        # Of an array that several processes share, each holds a part.
        is_traced = isinstance(x, (jax.core.Tracer, keras.KerasTensor))
        return not is_traced and getattr(x, "is_fully_addressable", True)
    if keras.config.backend() == "torch":
        import torch

        is_traced = torch.jit.is_tracing() or torch.compiler.is_compiling()
        return torch.is_tensor(x) and x.device.type == "cpu" and not is_traced
    return hasattr(x, "numpy")  # Tensors of a TensorFlow graph lack it.
