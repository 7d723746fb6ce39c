"""TensorFlow's checkpoint files, read without TensorFlow.

The `.index` file is a sorted table in the form of LevelDB: blocks of entries
whose keys share a beginning with the key before, a block of blocks, and a
footer that says where it is. A value is a short protocol buffer: type, shape,
shard, offset, size and checksum. The numbers themselves lie bare in the
`.data` files. So a 2020 release opens on JAX or PyTorch with no TensorFlow
installed.

Reference: `tensor_bundle.proto` of TensorFlow, `table_format.md` of LevelDB.
"""

import math
import struct

import numpy as np

from keras_electra.converters.crc32c import masked_crc32c
from keras_electra.converters.readers import StoredTensor
from keras_electra.json_file import refuse_lfs_pointer

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48  # Two handles, padding, and the magic number.
# From `types.proto`. Optimizer and step counts may be integers.
_TYPES = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    9: "<i8",
    19: "<f2",
}
_BFLOAT16 = 14


def read(prefix):
    """Every variable of a checkpoint.

    Args:
        prefix: `pathlib.Path`, the checkpoint without `.index`.

    Returns:
        A dict of names to `StoredTensor`.

    Raises:
        ValueError: if a file of the checkpoint is missing, truncated, or in a
            form that the TensorFlow of 2020 did not write.
    """
    index = prefix.with_name(prefix.name + ".index")
    refuse_lfs_pointer(index)
    content = index.read_bytes()
    try:
        entries = dict(_table(content))
        shards = _fields(entries.pop(b"")).get(1, 1)
        tensors = {
            name.decode("utf-8"): _entry(value)
            for name, value in entries.items()
        }
    except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise ValueError(
            f"`{index.name}` must be the index of a TensorFlow checkpoint; "
            f"this one is truncated or damaged. Received: {index}."
        ) from error
    files = [
        prefix.with_name(f"{prefix.name}.data-{n:05d}-of-{shards:05d}")
        for n in range(shards)
    ]
    _check_files(files, tensors)
    return {
        name: StoredTensor(
            entry[1], _reader(name, files[entry[2]], *entry), files[entry[2]]
        )
        for name, entry in tensors.items()
    }


def _check_files(files, tensors):
    for number, file in enumerate(files):
        if not file.is_file():
            raise ValueError(
                f"`{file.name}` must lie beside the index of the checkpoint. "
                f"Received: a folder without it, {file.parent}."
            )
        refuse_lfs_pointer(file)
        ends = [t[3] + t[4] for t in tensors.values() if t[2] == number]
        if file.stat().st_size < max(ends, default=0):
            raise ValueError(
                f"`{file.name}` is truncated: it must have at least "
                f"{max(ends)} bytes. Received: {file.stat().st_size} bytes in "
                f"{file}."
            )


def _reader(name, file, dtype, shape, shard, offset, size, checksum):
    def read_tensor():
        if dtype is None:
            raise ValueError(
                "A variable must hold numbers and lie in one piece to be "
                f"loaded. Received: {name}, a partitioned one or text, in "
                f"{file}."
            )
        octets = np.fromfile(file, "uint8", size, offset=offset)
        if (
            size != math.prod(shape) * dtype.itemsize
            or masked_crc32c(octets) != checksum
        ):
            raise ValueError(
                f"`{file.name}` must hold the numbers whose checksums are in "
                "the index; this file is damaged or of another checkpoint. "
                f"Copy or download it again. Received: {name} with another "
                f"checksum, in {file}."
            )
        return octets.view(dtype).reshape(shape)

    return read_tensor


def _table(content):
    """Keys and values of the whole table."""
    (magic,) = struct.unpack_from("<Q", content, len(content) - 8)
    if magic != _MAGIC:
        raise KeyError("no table")
    footer = content[-_FOOTER:]
    _, position = _varint(footer, 0)  # The meta index: offset,
    _, position = _varint(footer, position)  # and size.
    offset, position = _varint(footer, position)
    size, _ = _varint(footer, position)
    for _, handle in _block(content, offset, size):
        offset, position = _varint(handle, 0)
        size, _ = _varint(handle, position)
        yield from _block(content, offset, size)


def _block(content, offset, size):
    (checksum,) = struct.unpack_from("<I", content, offset + size + 1)
    if checksum != masked_crc32c(content[offset : offset + size + 1]):
        raise KeyError("damaged")
    if content[offset + size]:  # The byte after a block: its compression.
        raise ValueError(
            "The index of a checkpoint must not be compressed; TensorFlow has "
            "never written it so. Received: compression "
            f"{content[offset + size]}."
        )
    block = content[offset : offset + size]
    (restarts,) = struct.unpack_from("<I", block, size - 4)
    end = size - 4 - 4 * restarts
    position, key = 0, b""
    while position < end:
        shared, position = _varint(block, position)
        fresh, position = _varint(block, position)
        length, position = _varint(block, position)
        key = key[:shared] + block[position : position + fresh]
        position += fresh
        yield key, block[position : position + length]
        position += length


def _entry(value):
    """Type, shape, shard, offset, size and checksum of one tensor."""
    fields = _fields(value)
    shape = ()
    if 2 in fields:
        shape = tuple(_fields(d).get(1, 0) for d in _repeated(fields[2], 2))
    dtype = _TYPES.get(fields.get(1, 0))
    dtype = dtype and np.dtype(dtype)
    if fields.get(1) == _BFLOAT16:
        import ml_dtypes

        dtype = np.dtype(ml_dtypes.bfloat16)
    if 7 in fields:  # Slices of a partitioned variable.
        dtype = None
    checksum = int.from_bytes(fields.get(6, b""), "little")
    place = (fields.get(number, 0) for number in (3, 4, 5))
    return dtype, shape, *place, checksum


def _fields(message):
    """The last value of every field of a protocol buffer."""
    return dict(_walk(message))


def _repeated(message, number):
    return [value for field, value in _walk(message) if field == number]


def _walk(message):
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        kind = tag & 7
        if kind == 0:
            value, position = _varint(message, position)
        elif kind == 2:
            length, position = _varint(message, position)
            value = message[position : position + length]
            position += length
        else:  # 1: eight bytes, 5: four.
            length = {1: 8, 5: 4}[kind]
            value = message[position : position + length]
            position += length
        yield tag >> 3, value


def _varint(data, position):
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
