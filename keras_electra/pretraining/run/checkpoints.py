"""Checkpoints of a run: written in the background, whole or not at all."""

import json
import pathlib
import re
import shutil
import threading
import warnings

import keras
import ml_dtypes
import numpy as np
from safetensors.numpy import load_file, save_file

from keras_electra.argument_checks import check_integers
from keras_electra.atomic_folder import replace_folder
from keras_electra.distribution.processes import process_index
from keras_electra.pretraining.run import training_state
from keras_electra.training.tensorflow_fit import build_optimizer

# What checkpoints before it say nothing of.
_LATER = ("optimizer",)
_FOLDER = re.compile(r"step_(\d{9})$")


class TrainingCheckpoints(keras.callbacks.Callback):
    """Save the whole state of training every N steps.

    The state is copied to host memory between two steps, and written by a
    thread while training goes on. Each checkpoint is a folder that appears
    under its name when it is complete: a process killed at any moment leaves
    the ones before. An error of the thread, a full disk, is raised when the
    next is to be written, or at the end.

    Args:
        folder: string or path.
        every: int, default `1000`. Steps between two checkpoints.
        keep: int, default `2`. The newest to keep; older ones are deleted.
        run: dict to save and to compare when resuming: what else decides the
            result, such as the seed and the batch size.
        wait_at_end: bool, default `True`. Whether the end of `fit` waits for
            the thread. If not, `finish` must be called.

    Raises:
        ValueError: if `every` or `keep` is not a positive integer.

    Example:
    ```python
    checkpoints = TrainingCheckpoints("run", every=500)
    start = checkpoints.restore_latest(pretrainer)
    pretrainer.fit(data_from(start), callbacks=[checkpoints])
    checkpoints.save()  # The end, also where it is no multiple of 500.
    ```
    """

    def __init__(self, folder, every=1000, keep=2, run=None, wait_at_end=True):
        super().__init__()
        check_integers(every=every, keep=keep)
        self.folder = pathlib.Path(folder)
        self.every = every
        self.keep = keep
        self.run = run or {}
        self.wait_at_end = wait_at_end
        self.step = 0
        self._epoch_start = 0
        self.last_saved = None
        self._random_state = None
        self._thread = None
        self._error = None

    # === Resuming ===
    def restore_latest(self, model):
        """Put the newest checkpoint's state into a model.

        Args:
            model: compiled `keras.Model`, built as it was.

        Returns:
            int. The step to go on with; 0 where there is no checkpoint.

        Raises:
            ValueError: if the checkpoint is that of another run.
        """
        steps = self.steps()
        if not steps:
            return 0
        folder = self._path(steps[-1])
        run = json.loads((folder / "run.json").read_text("utf-8"))
        differing = {
            key: (run.get(key), value)
            for key, value in self.run.items()
            if run.get(key) != value and (key in run or key not in _LATER)
        }
        if differing:
            text = ", ".join(
                f"{key}={now!r} where the checkpoint has {then!r}"
                for key, (then, now) in differing.items()
            )
            raise ValueError(
                f"A run must be resumed as it was started. Received: {text}. "
                f"Give the values of {folder}, or start in another folder."
            )
        build_optimizer(model)
        training_state.restore(model, _read(folder / "state.safetensors"))
        self.step = self.last_saved = steps[-1]
        self._random_state = None  # The checkpoint's, from now on.
        return self.step

    def steps(self):
        """The steps there are checkpoints of, in order.

        Returns:
            A list of ints.
        """
        found = (
            _FOLDER.match(path.name)
            for path in (self.folder.iterdir() if self.folder.exists() else ())
            if (path / "state.safetensors").exists()
        )
        return sorted(int(match[1]) for match in found if match)

    # === Saving ===
    def save(self):
        """Save the state now, and return when it is on disk."""
        self._start_saving()
        self.finish()

    def wait(self):
        """Return when nothing is being written any more."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def finish(self):
        """Return when what was saved is on disk.

        Raises:
            OSError: if it could not be written.
        """
        self.wait()
        if self._error is not None:
            error, self._error = self._error, None
            raise OSError(
                f"The checkpoint of a step could not be written to "
                f"{self.folder}: {error}. The ones before are intact: "
                f"{self.steps()}. Make room and resume."
            ) from error

    def on_train_begin(self, logs=None):
        self._random_state = self._random_state or training_state.random_state()

    def on_train_batch_begin(self, batch, logs=None):
        # Between two steps validation and PyTorch's loader draw numbers, not
        # as many after resuming as without.
        training_state.set_random_state(self._random_state)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = self.step

    def on_train_batch_end(self, batch, logs=None):
        before = self.step
        self.step = self._epoch_start + batch + 1
        self._random_state = training_state.random_state()
        if self.step // self.every > before // self.every:
            self._start_saving()

    def on_train_end(self, logs=None):
        if self.wait_at_end:
            self.finish()

    def _start_saving(self):
        self.finish()
        # All processes take part in collecting, one writes.
        state = training_state.collect(self.model)
        spoiled = [k for k, v in state.items() if not _is_finite(v)]
        if spoiled:
            warnings.warn(
                f"Step {self.step} is not saved: {spoiled[0]} and "
                f"{len(spoiled) - 1} more hold numbers that are none. The "
                f"checkpoints before are intact: {self.steps()}. Lower the "
                "learning rates of the schedule and resume; a rate that is a "
                "number is part of the checkpoint.",
                stacklevel=2,
            )
            return
        step = self.last_saved = self.step
        if process_index():
            return
        self._thread = threading.Thread(target=self._write, args=(step, state))
        self._thread.start()

    def _write(self, step, state):
        def write(folder):
            _save(folder / "state.safetensors", state)
            text = json.dumps({**self.run, "step": step}, indent=2) + "\n"
            (folder / "run.json").write_text(text, "utf-8")

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # What a process that was killed was writing.
            for rest in self.folder.glob(".step_*.saving-*"):
                shutil.rmtree(rest, ignore_errors=True)
            replace_folder(write, self._path(step))
            for old in self.steps()[: -self.keep]:
                shutil.rmtree(self._path(old))
        except Exception as error:  # Raised by the training thread.
            self._error = error

    def _path(self, step):
        return self.folder / f"step_{step:09d}"


def _is_finite(array):
    """Whether nothing in an array is NaN or infinite."""
    if array.dtype == ml_dtypes.bfloat16:
        array = array.astype("float32")
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _save(path, state):
    """Safetensors for numpy knows no bfloat16: its bits are stored."""
    bfloat16 = [k for k, v in state.items() if v.dtype == ml_dtypes.bfloat16]
    arrays = {
        # Copies are contiguous, and keep their shape also when it is `()`.
        name: (value.view(np.uint16) if name in bfloat16 else value).copy()
        for name, value in state.items()
    }
    save_file(arrays, path)
    with open(path.with_suffix(".json"), "w", encoding="utf-8") as file:
        json.dump({"bfloat16": bfloat16}, file)


def _read(path):
    arrays = load_file(path)
    kinds = json.loads(path.with_suffix(".json").read_text("utf-8"))
    for name in kinds["bfloat16"]:
        arrays[name] = arrays[name].view(ml_dtypes.bfloat16)
    return arrays
