"""Sixteen random bits for every element; PyTorch only."""

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
    return words.view(torch.int16)[:count].view(tuple(shape))
