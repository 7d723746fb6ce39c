"""CRC-32C checksums at the speed of numpy.

Reference: RFC 3720, appendix B.4; `lib/hash/crc32c.h` of TensorFlow.
"""

import functools

import numpy as np

_POLYNOMIAL = np.uint32(0x82F63B78)
# A checksum starts from a register of ones. These four bytes bring a register
# of zeros there, before which any number of zeros changes nothing.
_START = np.uint32(0x641F6454)


def masked_crc32c(data):
    """The checksum as LevelDB and TensorFlow store it: rotated and shifted.

    Args:
        data: bytes, or a uint8 array.

    Returns:
        int.
    """
    padding = -len(data) % 4
    words = np.zeros((4 + padding + len(data)) // 4, "<u4")
    octets = words.view("uint8")
    octets[padding : padding + 4] = _START.reshape(1).view("uint8")
    octets[padding + 4 :] = np.frombuffer(data, "uint8")
    # The first words, advanced past the last 2**n, are added to those: a
    # checksum is linear.
    while len(words) > 1:
        n = (len(words) - 1).bit_length() - 1
        first, words = words[: -(2**n)], words[-(2**n) :]
        words[-len(first) :] ^= _advance(first, _tables(n))
    crc = int(_advance(words, _tables(0))[0]) ^ 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@functools.cache
def _tables(n):
    """What 2**n words of zeros make of each byte of a register, `(4, 256)`."""
    if n:
        half = _tables(n - 1)
        return np.stack([_advance(table, half) for table in half])
    tables = np.arange(256, dtype="<u4") << np.arange(0, 32, 8)[:, None]
    tables = tables.astype("<u4")
    for _ in range(32):
        tables = (tables >> 1) ^ (tables & 1) * _POLYNOMIAL
    return tables


def _advance(words, tables):
    octets = words.view("uint8").reshape(-1, 4)
    result = tables[0][octets[:, 0]]
    for number in (1, 2, 3):
        result ^= tables[number][octets[:, number]]
    return result
