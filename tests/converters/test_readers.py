import importlib.util
import json
import os
import pickle
import struct

import msgpack
import numpy as np
import pytest

from keras_electra.converters import readers
from tests.converters.checkpoints import GOLDEN, arrays, copy

FOLDER = GOLDEN / "hf" / "discriminator"


def values(path):
    return {n: t.read() for n, t in readers.read_weights(path).items()}


@pytest.mark.parametrize(
    "file",
    ["model.safetensors", "tf_model.h5", "flax_model.msgpack"],
)
def test_shapes_are_known_before_reading(file):
    for tensor in readers.read_weights(FOLDER / file).values():
        assert tensor.read().shape == tensor.shape
        assert tensor.read().dtype == "float32"


def test_torch_equals_safetensors():
    pytest.importorskip("torch")
    theirs = values(FOLDER / "pytorch_model.bin")
    for name, array in values(FOLDER / "model.safetensors").items():
        np.testing.assert_array_equal(array, theirs[name])


def test_which_file_is_read(tmp_path):
    assert readers.find_weights(tmp_path) is None
    for name in reversed(readers.WEIGHTS_FILES):
        (tmp_path / name).touch()
        assert readers.find_weights(tmp_path).name == name


@pytest.mark.parametrize(
    "file",
    ["model.safetensors", "tf_model.h5", "flax_model.msgpack"],
)
@pytest.mark.parametrize("keep", [0, 0.3, 0.999])
def test_truncated(tmp_path, file, keep):
    content = (FOLDER / file).read_bytes()
    path = tmp_path / file
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(ValueError, match="truncated, damaged"):
        values(path)


@pytest.mark.parametrize("keep", [0, 0.3, 0.999])
def test_truncated_torch(tmp_path, keep):
    pytest.importorskip("torch")
    content = (FOLDER / "pytorch_model.bin").read_bytes()
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(ValueError, match="truncated, damaged"):
        values(path)


class Malice:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_bin_that_carries_code_does_not_run(tmp_path, zipped):
    torch = pytest.importorskip("torch")
    path = tmp_path / "pytorch_model.bin"
    trap = tmp_path / "trap"
    if zipped:
        torch.save({"weight": Malice(trap)}, path)
    else:
        path.write_bytes(pickle.dumps({"weight": Malice(trap)}, protocol=2))
    with pytest.raises(ValueError, match="nothing of it was run"):
        readers.read_weights(path)
    assert not trap.exists()


def test_a_bin_that_is_no_state_dict(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "pytorch_model.bin"
    torch.save({"model": {"weight": torch.zeros(1)}, "step": 3}, path)
    with pytest.raises(ValueError, match="a `state_dict`"):
        readers.read_weights(path)


def test_no_torch(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "torch" else find(name, *rest),
    )
    with pytest.raises(ImportError, match=r"keras-electra\[torch\]") as error:
        readers.read_weights(FOLDER / "pytorch_model.bin")
    assert "tf_model.h5" in str(error.value)


def test_half_precision(tmp_path):
    import ml_dtypes
    import safetensors.numpy

    path = tmp_path / "model.safetensors"
    numbers = np.array([1.5, -2.0], "float32")
    safetensors.numpy.save_file(
        {
            "a": numbers.astype(ml_dtypes.bfloat16),
            "b": numbers.astype("float16"),
        },
        path,
    )
    for array in values(path).values():
        np.testing.assert_array_equal(array.astype("float32"), numbers)


def test_half_precision_torch(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "pytorch_model.bin"
    torch.save({"a": torch.tensor([1.5, -2.0], dtype=torch.bfloat16)}, path)
    np.testing.assert_array_equal(values(path)["a"], [1.5, -2.0])


# === Shards ===
def shards(folder, kind="safetensors"):
    """The discriminator in two files with an index, as large models are."""
    tensors = values(FOLDER / "model.safetensors")
    stem = {"safetensors": "model", "bin": "pytorch_model"}[kind]
    files = [f"{stem}-0000{i}-of-00002.{kind}" for i in (1, 2)]
    weight_map = {}
    for i, file in enumerate(files):
        part = dict(list(tensors.items())[i::2])
        weight_map |= dict.fromkeys(part, file)
        if kind == "bin":
            import torch

            torch.save(
                {n: torch.from_numpy(a) for n, a in part.items()},
                folder / file,
            )
        else:
            import safetensors.numpy

            safetensors.numpy.save_file(part, folder / file)
    index = folder / f"{stem}.{kind}.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return index


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_sharded(tmp_path, kind):
    if kind == "bin":
        pytest.importorskip("torch")
    index = shards(tmp_path, kind)
    assert readers.find_weights(tmp_path) == index
    ours = values(index)
    for name, array in values(FOLDER / "model.safetensors").items():
        np.testing.assert_array_equal(ours[name], array)


@pytest.mark.parametrize(
    "name",
    [
        "../model.safetensors",
        "/etc/passwd",
        "..",
        "a/b.safetensors",
        "..\\model.safetensors",
        "C:model.safetensors",
        7,
    ],
)
def test_a_shard_outside_the_folder(tmp_path, name):
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"weight": name}}))
    with pytest.raises(ValueError, match="files in its own folder"):
        readers.read_weights(index)


