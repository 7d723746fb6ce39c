"""Training options of Keras in joint pre-training."""

import os
import shutil
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_electra import ElectraAdamW
from keras_electra.pretraining.run import training_state
from keras_electra.pretraining.run.checkpoints import TrainingCheckpoints
from tests import tiny
from tests.distribution.training import pretrainer as make_fixed
from tests.pretraining.test_pretrainer import make, numpy_of
from tests.pretraining.test_run import run, run_alone

NO_DROPOUT = {"dropout": 0.0, "attention_dropout": 0.0}


def batch(rows=8):
    x = tiny.inputs(rows, 16)
    x["padding_mask"][:] = 1
    return x


def test_accumulated_gradients_equal_a_large_batch():
    weights = []
    for parts in (1, 2):
        model = make_fixed()
        accumulate = None if parts == 1 else parts
        model.compile(
            optimizer=keras.optimizers.SGD(
                1e-3, gradient_accumulation_steps=accumulate
            )
        )
        before = [numpy_of(w).copy() for w in model.trainable_weights]
        model.fit(batch(), batch_size=8 // parts, shuffle=False, verbose=0)
        weights.append([numpy_of(w) for w in model.trainable_weights])
    assert max(map(np.ptp, map(np.subtract, before, weights[0]))) > 1e-3
    for whole, parts in zip(*weights, strict=True):
        np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-6)


def test_rematerialization_changes_no_weight():
    weights = []
    for mode in (None, "full"):
        with keras.RematScope(mode=mode):
            model = make(backbone=NO_DROPOUT)
            model.fit(batch(), batch_size=8, verbose=0)
        weights.append([numpy_of(w) for w in model.trainable_weights])
    for plain, again in zip(*weights, strict=True):
        np.testing.assert_allclose(again, plain, rtol=0, atol=2e-6)


def test_mixed_precision_learns():
    model = make(backbone={**NO_DROPOUT, "dtype": "mixed_bfloat16"})
    losses = model.fit(
        batch(32), batch_size=8, epochs=6, shuffle=False, verbose=0
    ).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < 0.8 * losses[0]
    assert all(w.dtype == "float32" for w in model.trainable_weights)


def test_tensorboard_shows_every_row_at_its_place(tmp_path):
    pytest.importorskip("tensorflow")  # Keras writes through it.
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator"
    )
    board = keras.callbacks.TensorBoard(tmp_path / "board", write_graph=False)
    run(make(), tmp_path / "run", callbacks=[board])  # Rows at 3, 6 and 7.
    events = accumulator.EventAccumulator(str(tmp_path / "board/train"))
    events.Reload()
    found = events.Tensors("epoch_masked_lm_loss")
    assert [event.step for event in found] == [0, 1, 2]


def test_accumulation_in_float16_resumes(tmp_path):
    """Cut between the halves of an update; the scale of the loss goes on."""

    def made():
        model = make(backbone={"dtype": "mixed_float16", "num_layers": 1})
        inner = ElectraAdamW(1e-2, gradient_accumulation_steps=2)
        model.compile(
            # From the usual 2 ** 15 the first steps would all be skipped.
            optimizer=keras.optimizers.LossScaleOptimizer(inner, 64.0)
        )
        return model

    keras.utils.set_random_seed(3)
    uncut = made()
    run_alone(uncut, tmp_path, steps=5, save_every=3)
    # As if it had been killed after the checkpoint before.
    shutil.rmtree(tmp_path / "checkpoints" / "step_000000005")
    keras.utils.set_random_seed(99)
    model = made()
    assert TrainingCheckpoints(tmp_path / "checkpoints").restore_latest(model)
    sums = model.optimizer.inner_optimizer._accumulated_gradients
    assert any(np.abs(numpy_of(v)).max() > 0 for v in sums)
    assert run_alone(model, tmp_path, steps=5, save_every=3) == 3
    ours, theirs = map(training_state.collect, (model, uncut))
    assert any("scale" in name for name in theirs)
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name], value, err_msg=name)


KILLED = """
import os, signal, sys
import keras
from tests.pretraining.test_pretrainer import make
from tests.pretraining.test_run import run

class Kill(keras.callbacks.Callback):
    left = 5

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

keras.utils.set_random_seed(3)
run(make(), sys.argv[1], callbacks=[Kill()])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_a_run_that_was_killed_goes_on(tmp_path):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "cut")],
        env={**os.environ, "KERAS_BACKEND": keras.config.backend()},
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    # The checkpoint of step 4 was being written when the process died.
    saved = TrainingCheckpoints(tmp_path / "cut" / "checkpoints").steps()
    assert saved in ([2], [2, 4])
    model = make()
    assert run(model, tmp_path / "cut") == saved[-1]
    keras.utils.set_random_seed(3)
    uncut = make()
    run(uncut, tmp_path / "uncut")
    ours, theirs = map(training_state.collect, (model, uncut))
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name], value, err_msg=name)
