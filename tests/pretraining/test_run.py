"""Interrupted and resumed runs, and errors of runs."""

import json
import random
import shutil
import threading

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra import ElectraAdamW
from keras_electra.pretraining.corpus.batches import CorpusBatches
from keras_electra.pretraining.run import checkpoints, training_state
from keras_electra.pretraining.run.checkpoints import TrainingCheckpoints
from keras_electra.pretraining.run.pretrain import _check_corpus, pretrain
from keras_electra.pretraining.run.training_log import read_log
from tests import tiny
from tests.pretraining.test_pretrainer import make, numpy_of

STEPS = 7


class Corpus:
    """Forty sequences in memory."""

    split = "train"
    sequence_length = 16
    vocabulary_size = len(tiny.VOCABULARY)
    manifest = {"sequence_length": 16, "statistics": {"documents": 1}}

    def __init__(self):
        self.inputs = tiny.inputs(40, 16)
        self.inputs["padding_mask"][:] = 1

    def __len__(self):
        return 40

    def get_batch(self, indices):
        indices = np.asarray(indices)
        return {name: value[indices] for name, value in self.inputs.items()}

    def batches(self, batch_size, **kwargs):
        return CorpusBatches(self, batch_size, **kwargs)


class StopAt(keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.left = step

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def run(model, folder, steps=STEPS, **kwargs):
    options = {
        "batch_size": 8, "log_every": 3, "save_every": 2, "seed": 5,
        "validation_corpus": Corpus(),
    }  # fmt: skip
    return pretrain(model, Corpus(), steps, folder, **{**options, **kwargs})


def run_alone(model, folder, steps=STEPS, **kwargs):
    """Without validation: a program less to compile."""
    return run(model, folder, steps, validation_corpus=None, **kwargs)


@pytest.fixture(scope="module")
def uncut(tmp_path_factory):
    keras.utils.set_random_seed(3)
    model = make()
    folder = tmp_path_factory.mktemp("uncut")
    assert run(model, folder) == 0
    return model, folder


def test_a_resumed_run_ends_with_the_same_weights(uncut, tmp_path):
    # Not by the seed of anything here: another one each time.
    cut = random.SystemRandom().randint(3, STEPS - 1)
    keras.utils.set_random_seed(3)
    with pytest.raises(KeyboardInterrupt):
        run(make(), tmp_path, callbacks=[StopAt(cut)])
    keras.utils.set_random_seed(99)  # Another process: nothing is the same.
    model = make()
    first = run(model, tmp_path)
    assert first == cut - cut % 2
    expected, _ = uncut
    ours, theirs = (training_state.collect(m) for m in (model, expected))
    assert list(ours) == list(theirs)
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)


def test_training_goes_on_while_a_checkpoint_is_written(tmp_path, monkeypatch):
    """Also where the row of the log ends at the same step."""
    next_step, seen = threading.Event(), []
    save = checkpoints._save

    def slow(path, state):
        seen.append(next_step.wait(timeout=60))
        save(path, state)

    class Third(keras.callbacks.Callback):
        left = 3

        def on_train_batch_end(self, batch, logs=None):
            self.left -= 1
            if not self.left:
                next_step.set()

    monkeypatch.setattr(checkpoints, "_save", slow)
    run_alone(make(), tmp_path, 3, log_every=2, callbacks=[Third()])
    assert seen == [True, True]
    assert TrainingCheckpoints(tmp_path / "checkpoints").steps() == [2, 3]


def test_the_log_has_every_row_once(uncut):
    _, folder = uncut
    rows = (folder / "log.jsonl").read_text().splitlines()
    rows = [json.loads(row) for row in rows]
    assert [row["step"] for row in rows] == [3, 6, 7]
    assert {"masked_lm_loss", "detector_auc"} <= set(rows[0])


def test_the_newest_are_kept(uncut):
    _, folder = uncut
    kept = TrainingCheckpoints(folder / "checkpoints").steps()
    assert kept == [6, 7]


def test_a_finished_run_does_nothing(uncut):
    model, folder = uncut
    before = [numpy_of(v) for v in model.weights]
    assert run(model, folder) == STEPS
    for mine, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), old)


def test_what_a_killed_process_leaves_is_ignored(uncut, tmp_path):
    (tmp_path / ".step_000000009.saving-x").mkdir()
    (tmp_path / "step_000000009").mkdir()
    assert TrainingCheckpoints(tmp_path).steps() == []


