"""Batch rows of similar length and restore their order."""

import numpy as np


def sorted_parts(lengths, batch_size):
    """Row numbers in batches, the shortest rows first.

    Args:
        lengths: int array, `(N,)`. How long each row is.
        batch_size: int.

    Returns:
        A pair: list of int arrays of row numbers; and an int array, `(N,)`,
        that brings what the batches gave back into the order of the rows.
    """
    order = np.argsort(lengths, kind="stable")
    parts = [
        order[start : start + batch_size]
        for start in range(0, len(order), batch_size)
    ]
    return parts, np.argsort(order, kind="stable")


def join(*arrays, missing=0.0):
    """Concatenate along rows, padding the second axis where lengths differ.

    Args:
        *arrays: arrays of as many axes.
        missing: number, default `0.0`. What the padding is.

    Returns:
        An array.
    """
    if len({array.shape[1:] for array in arrays}) > 1:
        longest = max(array.shape[1] for array in arrays)
        arrays = [
            np.pad(
                array,
                [(0, 0), (0, longest - array.shape[1])]
                + [(0, 0)] * (array.ndim - 2),
                constant_values=missing,
            )
            for array in arrays
        ]
    return np.concatenate(arrays)
