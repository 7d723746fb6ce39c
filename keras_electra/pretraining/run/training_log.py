"""Log of a training run, as JSON Lines or CSV."""

import csv
import io
import json
import math
import pathlib
import time

import keras

from keras_electra.pretraining.run.atomic_file import write_file
from keras_electra.pretraining.run.step_counter import StepCounter

SUFFIXES = (".jsonl", ".csv")


class TrainingLog(StepCounter):
    """Write step, speed, learning rate and metrics to a file.

    A row is written at the end of each epoch, with validation metrics, and
    optionally every `every` steps within an epoch. A resumed run continues the
    file: rows beyond `first_step`, whose steps are repeated, are removed.

    Args:
        path: path that ends in `.jsonl` or `.csv`.
        first_step: int, default `0`. Steps completed before this `fit`.
        tokens_per_step: int or `None`. Tokens in a step, padding included.
        every: int or `None` (default). Steps between two rows within an epoch.
            Their metrics are averages since the start of the epoch.

    Raises:
        ValueError: if the path has another suffix, or the file is not a log.

    Example:
    ```python
    log = keras_electra.TrainingLog("run/log.jsonl")
    pretrainer.fit(batches, steps_per_epoch=500, epochs=20, callbacks=[log])
    keras_electra.plot_curves("run/log.jsonl", "run/curves.png")
    ```
    """

    def __init__(self, path, first_step=0, tokens_per_step=None, every=None):
        super().__init__(first_step, tokens_per_step)
        self.path = pathlib.Path(path)
        if self.path.suffix not in SUFFIXES:
            raise ValueError(
                f"`path` must end in one of {SUFFIXES}. Received: "
                f"path={str(path)!r}."
            )
        self.every = every
        self._columns = []
        self._last_row = first_step
        self._pending = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = read_log(self.path) if self.path.exists() else []
        self._rewrite([row for row in kept if row["step"] <= self.first_step])

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        if self.every and self.step - self._last_row >= self.every:
            self._pending = self._row(logs)

    def on_train_batch_begin(self, batch, logs=None):
        self._write_pending()

    def on_test_begin(self, logs=None):
        # Computed here, as the speed must not include the validation.
        self._pending = self._pending or self._row({})

    def on_epoch_end(self, epoch, logs=None):
        # The last row of an epoch also holds the metrics of validation.
        row = self._pending or self._row({})
        self._pending = {**row, **_as_numbers(logs)}
        self._write_pending()
        self.mark()

    def _row(self, logs):
        steps, tokens = self.rates()
        row = {
            "step": self.step,
            "time": round(time.time(), 3),
            "steps_per_second": steps,
        }
        if tokens is not None:
            row["tokens_per_second"] = tokens
        row["learning_rate"] = self._learning_rate()
        self._last_row = self.step
        self.mark()
        return {**row, **_as_numbers(logs)}

    def _write_pending(self):
        if self._pending is not None:
            row, self._pending = self._pending, None
            self._write(row)

    def _learning_rate(self):
        """Learning rate of the next step."""
        # During `fit` on JAX, the model does not hold its variables.
        sync = getattr(self.model, "jax_state_sync", None)
        if sync is not None:
            sync()
        rate = self.model.optimizer.learning_rate
        return float(keras.ops.convert_to_numpy(rate))

    def _write(self, row):
        if self.path.suffix == ".csv" and not set(row) <= set(self._columns):
            self._rewrite([*read_log(self.path), row])
            return
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(self._as_text([row]))

    def _rewrite(self, rows):
        self._columns = list(
            dict.fromkeys(name for row in rows for name in row)
        )
        text = self._as_text(rows)
        if self.path.suffix == ".csv" and rows:
            text = ",".join(self._columns) + "\n" + text
        write_file(self.path, text.encode())

    def _as_text(self, rows):
        if self.path.suffix == ".jsonl":
            return "".join(f"{json.dumps(row)}\n" for row in rows)
        text = io.StringIO()
        writer = csv.DictWriter(text, self._columns, lineterminator="\n")
        writer.writerows(rows)
        return text.getvalue()


def read_log(path):
    """Read a log of `TrainingLog` as a list of dicts from name to number."""
    path = pathlib.Path(path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines.pop()  # Incomplete: the process was killed while it wrote.
    try:
        if path.suffix == ".jsonl":
            rows = [json.loads(line) for line in lines]
        else:
            rows = [_numbers(row) for row in csv.DictReader(lines)]
        for row in rows:
            row["step"] = int(row["step"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            "A log must contain rows with a `step`. Received: "
            f"{str(path)!r}, {error!r}. Use another path, or delete the file."
        ) from error
    return rows


def _numbers(row):
    # Empty cells: columns that were added later, and values without a number.
    return {name: float(cell) for name, cell in row.items() if cell}


def _as_numbers(logs):
    """Values as floats, or `None` for NaN and infinity, which JSON lacks."""
    values = {name: float(value) for name, value in (logs or {}).items()}
    return {
        name: value if math.isfinite(value) else None
        for name, value in values.items()
    }
