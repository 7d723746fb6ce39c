"""Exporting by a process that runs the backend which the format needs.

Only TensorFlow traces the model with sizes left open in a way that most formats
understand, and only PyTorch writes its own. So the weights are saved, and a
child process builds the same model again and writes it.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from keras_electra import registration
from keras_electra.exporters import building, formats
from keras_electra.exporters.request import Order

_ERRORS = {
    error.__name__: error
    for error in (ValueError, TypeError, ImportError, RuntimeError)
}


def build(task, folder, order):
    """As `building.build`, from any backend.

    Args:
        task: a task.
        folder: `pathlib.Path`, which exists.
        order: `Order`.

    Raises:
        OSError: if the disk is full.
        RuntimeError: whatever else goes wrong in the child, in its words.
    """
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        task.save_to_preset(work / "preset")
        if order.representative_data is not None:
            np.savez(work / "data.npz", **_flat(order.representative_data))
        # Arrays go by the file above.
        plain = order._replace(representative_data=None)._asdict()
        message = {
            "task": type(task).__name__, "folder": str(folder), "order": plain
        }  # fmt: skip
        (work / "message.json").write_text(json.dumps(message))
        done = subprocess.run(
            [sys.executable, "-m", "keras_electra.exporters.child", str(work)],
            env={
                **os.environ,
                "KERAS_BACKEND": formats.FORMATS[order.format].backend,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "TF_CPP_MIN_LOG_LEVEL": "3",
            },
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise _error(work / "error.json", done)


def _error(path, done):
    """The child's error, as one of here."""
    if not path.exists():
        return RuntimeError(
            "The process that exports has ended without a word. Its status "
            f"is {done.returncode}, and it printed: {done.stderr[-2000:]}"
        )
    error = json.loads(path.read_text())
    if error["errno"] is not None:
        return OSError(error["errno"], error["message"])
    if error["type"] in _ERRORS:
        return _ERRORS[error["type"]](error["message"])
    return RuntimeError(f"{error['type']}: {error['message']}")


def _flat(examples):
    return {
        f"{index}/{name}": array
        for index, example in enumerate(examples)
        for name, array in example.items()
    }


def _nested(arrays):
    examples = {}
    for key in arrays.files:
        index, _, name = key.partition("/")
        examples.setdefault(int(index), {})[name] = arrays[key]
    return [examples[index] for index in sorted(examples)]


def _main(work):
    message = json.loads((work / "message.json").read_text())
    task = registration.load(message["task"]).from_preset(str(work / "preset"))
    order = Order(**message["order"])
    data = work / "data.npz"
    if data.exists():
        order = order._replace(representative_data=_nested(np.load(data)))
    building.build(task, pathlib.Path(message["folder"]), order)


if __name__ == "__main__":
    work = pathlib.Path(sys.argv[1])
    try:
        _main(work)
    except Exception as error:
        contents = {
            "type": type(error).__name__,
            "message": getattr(error, "strerror", None) or str(error),
            "errno": getattr(error, "errno", None),
        }
        (work / "error.json").write_text(json.dumps(contents))
        raise
