"""Load a checkpoint as one of our classes."""

import warnings

import keras
import keras_hub

from keras_electra import presets
from keras_electra.converters import (
    config_keys,
    constructor_arguments,
    names,
    weights,
)
from keras_electra.converters.huggingface import open_huggingface
from keras_electra.converters.keras_hub import open_keras_hub
from keras_electra.converters.original import open_original


def open_checkpoint(source, task, tower=None, ignore=(), weights=True):
    """Open a checkpoint that is not a Keras preset of ours.

    Args:
        source: `Source`.
        task: string, the name of the class that will be built.
        tower: which half of a checkpoint that holds two, or `None` for the
            usual one.
        ignore: names of tensors and configuration keys known not to matter.
        weights: bool, default `True`. Whether the weights may be opened to
            tell what a Transformers folder says nowhere else.

    Returns:
        A `Checkpoint`.

    Raises:
        ValueError: if `tower` is given for KerasHub's format, or the
            checkpoint is broken.
    """
    if source.kind == "original":
        wanted = names.HEADS[task].tower
        return open_original(source.folder, tower, wanted, ignore)
    if source.kind == "huggingface":
        return open_huggingface(source.folder, ignore, tower, task, weights)
    if tower is not None:
        raise ValueError(
            "`tower` must only be given for a checkpoint that holds two "
            f"models. Received: tower={tower!r} for {source.folder}."
        )
    return open_keras_hub(source.folder)


def load_foreign(
    cls, source, load_weights=True, ignore=(), tower=None, **kwargs
):
    """Load one of our classes from another project's checkpoint.

    What fits is loaded; a head that the checkpoint does not hold starts
    random, with a warning that names its tensors.

    Args:
        cls: one of our classes: backbone, tokenizer, preprocessor or task.
        source: `Source`, or an argument of `presets.resolve`.
        load_weights: bool, default `True`. `False` reads sizes only.
        ignore: names of tensors and of configuration keys that are known not
            to matter, where loading would otherwise stop.
        tower: `"discriminator"` or `"generator"`: which half of a checkpoint
            that holds both.
        **kwargs: arguments of the constructors, instead of what the
            checkpoint says. Each goes to the task if that has it, else to the
            backbone, the preprocessor or the tokenizer.

    Returns:
        An instance of `cls`.

    Raises:
        TypeError: if no constructor takes a keyword.
        ValueError: if a tensor is missing, unused or misshapen, or the
            configuration cannot be met.
    """
    if not isinstance(source, presets.Source):
        source = presets.resolve(source)
    task = names.task_name(cls)
    is_model = issubclass(cls, keras.Model)
    opened = is_model and (load_weights or tower is not None)
    checkpoint = open_checkpoint(source, task, tower, ignore, opened)
    given = constructor_arguments.sort_arguments(cls, kwargs, source.settings)
    if issubclass(cls, keras_hub.tokenizers.Tokenizer):
        return _tokenizer(cls, checkpoint, given, required=True)
    if issubclass(cls, keras_hub.models.Preprocessor):
        return _preprocessor(cls, checkpoint, given, required=True)
    if issubclass(cls, keras_hub.models.Backbone):
        model = _backbone(cls, task, checkpoint, given)
    else:
        model = _task(cls, task, checkpoint, given)
    if load_weights:
        weights.load_weights(model, task, checkpoint, kwargs, ignore)
    for argument, text in checkpoint.notes.items():
        if argument not in kwargs:
            # A task's `from_preset` calls a backbone's.
            warnings.warn(
                text, stacklevel=4 if hasattr(model, "backbone") else 3
            )
    return model


def _backbone(cls, task, checkpoint, given):
    backbone = cls(**backbone_arguments(task, checkpoint, given))
    backbone.transformers_settings = checkpoint.settings
    return backbone


