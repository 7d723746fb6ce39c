"""Checkpoints of the 2020 TensorFlow code: two towers, and no configuration."""

import re

from keras_electra.converters import (
    config_keys,
    configs,
    dialects,
    tf_checkpoint,
)
from keras_electra.converters.checkpoint import Checkpoint
from keras_electra.converters.generator_and_discriminator import OTHER
from keras_electra.json_file import read_json, read_text

# Scopes of each half. A generator with tied embeddings, the rule, keeps them
# under `electra/`; one of full width that shares everything is all there.
_TOWERS = {
    "discriminator": {
        "encoder": "electra",
        "embeddings": ("electra",),
        "head": "discriminator_predictions",
    },
    "generator": {
        "encoder": "generator",
        "embeddings": ("generator", "electra"),
        "head": "generator_predictions",
    },
}
# The layers of the question-answering head, most of which were only numbered.
_SPAN_LAYERS = {
    "dense": "start",
    "qa_hidden": "end_hidden",
    "dense_1": "end",
    "dense_2": "impossible_hidden",
    "dense_3": "impossible",
}
# What `config.json` can tell of either tower besides its sizes.
_SETTINGS = (
    "activation",
    "dropout",
    "attention_dropout",
    "initializer_range",
    "layer_norm_epsilon",
)


def find_checkpoint(folder):
    """The checkpoint of a folder, or `None`.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A `pathlib.Path` without `.index`: what the file `checkpoint` names,
        else the only one there is.

    Raises:
        ValueError: if there are several and nothing says which.
    """
    prefixes = sorted(p.with_suffix("") for p in folder.glob("*.index"))
    state = folder / "checkpoint"
    if state.is_file():
        match = re.search(
            r'^model_checkpoint_path: "(.*)"',
            read_text(state),
            re.MULTILINE,
        )
        # The path may be that of the machine it was trained on; only the
        # name counts, so nothing outside the folder is ever opened.
        name = re.split(r"[/\\]", match[1])[-1] if match else None
        if name and folder / name in prefixes:
            return folder / name
    if len(prefixes) > 1:
        raise ValueError(
            f"`{folder}` must hold one checkpoint, or a file `checkpoint` "
            "that names one of them. Received: "
            f"{', '.join(p.name for p in prefixes)}."
        )
    return prefixes[0] if prefixes else None


def open_original(folder, tower=None, wanted="discriminator", ignore=()):
    """Open a folder of the 2020 release.

    A `config.json` of Transformers beside the checkpoint is read for what the
    tensors do not tell.

    Args:
        folder: `pathlib.Path`.
        tower: `"discriminator"`, `"generator"`, or `None` for `wanted` if the
            folder has both, else for the one that is there.
        wanted: the tower that suits the class that is loaded.
        ignore: keys of `config.json` known not to matter.

    Returns:
        A `Checkpoint`.

    Raises:
        ValueError: if `tower` is unknown or absent, if the checkpoint is
            damaged, or if `config.json` is of another model.
    """
    if tower not in (None, *_TOWERS):
        raise ValueError(
            '`tower` must be "discriminator" or "generator". Received: '
            f"tower={tower!r}."
        )
    everything = tf_checkpoint.read(find_checkpoint(folder))
    if any("/.ATTRIBUTES/" in name for name in everything):
        raise ValueError(
            f"`{folder}` must hold a checkpoint of the 2020 TensorFlow code. "
            "This one was written by `tf.train.Checkpoint` of TensorFlow 2: "
            "load it with the program that wrote it and save it in the form "
            "of Transformers. NVIDIA's ELECTRA does so with "
            "`postprocess_pretrained_ckpt.py`. Received: names such as "
            f"{min(name for name in everything if '/.ATTRIBUTES/' in name)}."
        )
    config = _read_config(folder, ignore)
    present = [name for name in _TOWERS if _has_tower(everything, name)]
    tower = tower or (wanted if wanted in present else (present or [None])[0])
    if tower not in present:
        raise ValueError(
            f"`{folder}` must hold the tower that is asked for. Received: "
            f"tower={tower!r}; there is {', '.join(present) or 'none'}."
        )
    stored, left = _choose_tower(everything, tower)
    vocabulary = folder / "vocab.txt"

    def task_arguments(task):
        if task == "ElectraQuestionAnswerer":
            is_joint = "task_specific/end_hidden/kernel" in stored
            return {"head": "2020"} if is_joint else {}
        bias = stored.get("task_specific/dense/bias")
        if task not in config_keys.LABELLED or bias is None:
            return {}
        said = {"num_classes": bias.shape[0]}
        if task == "ElectraTextClassifier":
            said["head"] = "2020"
            if bias.shape[0] == 1:
                said["problem_type"] = "regression"
        return said

    def tokenizer(cls, **kwargs):
        return cls(str(vocabulary), **kwargs)

    return Checkpoint(
        folder=folder,
        format=f"2020 TensorFlow ({tower})",
        backbone=lambda: _with_config(
            _sizes(stored, tower, folder), config, tower, folder
        ),
        dialect=dialects.ORIGINAL,
        stored=lambda: stored,
        task=task_arguments,
        tokenizer=tokenizer if vocabulary.is_file() else None,
        left=left,
    )


