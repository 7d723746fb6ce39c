"""Pre-train with checkpoints, a log and curves in one folder."""

import contextlib
import pathlib
import sys

import keras

from keras_electra.argument_checks import check_integers
from keras_electra.distribution.processes import (
    data_parts,
    in_any_process,
    process_count,
    process_index,
)
from keras_electra.distribution.torch_data_parallel import (
    is_data_parallel,
    offset_seeds,
    torch_data_parallel,
)
from keras_electra.pretraining.run.checkpoints import TrainingCheckpoints
from keras_electra.pretraining.run.curves import plot_curves
from keras_electra.pretraining.run.training_log import TrainingLog
from keras_electra.pretraining.run.training_progress import TrainingProgress
from keras_electra.pretraining.run.training_state import fingerprint


def pretrain(
    pretrainer,
    corpus,
    total_steps,
    folder,
    batch_size=128,
    validation_corpus=None,
    validation_batches=16,
    log_every=500,
    save_every=1000,
    keep=2,
    seed=0,
    callbacks=(),
    log="log.jsonl",
):
    """Train up to `total_steps`, starting from the newest checkpoint.

    An interrupted run that is started again with the same arguments ends with
    the same weights as an uninterrupted run: the order of the data, masks,
    dropout, optimizer and schedule continue from the checkpoint.

    On several devices or processes (`keras.distribution`, `tf.distribute`,
    `torchrun`), each gets a part of every batch, and the first process writes.
    `folder` must then be on storage that all processes share. If weights are
    not finite, the step is not saved and a warning is issued.

    Args:
        pretrainer: compiled `ElectraPretrainer`.
        corpus: `ElectraCorpus`.
        total_steps: int. Step to train up to.
        folder: string or path. Holds `checkpoints/`, the log and, if matplotlib
            is installed, `curves.png`.
        batch_size: int, default `128`. Sequences in a step, over all devices.
        validation_corpus: `ElectraCorpus`, or `None`. Evaluated at each row of
            the log.
        validation_batches: int, default `16`. Maximum number of batches to
            evaluate.
        log_every: int, default `500`. Steps between two rows of the log,
            counted from the step at which training starts or resumes.
        save_every: int, default `1000`. Steps between two checkpoints.
        keep: int, default `2`. Number of checkpoints to keep.
        seed: int, default `0`. Seed of the data's order, and of masks and
            samples if `pretrainer` has no seed.
        callbacks: list of `keras.callbacks.Callback`, such as `TensorBoard`.
            An epoch is a row of the log. If a callback sets `stop_training`,
            the run ends; with several processes, at the end of the row. The
            last checkpoint is saved before `on_train_end`, so changes that a
            callback makes to the weights there are not part of it.
        log: string, default `"log.jsonl"`. File name of the log in `folder`;
            must end in `.jsonl` or `.csv`.

    Returns:
        int. The step at which training started: 0, or the checkpoint's.

    Raises:
        ValueError: if `folder` holds a run with other data, sizes or seeds, the
            vocabularies of corpus and model differ, a batch cannot be divided
            evenly, or there are fewer validation examples than devices.

    Example:
    ```python
    corpus = keras_electra.ElectraCorpus("corpus")
    keras_electra.pretrain(pretrainer, corpus, 100_000, "run")
    ```
    """
    _check_corpus(pretrainer, corpus)
    if validation_corpus is not None:
        _check_corpus(pretrainer, validation_corpus)
    check_integers(log_every=log_every)
    index, count = process_index(), process_count()
    parts = count * data_parts(pretrainer)
    if batch_size % parts:
        raise ValueError(
            "`batch_size` must be divisible by the number of devices that "
            f"share it. Received: batch_size={batch_size}, {count} processes "
            f"with {parts // count} devices each."
        )
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.BackupAndRestore):
            raise ValueError(
                "`callbacks` must not contain `BackupAndRestore`, because a "
                "run has its own checkpoints in `folder`. Received: one. "
                "Remove it."
            )
    if not pretrainer.seed_given:
        pretrainer.set_seed(seed)
        if is_data_parallel(pretrainer):
            offset_seeds(pretrainer)
    folder = pathlib.Path(folder)
    whole_batches = corpus.batches(batch_size, seed=seed)
    checkpoints = TrainingCheckpoints(
        folder / "checkpoints",
        every=save_every,
        keep=keep,
        run={
            "model": _model_fingerprint(pretrainer),
            "corpus": fingerprint(_identity(corpus)),
            "batch_size": int(batch_size),
            "seed": int(seed),
            "optimizer": _optimizer_name(pretrainer.optimizer),
            # Changes with the library that shuffles.
            "data_order": fingerprint(whole_batches.indices(0).tolist()),
        },
    )
    if keras.config.backend() == "torch" and count > 1:
        torch_data_parallel(pretrainer)
    first = checkpoints.restore_latest(pretrainer)
    validation = None
    if validation_corpus is not None:
        size = min(len(validation_corpus), validation_batches * batch_size)
        size -= size % parts
        if not size:
            raise ValueError(
                "`validation_corpus` must hold an example for each device. "
                f"Received: {len(validation_corpus)} examples for "
                f"{parts} devices."
            )
        validation = (validation_corpus.get_batch(range(index, size, count)),)
    reports = ()
    if index == 0:
        tokens = batch_size * corpus.sequence_length
        # On a terminal, the progress bar is updated between rows of the log.
        every = min(log_every, 10) if sys.stderr.isatty() else log_every
        reports = (
            TrainingLog(folder / log, first, tokens),
            TrainingProgress(total_steps, tokens, first, every=every),
        )
    if first < total_steps:
        row = first // log_every
        try:
            pretrainer.fit(
                corpus.batches(
                    batch_size,
                    seed=seed,
                    first_step=first,
                    replica=index,
                    num_replicas=count,
                ),
                # To callbacks that count epochs, such as TensorBoard, an epoch
                # is a row of the log.
                initial_epoch=row,
                epochs=row - (first - total_steps) // log_every,
                steps_per_epoch=log_every,
                validation_data=validation,
                validation_batch_size=batch_size // count,
                callbacks=[
                    checkpoints,
                    *reports,
                    *callbacks,
                    _EndOfRun(total_steps, checkpoints),
                ],
                shuffle=False,
                verbose=0,
            )
        finally:
            checkpoints.wait()
    elif isinstance(pretrainer.optimizer, keras.optimizers.Optimizer):
        # Apply moving averages, if there are any, as the end of `fit` does.
        pretrainer.optimizer.finalize_variable_values(
            pretrainer.trainable_weights
        )
    if index == 0:
        # Matplotlib is optional; the log can be plotted later.
        with contextlib.suppress(ImportError):
            plot_curves(folder / log, folder / "curves.png")
    return first


