"""A damaged newest checkpoint: which one, and which older one is intact."""

import json

import keras
import numpy as np
import pytest

from keras_electra import TrainingCheckpoints

FILES = ("run.json", "state.json", "state.safetensors")


def compiled():
    layers = [keras.Input((2,)), keras.layers.Dense(3, name="dense")]
    model = keras.Sequential(layers, name="model")
    model.compile("adam", "mse")
    return model


def flip(content):
    """A byte of the numbers, which nothing but a checksum tells."""
    return content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]


DAMAGES = {
    "missing": None,
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "zeros": lambda content: bytes(len(content)),
    "a list": lambda content: b"[]",
    "flipped": flip,
}


@pytest.fixture
def folder(tmp_path):
    x, y = np.ones((6, 2)), np.ones((6, 3))
    checkpoints = TrainingCheckpoints(tmp_path, every=1, keep=3)
    compiled().fit(x, y, batch_size=2, verbose=0, callbacks=[checkpoints])
    assert checkpoints.steps() == [1, 2, 3]
    return tmp_path


def damage(folder, step, name, how):
    path = folder / f"step_{step:09d}" / name
    content = path.read_bytes()
    path.unlink()
    if DAMAGES[how] is not None:
        path.write_bytes(DAMAGES[how](content))


@pytest.mark.parametrize(
    "name, how",
    [
        (name, how)
        for name in FILES
        for how in DAMAGES
        # A folder without a state is no checkpoint, and a flipped byte of a
        # JSON file may be another setting.
        if how != ("missing" if name == FILES[2] else "flipped")
    ],
)
def test_the_newest_intact_one_is_named(folder, name, how):
    damage(folder, 3, name, how)
    checkpoints = TrainingCheckpoints(folder)
    with pytest.raises(ValueError) as error:
        checkpoints.restore_latest(compiled())
    assert "The newest checkpoint must be whole" in str(error.value)
    assert f"Received: {folder / 'step_000000003'}: " in str(error.value)
    older = folder / "step_000000002"
    assert f"Delete it to resume from {older}." in str(error.value)
    damage(folder, 2, "state.safetensors", "half")
    with pytest.raises(ValueError, match="to resume from .*step_000000001"):
        checkpoints.restore_latest(compiled())
    damage(folder, 1, "run.json", "empty")
    with pytest.raises(ValueError, match="no intact one before it: start in"):
        checkpoints.restore_latest(compiled())


def test_checkpoints_without_a_checksum(folder):
    """As earlier versions wrote them."""
    path = folder / "step_000000003" / "state.json"
    content = json.loads(path.read_text())
    del content["sha256"]
    path.write_text(json.dumps(content))
    assert TrainingCheckpoints(folder).restore_latest(compiled()) == 3
