"""Checks of numbers: weights, masks and outputs; numpy only."""

import numpy as np


def describe(array):
    """What an error message says of an array.

    Args:
        array: numpy array.

    Returns:
        string.
    """
    text = f"dtype {array.dtype}, shape {array.shape}"
    if array.size and array.dtype.kind in "iufb":
        text += f", values from {array.min()} to {array.max()}"
    return text


def check_mask(name, mask):
    """Check that a padding mask is one.

    Args:
        name: string. How the error message calls it.
        mask: int or bool array.

    Raises:
        ValueError: if it holds anything but 0 and 1.
    """
    if mask.dtype.kind not in "iub" or not np.isin(mask, (0, 1)).all():
        raise ValueError(
            f"`{name}` must be 1 for a token and 0 for padding. Received: "
            f"{describe(mask)}."
        )


def check_finite(name, array):
    """Check that an array holds finite numbers.

    Args:
        name: string. How the error message calls it.
        array: numpy array.

    Raises:
        ValueError: if it does not.
    """
    if array.dtype.kind not in "iufb":
        raise ValueError(
            f"`{name}` must hold finite numbers. Received: {describe(array)}."
        )
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"`{name}` must hold finite numbers. Received: "
            f"{array[tuple(place)]} at {place.tolist()}, shape {array.shape}."
        )


def check_outputs(*outputs):
    """Check that a model answered with finite numbers.

    Args:
        *outputs: float arrays with a row for each input.

    Raises:
        ValueError: naming the first row that is not finite.
    """
    for output in outputs:
        if not np.isfinite(output).all():
            finite = np.isfinite(output).reshape(len(output), -1).all(axis=1)
            raise ValueError(
                "The outputs of the model must be finite. Received: NaN or "
                f"infinity for {np.sum(~finite)} of {len(finite)} inputs, the "
                f"first is number {np.argmin(finite)}. Either its weights hold "
                "NaN or infinity, or float16, which ends at 65504, overflowed: "
                "then use float32 or mixed_bfloat16."
            )
