"""Flax' msgpack files, read without Flax.

A tree of dicts; an array is extension type 1 and again msgpack: shape, name of
the type, bytes. Arrays above 1 GB are cut into chunks, in a dict of their own.
Numbers are the only thing that such a file can become here.

Reference: `flax.serialization`.
"""

import math

import numpy as np

_ARRAY, _SCALAR = 1, 3
_CHUNKED = "__msgpack_chunked_array__"


def read(path):
    """Every array of the file.

    Args:
        path: `pathlib.Path`.

    Returns:
        A dict of names, joined with `/`, to numpy arrays.

    Raises:
        ValueError: if the file is truncated or holds anything but arrays in
            dicts.
    """
    import msgpack

    try:
        tree = msgpack.unpackb(
            path.read_bytes(),
            ext_hook=_extension,
            raw=False,
            strict_map_key=True,
        )
    except (msgpack.exceptions.UnpackException, UnicodeDecodeError) as error:
        raise ValueError(f"not readable as msgpack: {error!r}") from error
    if not isinstance(tree, dict):
        raise ValueError(f"a tree of dicts expected, not {type(tree).__name__}")
    return dict(_leaves(tree, ()))


def _leaves(node, path):
    if isinstance(node, dict) and _CHUNKED in node:
        yield "/".join(path), _join_chunks(node)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(node, np.ndarray | np.generic):
        yield "/".join(path), np.asarray(node)
    else:
        raise ValueError(
            f"arrays expected, not {type(node).__name__} at {'/'.join(path)!r}"
        )


def _extension(code, data):
    import msgpack

    if code not in (_ARRAY, _SCALAR):
        raise ValueError(f"arrays expected, not msgpack extension {code}")
    content = msgpack.unpackb(data, raw=True)
    if not isinstance(content, list) or len(content) != 3:
        raise ValueError("an array must be its shape, type and bytes")
    shape, dtype, buffer = content
    dtype = _dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if not isinstance(buffer, bytes) or size != len(buffer):
        raise ValueError(f"an array of shape {shape} has not its {size} bytes")
    return np.frombuffer(buffer, dtype).reshape(shape)


def _dtype(name):
    import ml_dtypes

    name = name.decode("ascii") if isinstance(name, bytes) else str(name)
    if name == "bfloat16":
        return np.dtype(ml_dtypes.bfloat16)
    try:
        dtype = np.dtype(name)
    except TypeError as error:
        raise ValueError(f"unknown type of numbers {name!r}") from error
    if dtype.kind not in "fiub":
        raise ValueError(f"unknown type of numbers {name!r}")
    return dtype


def _join_chunks(node):
    """`{"shape": {"0": ..}, "chunks": {"0": array, "1": array, ...}}`."""
    try:
        shape = [node["shape"][str(i)] for i in range(len(node["shape"]))]
        chunks = [node["chunks"][str(i)] for i in range(len(node["chunks"]))]
        return np.concatenate(chunks).reshape(shape)
    except (KeyError, TypeError) as error:
        raise ValueError(f"a chunked array is incomplete: {error!r}") from error
