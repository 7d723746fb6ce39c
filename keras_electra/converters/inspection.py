"""What a checkpoint holds, without building a model."""

import dataclasses
import math

from keras_electra import presets, registration
from keras_electra.converters import heads, names, readers, transfer
from keras_electra.converters.loading import open_checkpoint
from keras_electra.json_file import read_json


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


def inspect(source, tower=None, num_heads=None, ignore=()):
    """Look into a checkpoint or preset.

    Args:
        source: whatever `presets.resolve` takes.
        tower: `"discriminator"` or `"generator"`, for a 2020 checkpoint.
        num_heads: int, where a 2020 checkpoint cannot tell.
        ignore: configuration keys known not to matter.

    Returns:
        `Inspection`.

    Raises:
        ValueError: as loading would.
    """
    source = presets.resolve(source)
    if source.kind == "keras":
        return _inspect_preset(source)
    checkpoint = open_checkpoint(source, "ElectraBackbone", tower, ignore)
    stored, dialect = checkpoint.stored(), checkpoint.dialect
    sizes = checkpoint.backbone()
    sizes["num_heads"] = num_heads or sizes["num_heads"]
    plans = {
        task: transfer.plan(_paths(rows, sizes), rows, stored, dialect)
        for task, head in names.HEADS.items()
        for rows in [names.BACKBONE + _rows_of(head, stored, dialect)]
    }
    ignored = {**checkpoint.left, **plans["ElectraBackbone"].ignored}
    tokenizer = checkpoint.tokenizer and checkpoint.tokenizer(
        registration.load("ElectraTokenizer"), **source.settings
    )
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
            heads.held_heads(stored, dialect, checkpoint.architecture)
        ),
        tokenizer=_settings(tokenizer.get_config()) if tokenizer else {},
        missing={t: sorted(p.missing.values()) for t, p in plans.items()},
        unused={t: sorted(p.unused) for t, p in plans.items()},
        ignored=ignored,
    )


def _rows_of(head, stored, dialect):
    """The rows of the form of a head that a checkpoint holds."""
    if head.alternative:
        paths = _paths(head.alternative, None)
        if transfer.plan(paths, head.alternative, stored, dialect).sources:
            return head.alternative
    return head.rows


def _paths(rows, sizes):
    """Every variable path that a model of these sizes has."""
    skipped = set()
    if sizes and sizes["embedding_dim"] == sizes["hidden_dim"]:
        skipped.add("embeddings_projection")
    return {
        f"{row.ours}/{leaf}".replace("{n}", str(n)): None
        for row in rows
        if row.ours not in skipped
        for leaf in row.leaves
        for n in (range(sizes["num_layers"]) if "{n}" in row.ours else [0])
    }


def _inspect_preset(source):
    """A preset of ours is complete by construction; say what it holds."""
    folder = source.folder
    sizes = _config(folder / "config.json")
    weights = [
        tensor
        for pattern in ("*model*.weights.h5", "task.weights.h5")
        for path in folder.glob(pattern)
        for name, tensor in readers.read_weights(path).items()
        if not name.startswith("optimizer/") and "seed_generator" not in name
    ]
    task = folder / "task.json"
    held = read_json(task)["class_name"] if task.is_file() else None
    return Inspection(
        folder=folder,
        format="Keras preset",
        sizes={k: v for k, v in sizes.items() if k not in _KERAS},
        parameters=sum(math.prod(tensor.shape) for tensor in weights),
        heads=[held] if held else [],
        tokenizer=_settings(_config(folder / "tokenizer.json")),
        missing={"ElectraBackbone": [], **({held: []} if held else {})},
        unused={},
        ignored={},
    )


_KERAS = ("name", "trainable", "dtype", "vocabulary", "config_file", "sparse")


def _config(path):
    return read_json(path).get("config", {}) if path.is_file() else {}


def _settings(config):
    return {key: value for key, value in config.items() if key not in _KERAS}
