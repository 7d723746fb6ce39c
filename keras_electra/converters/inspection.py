"""What a checkpoint or preset holds, and what can be loaded from it."""

import dataclasses
import math
import warnings

import keras

from keras_electra import preset_files, presets, registration
from keras_electra.converters import (
    constructor_arguments,
    heads,
    loading,
    names,
    transfer,
    weights,
)
from keras_electra.converters.variable_shapes import variable_shapes


@dataclasses.dataclass(frozen=True)
class Inspection:
    """What `inspect` found.

    Args:
        folder: `pathlib.Path`.
        format: string.
        sizes: dict, the arguments of the backbone.
        parameters: int, numbers in the weights file that belong to a model.
        heads: names of our classes whose head is there.
        tokenizer: dict, the settings of the tokenizer; empty without one.
        missing: class name to the tensors that would be missing.
        unused: class name to the tensors that would be left.
        ignored: tensor to the reason why it is never loaded.
        errors: class name to the message of the error that `from_preset` would
            raise; without the classes that load.
        warnings: warnings that loading gives for every class.
    """

    folder: object
    format: str
    sizes: dict
    parameters: int
    heads: list
    tokenizer: dict
    missing: dict
    unused: dict
    ignored: dict
    errors: dict = dataclasses.field(default_factory=dict)
    warnings: list = dataclasses.field(default_factory=list)


def inspect(source, tower=None, num_heads=None, ignore=()):
    """Look into a checkpoint or preset.

    Args:
        source: as for `presets.resolve`.
        tower: `"discriminator"` or `"generator"`, for a checkpoint that holds
            both.
        num_heads: int, where the checkpoint cannot tell.
        ignore: names of tensors and configuration keys known not to matter.

    Returns:
        `Inspection`.

    Raises:
        ValueError: as loading would, where no class could be loaded; or if
            an argument other than `source` is given for a Keras preset.
    """
    source = presets.resolve(source)
    if source.kind == "keras":
        given = {"tower": tower, "num_heads": num_heads, "ignore": ignore}
        given = {k: v for k, v in given.items() if v not in (None, (), [])}
        if given:
            received = ", ".join(f"{k}={v!r}" for k, v in given.items())
            raise ValueError(
                "`tower`, `num_heads` and `ignore` must only be given for a "
                "checkpoint of another project; a Keras preset is complete "
                f"without them. Received: {received} for {source.folder}."
            )
        return _inspect_preset(source)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = _inspect_foreign(source, tower, num_heads, ignore)
    texts = (str(w.message) for w in caught if w.category is UserWarning)
    found.warnings.extend(dict.fromkeys(texts))
    return found


def _inspect_foreign(source, tower, num_heads, ignore):
    opened = {}

    def checkpoint_of(task):
        """Each task opens the tower that suits it."""
        wanted = names.HEADS[task].tower
        first = opened.get("discriminator")
        if task == "ElectraTextClassifier" and first.architecture is None:
            # Its head may be one that is read by this class only.
            return loading.open_checkpoint(source, task, tower, ignore)
        if wanted not in opened:
            opened[wanted] = loading.open_checkpoint(
                source, task, tower, ignore
            )
            opened[wanted].stored()
            if not opened[wanted].left:  # There is one model only.
                opened.update(discriminator=opened[wanted])
                opened.update(generator=opened[wanted])
        return opened[wanted]

    checkpoint = checkpoint_of("ElectraBackbone")
    sizes = checkpoint.backbone()
    sizes["num_heads"] = num_heads or sizes["num_heads"]
    stored = checkpoint.stored()
    tokenizer, tokenizer_error = _tokenizer(checkpoint, source)
    given = {} if num_heads is None else {"num_heads": num_heads}
    missing, unused, errors = {}, {}, {"ElectraTokenizer": tokenizer_error}
    sound = set()  # Tensors whose numbers were read.
    for task in names.HEADS:
        missing[task], unused[task], errors[task] = _loaded_as(
            task,
            checkpoint_of(task),
            given,
            ignore,
            tokenizer or tokenizer_error,
            sound,
        )
    plan = transfer.plan({}, (), stored, checkpoint.dialect)
    ignored = {**checkpoint.left, **plan.ignored}
    return Inspection(
        folder=source.folder,
        format=checkpoint.format,
        sizes=sizes,
        parameters=sum(
            math.prod(tensor.shape)
            for name, tensor in stored.items()
            if name not in ignored
        ),
        heads=sorted(
            heads.held_heads(
                stored, checkpoint.dialect, checkpoint.architecture
            )
        ),
        tokenizer=_settings(tokenizer.get_config()) if tokenizer else {},
        missing=missing,
        unused=unused,
        ignored=ignored,
        errors={task: text for task, text in errors.items() if text},
        warnings=list(checkpoint.notes.values()),
    )