def _read_config(folder, ignore):
    """`config.json` of Transformers, or an empty dict."""
    path = folder / "config.json"
    if not path.is_file():
        return {}
    config = {k: v for k, v in read_json(path).items() if k not in ignore}
    configs.check_config(config, folder)
    return config


def _with_config(sizes, config, tower, folder):
    """Add what only `config.json` tells; it may be of the other tower."""
    if not config:
        return sizes
    said = configs.backbone_arguments(config)
    different = [
        f"{name}={said[name]} instead of {size}"
        for name, size in sizes.items()
        if name != "num_heads" and said[name] != size
    ]
    if different and tower == "discriminator":
        raise ValueError(
            f"`config.json` of {folder} must describe the discriminator of "
            "the checkpoint beside it; put it right or remove it. Received: "
            f"{', '.join(different)}."
        )
    taken = _SETTINGS if different else (*_SETTINGS, "num_heads")
    return {**sizes, **{name: said[name] for name in taken}}


def _has_tower(stored, tower):
    scopes = _TOWERS[tower]
    return any(
        name.startswith((f"{scopes['encoder']}/encoder/", f"{scopes['head']}/"))
        for name in stored
    )


def _choose_tower(everything, tower):
    """Tensors of one tower, without its scope; and the rest, with reasons."""
    scopes = _TOWERS[tower]
    (other,) = {*_TOWERS} - {tower}
    encoder = scopes["encoder"]
    if not any(name.startswith(f"{encoder}/encoder/") for name in everything):
        encoder = "electra"
    embeddings = next(
        (
            scope
            for scope in scopes["embeddings"]
            if f"{scope}/embeddings/word_embeddings" in everything
        ),
        "electra",
    )
    stored, left = {}, {}
    for name, tensor in everything.items():
        scope, _, rest = name.partition("/")
        if scope == (embeddings if rest.startswith("embeddings/") else encoder):
            stored[rest] = tensor
        elif scope in ("electra", "generator", _TOWERS[other]["head"]):
            left[name] = OTHER.format(other)
        else:
            # `task_specific/sst/dense/kernel`: the task's name is no name.
            stored[re.sub(r"^task_specific/[^/]+/", "task_specific/", name)] = (
                tensor
            )
    if "task_specific/qa_hidden/kernel" in stored:
        stored = {_with_span_layer(name): t for name, t in stored.items()}
    return stored, left


def _with_span_layer(name):
    return re.sub(
        r"^task_specific/([^/]+)/",
        lambda match: f"task_specific/{_SPAN_LAYERS.get(match[1], match[1])}/",
        name,
    )


def _sizes(stored, tower, folder):
    def shape(name):
        if name not in stored:
            raise ValueError(
                f"`{folder}` must hold {name}, which tells a size of the "
                f"model. Received: {len(stored)} tensors without it."
            )
        return stored[name].shape

    vocabulary_size, embedding_dim = shape("embeddings/word_embeddings")
    hidden_dim, intermediate_dim = shape(
        "encoder/layer_0/intermediate/dense/kernel"
    )
    blocks = {
        int(match[1])
        for name in stored
        if (match := re.match(r"encoder/layer_(\d+)/", name))
    }
    # All released models have heads of 64. The code gave every generator one
    # for each whole 64; a discriminator may have had any number.
    num_heads = max(1, hidden_dim // 64)
    if tower == "discriminator" and hidden_dim % 64:
        num_heads = None
    return {
        "vocabulary_size": vocabulary_size,
        "embedding_dim": embedding_dim,
        "hidden_dim": hidden_dim,
        "num_layers": len(blocks),
        "num_heads": num_heads,
        "intermediate_dim": intermediate_dim,
        "max_sequence_length": shape("embeddings/position_embeddings")[0],
        "num_segments": shape("embeddings/token_type_embeddings")[0],
    }
