"""Save and restore the complete state of training."""

import contextlib
import json
import pathlib
import re
import shutil
import threading
import warnings

import ml_dtypes
import numpy as np
from safetensors.numpy import load_file, save_file

from keras_electra.argument_checks import check_integers
from keras_electra.atomic_folder import replace_folder
from keras_electra.distribution.processes import process_index
from keras_electra.json_file import file_checksum, read_json
from keras_electra.pretraining.run import training_state
from keras_electra.pretraining.run.step_counter import StepCounter
from keras_electra.training.tensorflow_fit import build_optimizer

# Keys of `run` that older checkpoints may lack.
_OPTIONAL_KEYS = ("optimizer",)
_FOLDER = re.compile(r"step_(\d{9})$")


class TrainingCheckpoints(StepCounter):
    """Save the complete state of training every N steps.

    The state is copied to host memory between two steps, and written by a
    thread while training continues. A checkpoint is a folder that gets its name
    once it is complete, so a process that is killed leaves all earlier
    checkpoints intact. An error of the thread, such as a full disk, is raised
    before the next checkpoint is written, or at the end of training.

    Args:
        folder: string or path.
        every: int, default `1000`. Steps between two checkpoints.
        keep: int, default `2`. Number of checkpoints to keep.
        run: dict, or `None`. Other settings that determine the result, such as
            the seed and the batch size. They are saved, and compared when
            training is resumed.

    Raises:
        ValueError: if `every` or `keep` is not a positive integer.

    Example:
    ```python
    checkpoints = keras_electra.TrainingCheckpoints("run", every=500)
    start = checkpoints.restore_latest(pretrainer)
    pretrainer.fit(
        corpus.batches(128, first_step=start),
        steps_per_epoch=1200,
        shuffle=False,
        callbacks=[checkpoints],
    )
    checkpoints.save()  # The last step, which is not a multiple of 500.
    ```
    """

    def __init__(self, folder, every=1000, keep=2, run=None):
        super().__init__()
        check_integers(every=every, keep=keep)
        self.folder = pathlib.Path(folder)
        self.every = every
        self.keep = keep
        self.run = run or {}
        self.last_saved = None
        self._random_state = None
        self._thread = None
        self._error = None

    # === Resuming ===
    def restore_latest(self, model):
        """Restore the state of a model from the newest checkpoint.

        Args:
            model: compiled `keras.Model` with the architecture and optimizer of
                the checkpoint.

        Returns:
            int. The number of completed steps, 0 without a checkpoint.

        Raises:
            ValueError: if the checkpoint belongs to another run, or is
                damaged; the newest intact one is named.
        """
        steps = self.steps()
        if not steps:
            return 0
        folder = self._path(steps[-1])
        try:
            run, state = _read(folder)
        except Exception as error:
            raise self._damaged(folder, error) from error
        differing = [
            f"{key}={value!r} where the checkpoint has {run.get(key)!r}"
            for key, value in self.run.items()
            if run.get(key) != value
            and (key in run or key not in _OPTIONAL_KEYS)
        ]
        if differing:
            raise ValueError(
                "A run must be resumed with the settings and library versions "
                f"that it was started with. Received: {', '.join(differing)}. "
                f"Use those of {folder}, or start in another folder."
            )
        build_optimizer(model)
        training_state.restore(model, state)
        self.step = self.last_saved = steps[-1]
        self._random_state = None  # Restored with the state of the model.
        return self.step

    def steps(self):
        """The steps of all complete checkpoints, as a sorted list of int."""
        found = (
            _FOLDER.match(path.name)
            for path in (self.folder.iterdir() if self.folder.exists() else ())
            if (path / "state.safetensors").exists()
        )
        return sorted(int(match[1]) for match in found if match)

    def _damaged(self, folder, error):
        """The error about the newest checkpoint; reads the ones before."""
        advice = "There is no intact one before it: start in another folder."
        for step in reversed(self.steps()[:-1]):
            with contextlib.suppress(Exception):
                _read(self._path(step))
                advice = f"Delete it to resume from {self._path(step)}."
                break
        return ValueError(
            "The newest checkpoint must be whole, and is damaged. Received: "
            f"{folder}: {error}. {advice}"
        )

    # === Saving ===
    def save(self):
        """Save the current state, and wait until it is on disk.

        Raises:
            OSError: if it cannot be written.
        """
        self._start_saving()
        self._finish()

    def wait(self):
        """Wait until no checkpoint is being written."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._random_state = self._random_state or training_state.random_state()

    def on_train_batch_begin(self, batch, logs=None):
        # Validation and PyTorch's data loader draw random numbers between two
        # steps, and draw different ones in a resumed run.
        training_state.set_random_state(self._random_state)

    def on_train_batch_end(self, batch, logs=None):
        before = self.step
        super().on_train_batch_end(batch, logs)
        self._random_state = training_state.random_state()
        if self.step // self.every > before // self.every:
            self._start_saving()

    def on_train_end(self, logs=None):
        self._finish()

    def _finish(self):
        self.wait()
        if self._error is not None:
            error, self._error = self._error, None
            raise OSError(
                f"A checkpoint could not be written to {self.folder}: {error}. "
                f"Earlier checkpoints are intact: {self.steps()}. Free some "
                "space and resume."
            ) from error

    def _start_saving(self):
        self._finish()
        # All processes take part in collecting; the first one writes.
        state = training_state.collect(self.model)
        spoiled = [k for k, v in state.items() if not _is_finite(v)]
        if spoiled:
            warnings.warn(
                f"Step {self.step} is not saved: {spoiled[0]} and "
                f"{len(spoiled) - 1} more contain NaN or infinity. Earlier "
                f"checkpoints are intact: {self.steps()}. Lower the learning "
                "rate schedule and resume. A constant learning rate is part of "
                "the checkpoint, and cannot be lowered.",
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
            # Left over by a process that was killed while it wrote.
            for rest in self.folder.glob(".step_*.saving-*"):
                shutil.rmtree(rest, ignore_errors=True)
            replace_folder(write, self._path(step))
            for old in self.steps()[: -self.keep]:
                shutil.rmtree(self._path(old))
        except Exception as error:  # Raised again by the training thread.
            self._error = error

    def _path(self, step):
        return self.folder / f"step_{step:09d}"


def _is_finite(array):
    if array.dtype == ml_dtypes.bfloat16:
        array = array.astype("float32")
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _save(path, state):
    # Safetensors for numpy has no bfloat16: its bits are stored as uint16.
    bfloat16 = [k for k, v in state.items() if v.dtype == ml_dtypes.bfloat16]
    arrays = {
        # Unlike `np.ascontiguousarray`, a copy keeps the shape `()`.
        name: (value.view(np.uint16) if name in bfloat16 else value).copy()
        for name, value in state.items()
    }
    save_file(arrays, path)
    about = {"bfloat16": bfloat16, "sha256": file_checksum(path)}
    path.with_suffix(".json").write_text(json.dumps(about), "utf-8")


def _read(folder):
    """What a checkpoint says of its run, and the state."""
    path = folder / "state.safetensors"
    run = read_json(folder / "run.json")
    about = read_json(path.with_suffix(".json"))
    # Earlier versions wrote no checksum.
    if about.get("sha256") not in (None, file_checksum(path)):
        raise ValueError(f"{path.name} is not the file that was saved")
    arrays = load_file(path)
    for name in about["bfloat16"]:
        arrays[name] = arrays[name].view(ml_dtypes.bfloat16)
    return run, arrays
