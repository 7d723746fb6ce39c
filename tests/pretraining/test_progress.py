"""Progress bar, log and curves of a run."""

import io
import json
import re
import sys

import keras
import numpy as np
import pytest

from keras_electra import LinearWarmupDecay
from keras_electra.pretraining.run.curves import plot_curves
from keras_electra.pretraining.run.training_log import TrainingLog, read_log
from keras_electra.pretraining.run.training_progress import TrainingProgress

X = np.ones((8, 1), "float32")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(scope="module")
def model():
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(1)(x))
    model.compile(keras.optimizers.SGD(LinearWarmupDecay(0.1, 100)), "mse")
    return model


def fit(model, *callbacks, epochs=2, validate=False):
    """Four steps an epoch."""
    return model.fit(
        X,
        X,
        batch_size=2,
        epochs=epochs,
        verbose=0,
        validation_data=(X, X) if validate else None,
        callbacks=list(callbacks),
    )


# === Progress ===
def test_lines_where_nobody_watches(model):
    stream = io.StringIO()
    fit(model, TrainingProgress(20, 100, 10, every=2, stream=stream))
    lines = stream.getvalue().splitlines()
    steps = [line.split("  ")[0] for line in lines]
    assert steps == [
        "step 12 of 20 (60%)",
        "step 14 of 20 (70%)",
        "step 16 of 20 (80%)",
        "step 18 of 20 (90%)",
    ]
    for part in (" tokens/s  ", " steps/s  ", " left  loss "):
        assert part in lines[0]


def test_results_of_validation(model):
    stream = io.StringIO()
    fit(model, TrainingProgress(8, every=4, stream=stream), validate=True)
    lines = stream.getvalue().splitlines()
    validated = [line for line in lines if " left  val_loss " in line]
    assert [line[:11] for line in validated] == ["step 4 of 8", "step 8 of 8"]


def test_bar_where_somebody_watches(model):
    stream = Terminal()
    fit(model, TrainingProgress(8, every=3, stream=stream), validate=True)
    text = stream.getvalue()
    assert "8/8" in text and "steps/s" in text and "tokens/s" not in text


def test_bar_of_a_run_that_goes_on(model, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    stream = Terminal()
    fit(model, TrainingProgress(16, 100, 8, every=1, stream=stream))
    text = stream.getvalue()
    assert "8/16" in text and "16/16" in text
    assert re.search(
        r"[\d,]+ tokens/s {2}[\d.]+ steps/s {2}0:00:\d\d left", text
    )
    assert "loss 0." in text


def test_progress_refuses():
    with pytest.raises(ValueError, match="`every` must be a positive integer"):
        TrainingProgress(8, every=0)


# === Log ===
@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_log_and_resume(model, tmp_path, suffix):
    path = tmp_path / "run" / f"log{suffix}"
    fit(model, TrainingLog(path, tokens_per_step=10), epochs=3, validate=True)
    rows = read_log(path)
    assert [row["step"] for row in rows] == [4, 8, 12]
    for row in rows:
        assert {"loss", "val_loss", "time", "learning_rate"} <= set(row)
        assert row["tokens_per_second"] == pytest.approx(
            10 * row["steps_per_second"]
        )
    # Killed at step 10, while it wrote; the last checkpoint is of step 8.
    with path.open("a") as file:
        file.write("99")
    fit(model, TrainingLog(path, first_step=8, every=3), epochs=2)
    again = read_log(path)
    assert again[:2] == rows[:2]
    assert [row["step"] for row in again] == [4, 8, 11, 12, 15, 16]
    assert "val_loss" not in again[-1]


def test_columns_that_come_later(model, tmp_path):
    path = tmp_path / "log.csv"
    fit(model, TrainingLog(path, every=2), epochs=1, validate=True)
    header, first, last = path.read_text().splitlines()
    assert header.endswith(",val_loss") and first.endswith(",")
    assert last.split(",")[0] == "4" and not last.endswith(",")


def test_log_tells_the_learning_rate(tmp_path):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(1)(x))
    schedule = LinearWarmupDecay(0.1, 100)
    model.compile(keras.optimizers.SGD(schedule), "mse")
    fit(model, TrainingLog(tmp_path / "log.jsonl", every=3))
    for row in read_log(tmp_path / "log.jsonl"):
        wanted = 0.1 * (1 - row["step"] / 100)
        assert row["learning_rate"] == pytest.approx(wanted)


def test_log_of_what_is_no_number(tmp_path):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(1)(x))
    model.compile("sgd", lambda y_true, y_pred: y_pred * np.inf)
    for name in ("log.csv", "log.jsonl"):
        fit(model, TrainingLog(tmp_path / name), epochs=1)
        assert read_log(tmp_path / name)[0].get("loss") is None


def test_log_refuses(model, tmp_path):
    with pytest.raises(ValueError, match="`path` must end in one of"):
        TrainingLog("log.txt")
    for name, text in (("a.jsonl", "a\n"), ("a.csv", "x,y\n1,2\n")):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(ValueError, match="must contain rows with a `step`"):
            fit(model, TrainingLog(path))
        assert path.read_text() == text


# === Curves ===
def write_rows(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_picture(tmp_path):
    pytest.importorskip("matplotlib")
    rows = [
        {"step": s, "loss": 1 / (s + 1), "val_loss": 1 / (s + 1), "auc": None}
        for s in range(50)
    ]
    log = write_rows(tmp_path / "log.jsonl", rows)
    plot_curves(log, tmp_path / "curves.png", title="a run")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    empty = write_rows(tmp_path / "empty.jsonl", [])
    with pytest.raises(ValueError, match="with metrics to be plotted.* 0 rows"):
        plot_curves(empty, tmp_path / "c.png")


def test_picture_without_matplotlib(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"keras-electra\[plots\]"):
        plot_curves("log.jsonl", tmp_path / "c.png")
