"""A log of a run that survives being cut off and resumed."""

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
    """Writes a row of step, speed, learning rate and metrics.

    A row at the end of each epoch, with the metrics of validation, and one
    every `every` steps between. A run that is resumed at a step goes on in the
    same file: rows of later steps, which are about to be done again, go.

    Args:
        path: path that ends in `.jsonl` or `.csv`.
        first_step: int, default `0`. Steps done before this `fit`.
        tokens_per_step: int or `None`. Tokens of one step, padding counted.
        every: int or `None` (default). Steps between two rows within an epoch;
            their metrics are means since the epoch began.

    Raises:
        ValueError: if the ending is another one, or the file is not a log.

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
        # An epoch's row comes after validation, whose time is not training's.
        self._pending = self._pending or self._row({})

    def on_epoch_end(self, epoch, logs=None):
        # The last row of an epoch waits for validation, and holds both.
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
        """The rate of the step to come."""
        # Between steps JAX's trainer has the variables, not the model.
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
    """Reads what `TrainingLog` has written.

    Args:
        path: path that ends in `.jsonl` or `.csv`.

    Returns:
        list of dicts from name to number, or to `None`.

    Raises:
        ValueError: if the file is not such a log. A last line that is cut off
            is left out.
    """
    path = pathlib.Path(path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines.pop()  # The process was killed while it wrote.
    try:
        if path.suffix == ".jsonl":
            rows = [json.loads(line) for line in lines]
        else:
            rows = [_numbers(row) for row in csv.DictReader(lines)]
        for row in rows:
            row["step"] = int(row["step"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            "A log must hold rows with a `step`. Received: "
            f"{str(path)!r}, {error!r}. Choose another path, or delete it."
        ) from error
    return rows


def _numbers(row):
    # An empty cell: a column that came later, or no number.
    return {name: float(cell) for name, cell in row.items() if cell}


def _as_numbers(logs):
    """Floats, or `None` for what JSON has no number for."""
    values = {name: float(value) for name, value in (logs or {}).items()}
    return {
        name: value if math.isfinite(value) else None
        for name, value in values.items()
    }