def test_another_run_is_refused(uncut, tmp_path):
    model, folder = uncut
    with pytest.raises(ValueError, match="resumed with the settings.*seed=6"):
        run(model, folder, seed=6)
    with pytest.raises(ValueError, match="resumed with the settings.*model="):
        run(make(mask_rate=0.25), folder)
    folder = shutil.copytree(folder, tmp_path / "run")
    for path in folder.rglob("run.json"):
        about = json.loads(path.read_text("utf-8"))
        del about["seed"]
        path.write_text(json.dumps(about), "utf-8")
    with pytest.raises(ValueError, match="the checkpoint has None"):
        run(model, folder)


def test_another_order_of_the_data_is_refused(uncut, tmp_path):
    """As in a checkpoint that was written with another shuffle."""
    model, folder = uncut
    folder = shutil.copytree(folder, tmp_path / "run")
    for path in folder.rglob("run.json"):
        about = json.loads(path.read_text("utf-8"))
        about["data_order"] = "0123456789abcdef"
        path.write_text(json.dumps(about), "utf-8")
    match = "library versions.*data_order=.* the checkpoint has '0123456789abcd"
    with pytest.raises(ValueError, match=match):
        run(model, folder)


def test_moving_averages_replace_weights_at_the_end_only(tmp_path):
    """Neither after a row of the log, nor in the checkpoint of the end."""
    models = []
    for name, cuts in (("whole", [6]), ("cut", [3, 6])):
        for steps in cuts:
            keras.utils.set_random_seed(3)
            model = make()
            model.compile(ElectraAdamW(1e-2, use_ema=True, ema_momentum=0.5))
            run_alone(model, tmp_path / name, steps, log_every=2)
        models.append(model)
    for mine, theirs in zip(*(m.weights for m in models), strict=True):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))
    averaged = [numpy_of(w) for w in model.trainable_weights]
    run_alone(model, tmp_path / "cut", 6, log_every=2)  # Already finished.
    for mine, expected in zip(model.trainable_weights, averaged, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), expected)
    TrainingCheckpoints(tmp_path / "cut" / "checkpoints").restore_latest(model)
    trained = [numpy_of(w) for w in model.trainable_weights]
    assert max(map(np.ptp, map(np.subtract, averaged, trained))) > 1e-4


@pytest.mark.parametrize(
    "is_recorded, message",
    [(True, "optimizer='SGD' where"), (False, "of the model and the optimiz")],
)
def test_another_optimizer_is_refused(uncut, is_recorded, message, tmp_path):
    _, folder = uncut
    folder = shutil.copytree(folder, tmp_path / "run")
    if not is_recorded:  # Its variables tell, if they are others.
        for path in folder.rglob("run.json"):
            about = json.loads(path.read_text("utf-8"))
            del about["optimizer"]
            path.write_text(json.dumps(about), "utf-8")
    other = make(compile=False)
    other.compile(optimizer=keras.optimizers.SGD(0.1))
    before = [numpy_of(v) for v in other.weights]
    with pytest.raises(ValueError, match=message):
        run(other, folder)
    for mine, old in zip(other.weights, before, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), old)


def test_a_full_disk_leaves_the_checkpoints_before(tmp_path, monkeypatch):
    model = make()
    save = checkpoints._save

    def full(path, state):
        if "step_000000004" in str(path):
            raise OSError(28, "No space left on device")
        save(path, state)

    monkeypatch.setattr(checkpoints, "_save", full)
    with pytest.raises(OSError, match=r"could not be written.*\[2\]"):
        run(model, tmp_path)
    assert TrainingCheckpoints(tmp_path / "checkpoints").steps() == [2]


def test_a_corpus_that_does_not_fit(tmp_path):
    small = make(backbone={"max_sequence_length": 8})
    with pytest.raises(ValueError, match="must not be longer than the model"):
        run(small, tmp_path)
    few = make(backbone={"vocabulary_size": 20})
    with pytest.raises(ValueError, match="vocabulary of the model"):
        run(few, tmp_path)


@pytest.mark.parametrize("name", ["every", "keep"])
def test_checkpoints_need_positive_numbers(name, tmp_path):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive"):
        TrainingCheckpoints(tmp_path, **{name: 0})


def test_bfloat16_is_stored_as_it_is(tmp_path):
    import ml_dtypes

    value = np.array([1.5, -2.25], dtype=ml_dtypes.bfloat16)
    checkpoints._save(tmp_path / "state.safetensors", {"a": value})
    (tmp_path / "run.json").write_text("{}")
    again = checkpoints._read(tmp_path)[1]["a"]
    assert again.dtype == value.dtype
    np.testing.assert_array_equal(again, value)