def backbone_arguments(task, checkpoint, given):
    """What a backbone is built with: the caller's word before the checkpoint's.

    Args:
        task: string, the name of our class.
        checkpoint: `Checkpoint`.
        given: `Arguments`.

    Returns:
        A dict.

    Raises:
        ValueError: if nobody says how many heads there are.
    """
    said = checkpoint.backbone()
    if task not in config_keys.DECODERS:
        said = {k: v for k, v in said.items() if k not in config_keys.DECODER}
    elif task == "ElectraCausalLM":
        said["is_decoder"] = True
    settings = {**said, **given.backbone}
    if settings["num_heads"] is None:
        raise ValueError(
            "`num_heads` must be given for this checkpoint, which does not "
            "store it. Received: num_heads=None for "
            f"{checkpoint.folder}, with hidden_dim={settings['hidden_dim']}. "
            "The released models have `hidden_dim // 64` heads."
        )
    return settings


def _task(cls, task, checkpoint, given):
    own = dict(given.task)
    if "backbone" not in own:
        own["backbone"] = _backbone(cls.backbone_cls, task, checkpoint, given)
    if "preprocessor" not in own and cls.preprocessor_cls is not None:
        own["preprocessor"] = _preprocessor(
            cls.preprocessor_cls, checkpoint, given
        )
    if own.get("preprocessor") is not None:
        tokenizer, rows = own["preprocessor"].tokenizer, own["backbone"]
        check_vocabulary(tokenizer, rows.vocabulary_size, checkpoint.folder)
    return cls(**constructor_arguments.task_arguments(task, checkpoint, own))


def _preprocessor(cls, checkpoint, given, required=False):
    tokenizer = given.preprocessor.get("tokenizer") or _tokenizer(
        cls.tokenizer_cls, checkpoint, given, required
    )
    if tokenizer is None:
        return None
    own = {**given.preprocessor, "tokenizer": tokenizer}
    if (
        constructor_arguments.takes(cls, "sequence_length")
        and "sequence_length" not in own
    ):
        sizes = {**checkpoint.backbone(), **given.backbone}
        own["sequence_length"] = sizes["max_sequence_length"]
    return cls(**own)


def _tokenizer(cls, checkpoint, given, required=False):
    if checkpoint.tokenizer is not None:
        return checkpoint.tokenizer(cls, **given.tokenizer)
    if required:
        raise ValueError(
            f"`{checkpoint.folder}` must hold a vocabulary, `vocab.txt` or "
            "`tokenizer.json`. Received: a folder with "
            f"{', '.join(sorted(p.name for p in checkpoint.folder.iterdir()))}."
        )
    warnings.warn(
        f"{checkpoint.folder} holds no vocabulary, so the task has no "
        "preprocessor and takes token ids only. Pass `preprocessor=` to give "
        "it one.",
        stacklevel=6,
    )
    return None


def check_vocabulary(tokenizer, rows, folder):
    """Compare a vocabulary with the embedding.

    Args:
        tokenizer: `ElectraTokenizer`.
        rows: int, those of the embedding.
        folder: `pathlib.Path` of the checkpoint.

    Raises:
        ValueError: if tokens have no row.
    """
    tokens = tokenizer.vocabulary_size()
    if tokens > rows:
        raise ValueError(
            "The vocabulary must not be larger than the embedding: the last "
            "pieces would have no vector. Received: a vocabulary of "
            f"{tokens} pieces and `vocabulary_size`={rows} in {folder}."
        )
    _warn_of_missing_pieces(tokens, rows, folder)


def _warn_of_missing_pieces(tokens, rows, folder):
    """Warn where the vocabulary may be cut off.

    An embedding may be rounded up to a multiple of 8, 16 and so on.
    """
    rounded = {-(-tokens // 2**n) * 2**n for n in range(3, 11)}
    if tokens < rows and rows not in rounded:
        warnings.warn(
            f"The tokenizer has {tokens} tokens, and the embedding in {folder} "
            f"has {rows} rows. If the vocabulary file was cut off, texts get "
            "other ids than in training: compare it with the original.",
            stacklevel=6,
        )
