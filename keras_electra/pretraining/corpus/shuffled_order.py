"""A shuffled order of any length that needs no memory and no history."""

import numpy as np

_ROUNDS = 4


def shuffled(positions, size, seed):
    """Where positions go in a shuffled order.

    A Feistel network shuffles the numbers below the next power of four;
    results beyond `size` are shuffled again until they fall below it. So one
    position of billions costs as much as one of ten.

    Args:
        positions: int array, any shape, each in [0, `size`).
        size: int. How many are shuffled.
        seed: tuple of int. Another seed, another order.

    Returns:
        int64 array of the same shape. All positions together give each number
        in [0, `size`) once.
    """
    half = max((int(size - 1).bit_length() + 1) // 2, 1)
    mask = np.uint64((1 << half) - 1)
    shift = np.uint64(half)
    keys = np.random.SeedSequence(seed).generate_state(_ROUNDS, "uint64")
    result = np.asarray(positions, dtype="uint64").copy()
    outside = np.ones(result.shape, dtype=bool)
    while outside.any():
        left, right = result[outside] >> shift, result[outside] & mask
        for key in keys:
            left, right = right, left ^ (_scramble(right, key) & mask)
        result[outside] = left << shift | right
        outside = result >= size
    return result.astype("int64")


def _scramble(values, key):
    """The finalizer of SplitMix64, a well-mixed function of its input."""
    values = values + key
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)
