import json
import shutil
import struct

import numpy as np
import pytest

from keras_electra.converters import tf_checkpoint
from tests.converters.checkpoints import GOLDEN

FOLDERS = ["tf1_small", "tf1_base_style"]
INDEX = "model.ckpt-7.index"
DATA = "model.ckpt-7.data-00000-of-00001"


@pytest.mark.parametrize("name", FOLDERS)
def test_names_and_shapes(name):
    stored = tf_checkpoint.read(GOLDEN / name / "model.ckpt-7")
    said = json.loads((GOLDEN / name / "info.json").read_text())["variables"]
    said = {n.removesuffix(":0"): tuple(shape) for n, shape in said.items()}
    assert {n: t.shape for n, t in stored.items()} == said


@pytest.mark.parametrize("name", FOLDERS)
def test_the_same_numbers_as_tensorflow(name):
    tf = pytest.importorskip("tensorflow")
    prefix = GOLDEN / name / "model.ckpt-7"
    theirs = tf.train.load_checkpoint(str(prefix))
    for variable, tensor in tf_checkpoint.read(prefix).items():
        np.testing.assert_array_equal(
            tensor.read(), theirs.get_tensor(variable)
        )


def test_many_variables_and_types(tmp_path):
    """Several blocks of keys; types that an optimizer may leave behind."""
    tf = pytest.importorskip("tensorflow")
    rng = np.random.default_rng(0)
    types = ["float32", "float64", "int32", "int64", "float16"]
    arrays = {
        f"scope_{i}/variable_with_a_long_name_{i}": (
            rng.normal(size=(i % 3 + 1, 2)) * 9
        ).astype(types[i % len(types)])
        for i in range(500)
    }
    arrays["brain"] = tf.constant([1.5, 2.5], tf.bfloat16).numpy()
    arrays["text"] = np.array(b"text")
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "model.ckpt"),
        tensor_names=list(arrays),
        shape_and_slices=[""] * len(arrays),
        tensors=list(arrays.values()),
    )
    stored = tf_checkpoint.read(tmp_path / "model.ckpt")
    assert set(stored) == set(arrays)
    with pytest.raises(ValueError, match="must hold numbers"):
        stored.pop("text").read()
    for name, tensor in stored.items():
        np.testing.assert_array_equal(tensor.read(), arrays[name])


@pytest.fixture
def broken(tmp_path):
    for file in (INDEX, DATA):
        shutil.copy(GOLDEN / "tf1_small" / file, tmp_path)
    return tmp_path


@pytest.mark.parametrize("keep", [0, 10, 1000, -1])
def test_truncated_index(broken, keep):
    content = (broken / INDEX).read_bytes()
    (broken / INDEX).write_bytes(content[:keep])
    with pytest.raises(ValueError, match="index of a TensorFlow checkpoint"):
        tf_checkpoint.read(broken / "model.ckpt-7")


def test_damaged_index(broken):
    content = bytearray((broken / INDEX).read_bytes())
    rng = np.random.default_rng(0)
    for _ in range(200):  # Whatever comes, it is one kind of error.
        damaged = content.copy()
        damaged[rng.integers(len(content))] ^= int(rng.integers(1, 256))
        (broken / INDEX).write_bytes(damaged)
        try:
            tf_checkpoint.read(broken / "model.ckpt-7")
        except ValueError:
            pass


def test_compressed_index(broken):
    """Rewrite the first block's type, and its checksum with it."""
    content = bytearray((broken / INDEX).read_bytes())
    size = next(
        size
        for size in range(4, len(content) - 5)
        if struct.pack("<I", tf_checkpoint._checksum(content[: size + 1]))
        == content[size + 1 : size + 5]
    )
    content[size] = 1
    checksum = tf_checkpoint._checksum(content[: size + 1])
    content[size + 1 : size + 5] = struct.pack("<I", checksum)
    (broken / INDEX).write_bytes(content)
    with pytest.raises(ValueError, match="must not be compressed"):
        tf_checkpoint.read(broken / "model.ckpt-7")


def test_truncated_data(broken):
    (broken / DATA).write_bytes((broken / DATA).read_bytes()[:-1])
    with pytest.raises(ValueError, match="is truncated"):
        tf_checkpoint.read(broken / "model.ckpt-7")


def test_missing_data(broken):
    (broken / DATA).unlink()
    with pytest.raises(ValueError, match="must lie beside the index"):
        tf_checkpoint.read(broken / "model.ckpt-7")
