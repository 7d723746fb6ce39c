"""Read weights files as named tensors."""

import contextlib
import dataclasses
import importlib.util
from collections.abc import Callable

import numpy as np

from keras_electra.converters import flax_msgpack
from keras_electra.json_file import (
    check_file_name,
    read_json,
    refuse_lfs_pointer,
)

# In the order of preference: without torch, without unpacking, is better.
WEIGHTS_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "tf_model.h5",
    "flax_model.msgpack",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)


@dataclasses.dataclass(frozen=True)
class StoredTensor:
    """A tensor in a file: its shape now, its numbers when asked for.

    Args:
        shape: tuple of int.
        read: function without arguments that returns a numpy array.
        file: what messages call the file.
    """

    shape: tuple
    read: Callable
    file: object = "the checkpoint"


def find_weights(folder):
    """The weights file that is read, or `None`.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A `pathlib.Path`: the first of `WEIGHTS_FILES` that exists; one that
        only torch can read comes last.
    """
    for name in WEIGHTS_FILES:
        if (folder / name).is_file():
            return folder / name
    return None


def read_weights(path):
    """Every tensor of a weights file, by its name in that file.

    Args:
        path: `pathlib.Path` to one of `WEIGHTS_FILES`.

    Returns:
        A dict of names to `StoredTensor`.

    Raises:
        ValueError: if the file is truncated or damaged, is not what its name
            says, or names another file outside its folder.
        ImportError: if only torch can read the file and is not installed.
    """
    if path.name.endswith(".index.json"):
        return _read_shards(path)
    refuse_lfs_pointer(path)
    reader = {
        ".safetensors": _read_safetensors,
        ".h5": _read_h5,
        ".msgpack": _read_msgpack,
        ".bin": _read_torch,
    }[path.suffix]
    return reader(path)


def _read_shards(path):
    index = read_json(path)
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict):
        raise ValueError(
            f"`{path.name}` must have a `weight_map` of tensors to files. "
            f"Received: {path} with the keys {sorted(index)}."
        )
    for name in weight_map.values():
        check_file_name(name, path)
    stored, problems = {}, []
    for name in sorted(set(weight_map.values())):
        shard = path.with_name(name)
        if not shard.is_file():
            problems.append(f"the file {name} is missing")
            continue
        if shard.suffix not in (".safetensors", ".bin"):
            problems.append(f"the file {name} is of an unknown kind")
            continue
        tensors = read_weights(shard)
        claimed = {t for t, file in weight_map.items() if file == name}
        problems += [f"{name} lacks {t}" for t in sorted(claimed - {*tensors})]
        problems += [
            f"{name} holds {t}, which the index does not name"
            for t in sorted({*tensors} - claimed)
        ]
        stored.update(tensors)
    if problems:
        raise ValueError(
            f"`{path.name}` must describe the files beside it; download them "
            f"again. Received: {path}: {'; '.join(problems)}."
        )
    return stored


def _read_safetensors(path):
    # Importing ml_dtypes teaches numpy the name "bfloat16".
    import ml_dtypes  # noqa: F401
    import safetensors

    def read(name):
        with _explain(path):
            with safetensors.safe_open(path, "numpy") as file:
                return _as_numpy_float(file.get_tensor(name))

    with _explain(path):
        with safetensors.safe_open(path, "numpy") as file:
            shapes = {
                name: tuple(file.get_slice(name).get_shape())
                for name in file.keys()
            }
    return _stored(path, shapes, read)


def _read_h5(path):
    import h5py
    import ml_dtypes

    def read(name):
        with _explain(path):
            with h5py.File(path, "r") as file:
                array = file[name][()]
                if file[name].attrs.get("dtype") == "bfloat16":  # Keras' way.
                    array = array.view(ml_dtypes.bfloat16)
                return _as_numpy_float(array)

    shapes = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            if item.is_virtual or item.external:
                raise ValueError(f"{name} lies in another file")
            shapes[str(name)] = item.shape

    with _explain(path):
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    # TensorFlow puts ":0" behind the name of every variable.
    return {
        name.removesuffix(":0"): tensor
        for name, tensor in _stored(path, shapes, read).items()
    }


def _read_msgpack(path):
    with _explain(path):
        tensors = flax_msgpack.read(path)
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    return _stored(path, shapes, lambda name: _as_numpy_float(tensors[name]))


def _read_torch(path):
    if importlib.util.find_spec("torch") is None:
        others = [name for name in WEIGHTS_FILES if ".bin" not in name]
        raise ImportError(
            f"`{path.name}` can only be read with PyTorch, which is not "
            "installed: `pip install 'keras-electra[torch]'`. Or take one of "
            f"these files of the same model instead: {', '.join(others)}. "
            f"Received: {path}."
        )
    import torch

    with _explain(path):
        # Only tensors and plain containers: whatever else a pickle asks for
        # is refused, not run.
        state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict) or not all(
        isinstance(value, torch.Tensor) for value in state.values()
    ):
        raise ValueError(
            f"`{path.name}` must hold a dict of names to tensors, a "
            "`state_dict`; save that instead of the whole model or of a "
            f"training state. Received: {path}."
        )
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}

    def read(name):
        tensor = state[name].detach()
        if tensor.dtype == torch.bfloat16:  # numpy has no such type
            tensor = tensor.float()
        return tensor.numpy()

    return _stored(path, shapes, read)


def _stored(path, shapes, read):
    return {
        name: StoredTensor(tuple(shape), lambda name=name: read(name), path)
        for name, shape in shapes.items()
    }


def _as_numpy_float(array):
    if array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    return np.asarray(array)


@contextlib.contextmanager
def _explain(path):
    """Whatever a parser says of a damaged file, say which file and why."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError(
            f"`{path.name}` must be a whole weights file; this one is "
            "truncated, damaged, or holds something else than weights, and "
            f"nothing of it was run. Received: {path}: {error}"
        ) from error
