"""A foreign checkpoint to an instance of one of our classes."""

import warnings

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


def open_checkpoint(source, task, tower=None, ignore=()):
    """Open a checkpoint that is not a Keras preset of ours.

    Args:
        source: `Source`.
        task: string, the name of the class that will be built.
        tower: which half of a 2020 checkpoint, or `None` for the usual one.
        ignore: names of tensors and configuration keys known not to matter.

    Returns:
        A `Checkpoint`.

    Raises:
        ValueError: if `tower` is given for another format, or the checkpoint
            is broken.
    """
    if tower is not None and source.kind != "original":
        raise ValueError(
            "`tower` must only be given for a 2020 TensorFlow checkpoint, "
            f"which holds two models. Received: tower={tower!r} for "
            f"{source.folder}."
        )
    if source.kind == "original":
        return open_original(source.folder, tower, names.HEADS[task].tower)
    if source.kind == "huggingface":
        return open_huggingface(source.folder, ignore)
    return open_keras_hub(source.folder)


def load_foreign(
    cls, source, load_weights=True, ignore=(), tower=None, **kwargs
):
    """Load one of our classes from another project's checkpoint.

    What fits is loaded; a head that the checkpoint does not hold starts
    random, with a warning that names its tensors.

    Args:
        cls: one of our classes: backbone, tokenizer, preprocessor or task.
        source: `Source`, or whatever `presets.resolve` takes.
        load_weights: bool, default `True`. `False` reads sizes only.
        ignore: names of tensors and of configuration keys that are known not
            to matter, where loading would otherwise stop.
        tower: `"discriminator"` or `"generator"`: which half of a 2020
            checkpoint.
        **kwargs: arguments of the constructors, instead of what the
            checkpoint says. Each goes to the task if that has it, else to the
            backbone, the preprocessor or the tokenizer.

    Returns:
        An instance of `cls`.

    Raises:
        TypeError: if no constructor takes a keyword.
        ValueError: if a tensor is missing, unused or misshapen, or the
            configuration cannot be met.

    Example:
    ```python
    load_foreign(ElectraBackbone, "./electra_small", num_heads=4)
    ```
    """
    if not isinstance(source, presets.Source):
        source = presets.resolve(source)
    task = names.task_name(cls)
    checkpoint = open_checkpoint(source, task, tower, ignore)
    given = constructor_arguments.sort_arguments(cls, kwargs, source.settings)
    if issubclass(cls, keras_hub.tokenizers.Tokenizer):
        return _tokenizer(cls, checkpoint, given, required=True)
    if issubclass(cls, keras_hub.models.Preprocessor):
        return _preprocessor(cls, checkpoint, given, required=True)
    if issubclass(cls, keras_hub.models.Backbone):
        model = cls(**_backbone_arguments(task, checkpoint, given))
    else:
        model = _task(cls, task, checkpoint, given)
    if load_weights:
        weights.load_weights(model, task, checkpoint, kwargs, ignore)
    return model


def _backbone_arguments(task, checkpoint, given):
    said = checkpoint.backbone()
    if task not in config_keys.DECODERS:
        said = {k: v for k, v in said.items() if k not in config_keys.DECODER}
    elif task == "ElectraCausalLM":
        said["is_decoder"] = True
    settings = {**said, **given.backbone}
    if settings["num_heads"] is None:
        raise ValueError(
            "`num_heads` must be given for this checkpoint: the released "
            "models have one head for every 64 of the width, and this one is "
            f"{settings['hidden_dim']} wide. Received: num_heads=None for "
            f"{checkpoint.folder}."
        )
    return settings


def _task(cls, task, checkpoint, given):
    own = dict(given.task)
    if "backbone" not in own:
        settings = _backbone_arguments(task, checkpoint, given)
        own["backbone"] = cls.backbone_cls(**settings)
    if "preprocessor" not in own and cls.preprocessor_cls is not None:
        own["preprocessor"] = _preprocessor(
            cls.preprocessor_cls, checkpoint, given
        )
    _check_vocabulary(own.get("preprocessor"), own["backbone"], checkpoint)
    return cls(**constructor_arguments.task_arguments(task, checkpoint, own))


def _preprocessor(cls, checkpoint, given, required=False):
    tokenizer = given.preprocessor.get("tokenizer") or _tokenizer(
        cls.tokenizer_cls, checkpoint, given, required
    )
    if tokenizer is None:
        return None
    own = {**given.preprocessor, "tokenizer": tokenizer}
    if constructor_arguments.takes(cls, "sequence_length"):
        longest = {**checkpoint.backbone(), **given.backbone}
        own.setdefault("sequence_length", longest["max_sequence_length"])
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


def _check_vocabulary(preprocessor, backbone, checkpoint):
    if preprocessor is None:
        return
    pieces = preprocessor.tokenizer.vocabulary_size()
    if pieces > backbone.vocabulary_size:
        raise ValueError(
            "The vocabulary must not be larger than the embedding: the last "
            "pieces would have no vector. Received: a vocabulary of "
            f"{pieces} pieces and `vocabulary_size`="
            f"{backbone.vocabulary_size} in {checkpoint.folder}."
        )
