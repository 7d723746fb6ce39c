"""Checks of numbers: weights, masks and outputs; numpy only."""

import numpy as np


def describe(array):
    """Dtype, shape and range of an array, for error messages."""
    text = f"dtype {array.dtype}, shape {array.shape}"
    if array.size and array.dtype.kind in "iufb":
        text += f", values from {array.min()} to {array.max()}"
    return text


def mask_message(name):
    """What a padding mask must be."""
    return f"`{name}` must be 1 for a token and 0 for padding."


def check_mask(name, mask):
    """Raise if a padding mask holds anything but 0 and 1."""
    if mask.dtype.kind not in "iub" or not np.isin(mask, (0, 1)).all():
        raise ValueError(f"{mask_message(name)} Received: {describe(mask)}.")


def check_finite(name, array):
    """Raise if an array holds anything but finite numbers."""
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
    """Raise if outputs, with a row for each input, are not finite."""
    for output in outputs:
        if not np.isfinite(output).all():
            finite = np.isfinite(output).reshape(len(output), -1).all(axis=1)
            raise ValueError(
                "The outputs of the model must be finite. Received: NaN or "
                f"infinity for {np.sum(~finite)} of {len(finite)} inputs, the "
                f"first is number {np.argmin(finite)}. Either its weights hold "
                "NaN or infinity, or float16 overflowed (above 65504); use "
                "float32 or mixed_bfloat16."
            )
