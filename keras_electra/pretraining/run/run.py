"""A whole run: batches, checkpoints, log and curves in one folder."""

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
    seeds_apart,
    torch_data_parallel,
)
from keras_electra.pretraining.run.checkpoints import TrainingCheckpoints
from keras_electra.pretraining.run.curves import plot_curves
from keras_electra.pretraining.run.run_callback import WholeRunCallback
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
    """Train until `total_steps`, from the newest checkpoint if there is one.

    A run that was cut off and is started again with the same arguments ends
    with the weights of a run that was not: order of the data, masks, dropout,
    optimizer and schedule go on where the checkpoint left them.

    On several devices or processes (`keras.distribution`, `tf.distribute`,
    `torchrun`) each takes its part of a batch, and the first process writes;
    `folder` must be the same storage for all. A step whose weights are not
    finite is not saved, and warned of.

    Args:
        pretrainer: compiled `ElectraPretrainer`.
        corpus: `ElectraCorpus`.
        total_steps: int. The last step.
        folder: string or path. Gets `checkpoints/` and the log, and, with
            matplotlib installed, `curves.png`.
        batch_size: int, default `128`. Sequences a step, of all devices
            together.
        validation_corpus: `ElectraCorpus`, or `None`. What to evaluate on
            whenever a row is logged.
        validation_batches: int, default `16`. Batches of it to look at, at
            most.
        log_every: int, default `500`. Steps between two rows of the log.
        save_every: int, default `1000`. Steps between two checkpoints.
        keep: int, default `2`. Checkpoints to keep.
        seed: int, default `0`. Of the order of the data; of masks and samples
            too where `pretrainer` was given none.
        callbacks: more `keras.callbacks.Callback`s, such as `TensorBoard`;
            a row of the log is an epoch to them, all rows are one training.
            One that sets `stop_training` ends the run, on several processes
            at the end of the row. What it does to the weights when training
            ends is done to `pretrainer`, after the last checkpoint.
        log: string, default `"log.jsonl"`. The log's name in `folder`; ends
            in `.jsonl` or `.csv`.

    Returns:
        int. The step that training began with: 0, or the checkpoint's.

    Raises:
        ValueError: if `folder` holds a run of other data, sizes or seeds, the
            corpus has another vocabulary than the model, a batch cannot be
            shared out evenly, or there are fewer validation examples than
            devices.

    Example:
    ```python
    pretrain(pretrainer, ElectraCorpus("corpus"), 100_000, "run")
    ```
    """
    _check_corpus(pretrainer, corpus)
    if validation_corpus is not None:
        _check_corpus(pretrainer, validation_corpus)
    index, count = process_index(), process_count()
    parts = count * data_parts(pretrainer)
    if batch_size % parts:
        raise ValueError(
            "`batch_size` must be divisible by the number of devices that "
            f"share it. Received: batch_size={batch_size}, {count} processes "
            f"with {parts // count} devices each."
        )
    check_integers(log_every=log_every)
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.BackupAndRestore):
            raise ValueError(
                "`callbacks` must not hold `BackupAndRestore`: a run has its "
                "own checkpoints, in `folder`. Received: one. Leave it out."
            )
    if not pretrainer.seed_given:
        pretrainer.set_seed(seed)
        if is_data_parallel(pretrainer):
            seeds_apart(pretrainer)
    folder = pathlib.Path(folder)
    checkpoints = TrainingCheckpoints(
        folder / "checkpoints",
        every=save_every,
        keep=keep,
        # Rows of the log end more often than the run.
        wait_at_end=False,
        run={
            "model": _checksum(pretrainer),
            "corpus": fingerprint(_identity(corpus)),
            "batch_size": batch_size,
            "seed": seed,
            "optimizer": _kind(pretrainer.optimizer),
        },
    )
    if keras.config.backend() == "torch" and count > 1:
        torch_data_parallel(pretrainer)
    first = checkpoints.restore_latest(pretrainer)
    tokens = batch_size * corpus.sequence_length
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
        own = range(index, size, count)
        validation = (validation_corpus.get_batch(own),)

    def watchers(step):
        return (
            TrainingLog(folder / log, step, tokens),
            TrainingProgress(total_steps, tokens, step, every=show_every),
        )

    # Where somebody watches, the bar says more than a row of the log.
    show_every = min(log_every, 10) if sys.stderr.isatty() else log_every
    callbacks = [WholeRunCallback(callback) for callback in callbacks]

    # Rows of the log stand at multiples of `log_every`, also after a stop in
    # the middle, and at the end. Each `fit` gets batches of its own: Keras
    # may start an endless data set again with each epoch.
    step = first
    try:
        while step < total_steps:
            steps = min(log_every - step % log_every, total_steps - step)
            row = step // log_every
            pretrainer.fit(
                corpus.batches(
                    batch_size,
                    seed=seed,
                    first_step=step,
                    replica=index,
                    num_replicas=count,
                ),
                # Callbacks that go by epochs, such as TensorBoard, see the row.
                initial_epoch=row,
                epochs=row + 1,
                steps_per_epoch=steps,
                validation_data=validation,
                validation_batch_size=batch_size // count,
                callbacks=[
                    checkpoints,
                    *(watchers(step) if index == 0 else ()),
                    *callbacks,
                ],
                shuffle=False,
                verbose=0,
            )
            if checkpoints.step == step:
                raise RuntimeError(
                    "`fit` must take a step. Received: none, from step "
                    f"{step}. Unset KERAS_MAX_EPOCHS and "
                    "KERAS_MAX_STEPS_PER_EPOCH."
                )
            step = checkpoints.step
            if in_any_process(pretrainer.stop_training):
                break
    finally:
        checkpoints.wait()
    if checkpoints.last_saved != step:
        checkpoints.set_model(pretrainer)
        checkpoints.save()
    checkpoints.finish()
    for callback in callbacks:
        callback.end()
    if index == 0:
        # Matplotlib is an extra; the log is there.
        with contextlib.suppress(ImportError):
            plot_curves(folder / log, folder / "curves.png")
    return first


