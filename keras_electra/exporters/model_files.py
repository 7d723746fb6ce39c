"""Write and load the files of an exported model.

TensorFlow traces models with open sizes in a way that most formats understand,
and PyTorch's format needs PyTorch. On another backend the task is saved, and a
child process rebuilds it on the backend of the format and writes the files.
"""

import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import keras
import numpy as np

from keras_electra import registration
from keras_electra.exporters import saved_model, signatures
from keras_electra.exporters.formats import FORMATS, Request
from keras_electra.runtime.engines import load_engine

MODULE = "keras_electra.exporters.model_files"
_ERRORS = {
    error.__name__: error
    for error in (ValueError, TypeError, ImportError, RuntimeError)
}


def write(task, folder, request):
    """Write the files of the model, on any backend.

    Args:
        task: a task.
        folder: `pathlib.Path`, which exists.
        request: `Request`.
    """
    if keras.config.backend() != FORMATS[request.format].backend:
        _write_in_child(task, folder, request)
        return
    signature = signatures.signature_of(task, request.inputs)
    chosen = FORMATS[request.format]
    path = folder / chosen.model
    writer = _module(chosen)
    if not chosen.is_converted:
        writer.write(task, path, signature)
        return
    with tempfile.TemporaryDirectory() as name:
        source = pathlib.Path(name)
        saved_model.write(task, source, signature)
        writer.write(source, path, signature, request)


def load(folder, manifest):
    """Return the model as a function of a dict of arrays to such a dict."""
    chosen = FORMATS[manifest["format"]]
    if chosen.is_converted:
        return load_engine(folder, manifest)
    return _module(chosen).load(folder / chosen.model)


def _module(chosen):
    return importlib.import_module(f"keras_electra.exporters.{chosen.module}")


# === Child process ===


def _write_in_child(task, folder, request):
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        task.save_to_preset(work / "preset")
        if request.representative_data is not None:
            np.savez(work / "data.npz", **_flat(request.representative_data))
        message = {
            "task": type(task).__name__,
            "folder": str(folder),
            "request": request._replace(representative_data=None),
        }
        (work / "message.json").write_text(json.dumps(message))
        done = subprocess.run(
            [sys.executable, "-m", MODULE, str(work)],
            env={
                **os.environ,
                "KERAS_BACKEND": FORMATS[request.format].backend,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "TF_CPP_MIN_LOG_LEVEL": "3",
            },
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise _error(work / "error.json", done)


def _error(path, done):
    """Rebuild the error of the child process."""
    if not path.exists():
        return RuntimeError(
            "The export process exited without reporting an error. Its status "
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
    request = Request(*message["request"])
    data = work / "data.npz"
    if data.exists():
        request = request._replace(representative_data=_nested(np.load(data)))
    write(task, pathlib.Path(message["folder"]), request)


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