def test_incomplete_shards(tmp_path):
    index = shards(tmp_path)
    content = json.loads(index.read_text())
    first, second = sorted(set(content["weight_map"].values()))
    (tmp_path / second).unlink()
    content["weight_map"]["nowhere"] = first
    index.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="describe the files") as error:
        readers.read_weights(index)
    assert f"the file {second} is missing" in str(error.value)
    assert f"{first} lacks nowhere" in str(error.value)
    content["weight_map"] = {"weight": "notes.txt"}
    (tmp_path / "notes.txt").touch()
    index.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="notes.txt is of an unknown kind"):
        readers.read_weights(index)
    del content["weight_map"]
    index.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="must have a `weight_map`"):
        readers.read_weights(index)


def test_a_shard_that_holds_more_than_the_index_says(tmp_path):
    index = shards(tmp_path)
    content = json.loads(index.read_text())
    del content["weight_map"]["electra.embeddings.LayerNorm.bias"]
    index.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="which the index does not name"):
        readers.read_weights(index)


# === Flax ===
def array_extension(array, **changes):
    parts = [list(array.shape), array.dtype.name, array.tobytes()]
    parts[0] = changes.get("shape", parts[0])
    parts[1] = changes.get("dtype", parts[1])
    return msgpack.ExtType(1, msgpack.packb(parts, use_bin_type=True))


def write_flax(folder, tree):
    path = folder / "flax_model.msgpack"
    path.write_bytes(msgpack.packb(tree))
    return path


def test_chunked_flax_array(tmp_path):
    array = np.arange(6, dtype="float32")
    chunked = {
        "__msgpack_chunked_array__": True,
        "shape": {"0": 2, "1": 3},
        "chunks": {
            "0": array_extension(array[:4]),
            "1": array_extension(array[4:]),
        },
    }
    path = write_flax(tmp_path, {"a": {"b": chunked}})
    np.testing.assert_array_equal(values(path)["a/b"], array.reshape(2, 3))
    del chunked["chunks"]["0"]
    path = write_flax(tmp_path, {"a": chunked})
    with pytest.raises(ValueError, match="chunked array is incomplete"):
        readers.read_weights(path)


def test_bfloat16_flax_array(tmp_path):
    import ml_dtypes

    array = np.array([1.5], ml_dtypes.bfloat16)
    path = write_flax(tmp_path, {"a": array_extension(array)})
    np.testing.assert_array_equal(values(path)["a"], [1.5])


ONE = np.zeros(2, "float32")


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([1, 2], "a tree of dicts expected"),
        ({"a": "text"}, "arrays expected, not str at 'a'"),
        ({"a": msgpack.ExtType(9, b"x")}, "msgpack extension 9"),
        ({"a": msgpack.ExtType(1, msgpack.packb([1]))}, "shape, type and"),
        ({"a": array_extension(ONE, shape=[3])}, "has not its 12 bytes"),
        ({"a": array_extension(ONE, dtype="O")}, "unknown type of numbers"),
        ({"a": array_extension(ONE, dtype="wrong")}, "unknown type of"),
    ],
)
def test_flax_files_that_hold_something_else(tmp_path, tree, message):
    with pytest.raises(ValueError, match=message):
        readers.read_weights(write_flax(tmp_path, tree))


def test_deep_or_nested_msgpack_is_refused(tmp_path):
    path = tmp_path / "flax_model.msgpack"
    path.write_bytes(struct.pack("B", 0x91) * 5000)
    with pytest.raises(ValueError, match="truncated, damaged"):
        readers.read_weights(path)


def test_h5_with_numbers_in_another_file(tmp_path):
    import h5py

    (tmp_path / "secret").write_bytes(b"12345678")
    with h5py.File(tmp_path / "tf_model.h5", "w") as file:
        file.create_dataset(
            "a", (2,), "float32", external=str(tmp_path / "secret")
        )
    with pytest.raises(ValueError, match="a lies in another file"):
        readers.read_weights(tmp_path / "tf_model.h5")


def test_h5_with_other_prefixes(tmp_path):
    """Model names inside vary, and so does the end of the word embeddings."""
    import h5py

    from keras_electra import ElectraBackbone

    copy("backbone", tmp_path)
    with (
        h5py.File(GOLDEN / "hf" / "backbone" / "tf_model.h5") as source,
        h5py.File(tmp_path / "tf_model.h5", "w") as target,
    ):

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                name = name.replace("tf_electra_model", "tf_electra_7/wrapped")
                name = name.replace("/weight:0", "/embeddings:0")
                target[name] = item[()]

        source.visititems(visit)
    theirs = ElectraBackbone.from_preset(GOLDEN / "hf" / "backbone")
    ours = ElectraBackbone.from_preset(tmp_path)
    expected = arrays(theirs)
    for path, array in arrays(ours).items():
        np.testing.assert_array_equal(array, expected[path])