def _check_corpus(pretrainer, corpus):
    model = pretrainer.discriminator or pretrainer.generator
    backbone = model.backbone
    if corpus.vocabulary_size > backbone.vocabulary_size:
        raise ValueError(
            "The corpus must be written with the vocabulary of the model. "
            f"Received: {corpus.vocabulary_size} pieces in the corpus, "
            f"{backbone.vocabulary_size} in the model."
        )
    pieces = corpus.manifest.get("vocabulary")
    if model.preprocessor is not None and pieces is not None:
        own = model.preprocessor.tokenizer.get_vocabulary()
        both = enumerate(zip(pieces, own, strict=False))
        for index, (theirs, mine) in both:
            if theirs != mine:
                raise ValueError(
                    "The corpus must be written with the vocabulary of the "
                    f"model. Received: piece {index} is {theirs!r} in the "
                    f"corpus, {mine!r} in the model. Build it again with "
                    "`tokenizer.get_vocabulary()` of the model."
                )
    if corpus.sequence_length > backbone.max_sequence_length:
        raise ValueError(
            "The sequences of the corpus must not be longer than the model "
            f"allows. Received: sequence_length={corpus.sequence_length}, "
            f"max_sequence_length={backbone.max_sequence_length}."
        )


def _kind(optimizer):
    """The class; several have variables of the same names and shapes."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return type(inner).__name__


def _identity(corpus):
    manifest = corpus.manifest
    return {
        key: manifest[key]
        for key in ("sequence_length", "vocabulary", "statistics")
        if key in manifest
    } | {"split": corpus.split, "examples": len(corpus)}


def _checksum(pretrainer):
    """Of the configuration, but for names, which Keras numbers."""

    def unnamed(value):
        if isinstance(value, dict):
            if value.get("class_name") == "DTypePolicy":
                # Its name is what it is; runs in float32 began without.
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
