"""Sixteen random bits for every element, as each framework makes them."""

import math


def torch_bits(shape):
    """Random int16 numbers on the CPU, from PyTorch's own generator.

    Args:
        shape: sequence of ints.

    Returns:
        `torch.Tensor`, int16, every value as likely as any other.
    """
    import torch

    count = math.prod(shape)
    words = torch.empty(-(-count // 4), dtype=torch.int64, device="cpu")
    words.random_(-(2**63), None)  # All 64 bits.
    return words.view(torch.int16)[:count].view(*shape)


def jax_bits(seed, shape):
    """Random uint16 numbers.

    Args:
        seed: uint32 `(2,)`, what `keras.random.SeedGenerator.next` gives.
        shape: sequence of ints.

    Returns:
        `jax.Array`, uint16.
    """
    import jax

    key = jax.random.wrap_key_data(seed, impl="threefry2x32")
    return jax.random.bits(key, shape, "uint16")
