import json
import shutil
import struct

import numpy as np
import pytest

from keras_electra.converters import tf_checkpoint
from keras_electra.converters.crc32c import masked_crc32c
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
        if struct.pack("<I", masked_crc32c(content[: size + 1]))
        == content[size + 1 : size + 5]
    )
    content[size] = 1
    checksum = masked_crc32c(content[: size + 1])
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


# === Checksums ===
def test_checksums_of_the_standard():
    """RFC 3720, appendix B.4, and the check value of the catalogue."""
    for data, crc in (
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
        (b"", 0),
    ):
        rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
        assert masked_crc32c(data) == (rotated + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize("size", [1, 3, 4, 5, 63, 64, 1000, 4099])
def test_checksums_of_all_lengths(size):
    data = np.random.default_rng(size).integers(0, 256, size).astype("uint8")
    crc = 0xFFFFFFFF
    for byte in data.tolist():  # The definition, bit by bit.
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    expected = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked_crc32c(data) == masked_crc32c(data.tobytes()) == expected


def test_data_of_zeros(broken):
    from keras_electra import ElectraBackbone

    size = (broken / DATA).stat().st_size
    (broken / DATA).write_bytes(bytes(size))
    with pytest.raises(ValueError, match="another checksum, in .*data-00000"):
        ElectraBackbone.from_preset(broken, num_heads=4)


def test_one_wrong_bit(broken):
    content = bytearray((broken / DATA).read_bytes())
    stored = tf_checkpoint.read(broken / "model.ckpt-7")
    before = {name: tensor.read() for name, tensor in stored.items()}
    content[len(content) // 2] ^= 1
    (broken / DATA).write_bytes(content)
    failed = []
    for name, tensor in stored.items():
        try:
            np.testing.assert_array_equal(tensor.read(), before[name])
        except ValueError as error:
            assert f"Received: {name} with another" in str(error)
            failed.append(name)
    assert len(failed) == 1  # Only what is read is checked.