class _EndOfRun(keras.callbacks.Callback):
    """Stop at the last step, and save it.

    Comes after all other callbacks, any of which may set `stop_training`.
    """

    def __init__(self, total_steps, checkpoints):
        super().__init__()
        self.total_steps = total_steps
        self.checkpoints = checkpoints
        self._stop_at_row = False

    def on_train_batch_end(self, batch, logs=None):
        if self.checkpoints.step >= self.total_steps:
            self.model.stop_training = True
        elif self.model.stop_training and process_count() > 1:
            # The other processes would wait for the gradients of this one.
            self._stop_at_row = True
            self.model.stop_training = False

    def on_epoch_end(self, epoch, logs=None):
        stop = self.model.stop_training or self._stop_at_row
        self.model.stop_training = in_any_process(stop)
        is_last = self.model.stop_training or epoch + 1 == self.params["epochs"]
        # Before `fit` replaces the weights by moving averages, if there are
        # any, and before other callbacks change them.
        if is_last and self.checkpoints.last_saved != self.checkpoints.step:
            self.checkpoints.save()


def _check_corpus(pretrainer, corpus):
    model = pretrainer.discriminator or pretrainer.generator
    backbone = model.backbone
    if corpus.vocabulary_size > backbone.vocabulary_size:
        raise ValueError(
            "The corpus must be built with the vocabulary of the model. "
            f"Received: {corpus.vocabulary_size} tokens in the corpus, "
            f"{backbone.vocabulary_size} in the model."
        )
    vocabulary = corpus.manifest.get("vocabulary")
    if model.preprocessor is not None and vocabulary is not None:
        own = model.preprocessor.tokenizer.get_vocabulary()
        both = enumerate(zip(vocabulary, own, strict=False))
        for index, (theirs, mine) in both:
            if theirs != mine:
                raise ValueError(
                    "The corpus must be built with the vocabulary of the "
                    f"model. Received: token {index} is {theirs!r} in the "
                    f"corpus, {mine!r} in the model. Build it again with "
                    "`tokenizer.get_vocabulary()` of the model."
                )
    if corpus.sequence_length > backbone.max_sequence_length:
        raise ValueError(
            "The sequences of the corpus must not be longer than the model "
            f"allows. Received: sequence_length={corpus.sequence_length}, "
            f"max_sequence_length={backbone.max_sequence_length}."
        )


def _optimizer_name(optimizer):
    """The class name: variables of two optimizers can have the same shapes."""
    return type(getattr(optimizer, "inner_optimizer", optimizer)).__name__


def _identity(corpus):
    manifest = corpus.manifest
    return {
        key: manifest[key]
        for key in ("sequence_length", "vocabulary", "statistics")
        if key in manifest
    } | {"split": corpus.split, "examples": len(corpus)}


def _model_fingerprint(pretrainer):
    """Fingerprint of the config without names, which Keras numbers."""

    def unnamed(value):
        if isinstance(value, dict):
            if value.get("class_name") == "DTypePolicy":
                # Here the name matters. Fingerprints of early runs, which were
                # all in float32, do not contain it.
                name = value["config"]["name"]
                value = value if name == "float32" else {"policy": name}
            return {
                key: unnamed(part)
                for key, part in value.items()
                if key not in ("name", "preprocessor", "shared_object_id")
            }
        if isinstance(value, list | tuple):
            return [unnamed(part) for part in value]
        return value

    return fingerprint(unnamed(pretrainer.get_config()))