def test_a_run_without_a_seed_resumes(tmp_path):
    """Masks then come from the seed of the run."""
    keras.utils.set_random_seed(3)
    whole = make(seed=None)
    assert not whole.seed_given
    run_alone(whole, tmp_path / "whole", steps=4)
    assert whole.seed == 5
    keras.utils.set_random_seed(3)
    run_alone(make(seed=None), tmp_path / "cut", steps=2)
    model = make(seed=None)
    assert run_alone(model, tmp_path / "cut", steps=4) == 2
    for mine, expected in zip(model.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(expected))


class Stopper(keras.callbacks.Callback):
    """Counts what it is told, and stops the run at a row."""

    def __init__(self, row):
        super().__init__()
        self.row = row
        self.told = []

    def on_train_begin(self, logs=None):
        self.told.append("begin")

    def on_train_end(self, logs=None):
        self.told.append("end")

    def on_epoch_end(self, epoch, logs=None):
        self.told.append(epoch)
        self.model.stop_training = epoch == self.row


def test_a_callback_ends_the_run(tmp_path):
    stopper = Stopper(1)
    run_alone(
        make(), tmp_path, log_every=2, callbacks=[stopper], log="rows.csv"
    )
    assert stopper.told == ["begin", 0, 1, "end"]
    assert TrainingCheckpoints(tmp_path / "checkpoints").steps() == [2, 4]
    assert [row["step"] for row in read_log(tmp_path / "rows.csv")] == [2, 4]
    # Rows are one training: patience runs out.
    patient = keras.callbacks.EarlyStopping("loss", min_delta=1e9, patience=2)
    run_alone(make(), tmp_path / "patient", log_every=1, callbacks=[patient])
    found = TrainingCheckpoints(tmp_path / "patient" / "checkpoints").steps()
    assert (patient.stopped_epoch, found[-1]) == (2, 3)


def test_what_is_no_number_is_not_kept(tmp_path):
    """Neither in the middle, nor at the end, nor when a callback stops."""
    for callbacks in ([], [keras.callbacks.TerminateOnNaN()]):
        model = make()
        model.compile(optimizer=keras.optimizers.SGD(float("inf")))
        with pytest.warns(UserWarning, match="Step . is not saved: .* intact"):
            run_alone(model, tmp_path, save_every=1, callbacks=callbacks)
        assert not TrainingCheckpoints(tmp_path / "checkpoints").steps()


def test_no_other_backups(tmp_path):
    """They would set the number of the row, and training would go in rounds."""
    backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
    with pytest.raises(ValueError, match="must not contain `BackupAndRestore`"):
        run_alone(make(), tmp_path, callbacks=[backup])


def test_rows_must_be_some_steps_long(tmp_path):
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match=f"positive .*log_every={wrong}"):
            run_alone(make(), tmp_path, log_every=wrong)


def test_another_vocabulary_of_the_same_size(tmp_path):
    corpus = Corpus()
    corpus.manifest = {**corpus.manifest, "vocabulary": list(tiny.VOCABULARY)}
    model = make()
    model.discriminator.preprocessor = (
        keras_electra.ElectraReplacedTokenDetectorPreprocessor(tiny.tokenizer())
    )
    _check_corpus(model, corpus)
    corpus.manifest["vocabulary"][7:9] = corpus.manifest["vocabulary"][8:6:-1]
    with pytest.raises(ValueError, match="token 7 is 'd' in the corpus, 'c'"):
        pretrain(model, corpus, 3, tmp_path)
    right = Corpus()
    right.manifest = {}
    with pytest.raises(ValueError, match="token 7 is 'd' in the corpus, 'c'"):
        pretrain(model, right, 3, tmp_path, validation_corpus=corpus)


def test_the_dtype_is_part_of_a_run(tmp_path):
    run_alone(make(), tmp_path, steps=2)
    with pytest.raises(ValueError, match="must be resumed with the settings"):
        run_alone(make(backbone={"dtype": "mixed_bfloat16"}), tmp_path)


def test_what_a_killed_save_leaves_goes(tmp_path):
    rest = tmp_path / "checkpoints" / ".step_000000002.saving-abc"
    rest.mkdir(parents=True)
    run_alone(make(), tmp_path, steps=2)
    assert not rest.exists()
