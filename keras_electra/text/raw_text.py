"""Recognize single texts, pairs and symbolic tensors."""

import numpy as np


def split_pair(x):
    """Split raw input into first and second texts.

    Args:
        x: texts; or a tuple of two; or a list of two-tuples of strings.

    Returns:
        A pair, the second entry of which is `None` for single texts.

    Raises:
        ValueError: if there are more than two texts to a sequence.
    """
    is_rows = isinstance(x, list) and x and isinstance(x[0], tuple)
    if is_rows:
        x = tuple(list(column) for column in zip(*x, strict=True))
    if not isinstance(x, tuple):
        return x, None
    if len(x) not in (1, 2):
        raise ValueError(
            "A sequence must be one text or a pair of texts. Received: a "
            f"tuple of {len(x)}. For a batch of single texts pass a list."
        )
    return x[0], (x[1] if len(x) == 2 else None)


def is_symbolic(x):
    """Whether something is a tensor of a TensorFlow graph.

    Args:
        x: anything.

    Returns:
        bool.
    """
    # Read off the type, because TensorFlow may not be installed.
    is_tensorflow = type(x).__module__.startswith("tensorflow.")
    return is_tensorflow and not hasattr(x, "numpy")


def are_texts(x):
    """Whether something is text, or a batch of it.

    Args:
        x: anything.

    Returns:
        bool.
    """
    if isinstance(x, (list, tuple, np.ndarray)) and len(x):
        return are_texts(x[0])
    return isinstance(x, (str, bytes)) or "string" in str(
        getattr(x, "dtype", "")
    )