def _tokenizer(checkpoint, source):
    """The tokenizer, or `None`; and the error that it raises, or `None`."""
    if checkpoint.tokenizer is None:
        return None, None
    cls = registration.load("ElectraTokenizer")
    try:
        return checkpoint.tokenizer(cls, **source.settings), None
    except (ValueError, FileNotFoundError) as error:
        return None, str(error)


def _loaded_as(task, checkpoint, given, ignore, tokenizer, sound):
    """What is missing and unused in a class, and the error of loading it.

    Args:
        task: string, the name of the class.
        checkpoint: `Checkpoint`.
        given: dict, the arguments of the backbone.
        ignore: names of tensors known not to matter.
        tokenizer: `ElectraTokenizer`, the error of loading it, or `None`.
        sound: set of the names of tensors whose numbers were read already.

    Returns:
        Two lists of names, and a string or `None`.
    """
    stored, dialect = checkpoint.stored(), checkpoint.dialect
    sizes, own, error = {**checkpoint.backbone(), **given}, {}, None
    try:
        sizes = loading.backbone_arguments(
            task, checkpoint, constructor_arguments.Arguments(backbone=given)
        )
        if task != "ElectraBackbone":
            if isinstance(tokenizer, str):
                raise ValueError(tokenizer)
            if tokenizer is not None:
                rows = sizes["vocabulary_size"]
                loading.check_vocabulary(tokenizer, rows, checkpoint.folder)
            own = constructor_arguments.task_arguments(task, checkpoint, {})
    except (ValueError, FileNotFoundError) as problem:
        error = str(problem)
    shapes = variable_shapes(task, sizes, own)
    rows = names.rows_of(task, shapes)
    plan = transfer.plan(shapes, rows, stored, dialect)
    missing, unused = sorted(plan.missing.values()), sorted(plan.unused)
    if error is not None:
        return missing, unused, error
    try:
        plan = weights.plan_weights(shapes, task, checkpoint, given, ignore)[0]
        fresh = {p: n for p, n in plan.sources.items() if n[0] not in sound}
        plan = dataclasses.replace(plan, sources=fresh)
        for _ in transfer.read(plan, shapes, stored, dialect):
            pass
        sound.update(copies[0] for copies in fresh.values())
    except (ValueError, FileNotFoundError) as problem:
        error = str(problem)
    return missing, unused, error


def _inspect_preset(source):
    """What a preset holds: it is loaded, so that its errors are told."""
    folder = source.folder
    files = preset_files.read(folder)
    sizes = files.get("config.json", {}).get("config", {})
    owner, model = None, None
    if sizes:
        stored = files.get("task.json", files["config.json"])
        cls = keras.saving.get_registered_object(stored["registered_name"])
        owner = names.task_name(cls)
        model = cls.from_preset(str(folder))
    if "tokenizer.json" in files:
        registration.load("ElectraTokenizer").from_preset(str(folder))
    tokenizer = files.get("tokenizer.json", {}).get("config", {})
    complete = {owner, *names.same_heads(owner)}
    return Inspection(
        folder=folder,
        format="Keras preset",
        sizes={k: v for k, v in sizes.items() if k not in _KERAS},
        parameters=model.count_params() if model else 0,
        heads=[owner] if "task.json" in files else [],
        tokenizer=_settings(tokenizer),
        missing={
            task: sorted(
                f"{row.ours}/{leaf}"
                for row in (() if task in complete else head.own_rows)
                for leaf in row.leaves
            )
            for task, head in names.HEADS.items()
            if model
        },
        unused={},
        ignored={},
    )


_KERAS = ("name", "trainable", "dtype", "vocabulary", "config_file", "sparse")


def _settings(config):
    return {key: value for key, value in config.items() if key not in _KERAS}
