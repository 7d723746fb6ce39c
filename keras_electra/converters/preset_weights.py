"""Weights files of Keras presets, compared with the model they are for."""

import math

from keras_electra import preset_files
from keras_electra.argument_checks import is_integer
from keras_electra.converters import readers, transfer
from keras_electra.json_file import naming
from keras_electra.keras_internals import flatten_layers


def backbone_file(folder, content, given):
    """The file with a backbone's weights, as many as the backbone has.

    Args:
        folder: `pathlib.Path` of the preset.
        content: dict, its `config.json`.
        given: dict, arguments of the backbone instead of those.

    Returns:
        `pathlib.Path`, for `load_weights`.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if a file is damaged, or holds another backbone.
    """
    path, files = preset_files.backbone_weights(folder)
    quantized = bool(content["config"].get("quantized_layers"))
    held = sum(count_numbers(file, quantized) for file in files)
    expected = None
    if not quantized:
        expected = _parameters({**content["config"], **given})
    ours = content["registered_name"] == "keras_electra>ElectraBackbone"
    if ours and expected not in (None, held):
        raise ValueError(
            f"`{path.name}` must hold the {expected:,} numbers of the backbone "
            f"in `config.json`. Received: {path} with {held:,}, from another "
            "preset or of other sizes. Copy or save the preset again"
            + (f", or leave out {sorted(given)}." if given else ".")
        )
    return path


def count_numbers(path, quantized=False):
    """How many numbers of a model a weights file of Keras holds.

    Args:
        path: `pathlib.Path`.
        quantized: bool, default `False`. Whether weights may be integers.

    Returns:
        int, without the states of optimizers and random generators.

    Raises:
        ValueError: if a number is NaN or infinite.
    """
    tensors = {
        name: tensor
        for name, tensor in readers.read_weights(path).items()
        if not name.startswith("optimizer/") and "seed_generator" not in name
    }
    problems = []
    for name, tensor in tensors.items():
        array = tensor.read()
        if not (quantized and array.dtype.kind in "iu"):
            problems += transfer.number_problems(array, name, path)
    transfer.refuse_numbers(problems)
    return sum(math.prod(tensor.shape) for tensor in tensors.values())


def _parameters(config):
    """How many numbers an `ElectraBackbone` has; `None` if it cannot be."""
    config = {"max_sequence_length": 512, "num_segments": 2, **config}
    names = ("vocabulary_size", "num_layers", "hidden_dim", "intermediate_dim")
    sizes = [*names, "max_sequence_length", "num_segments", "embedding_dim"]
    config["embedding_dim"] = config.get("embedding_dim") or config.get(
        "hidden_dim"
    )
    sizes = [config.get(name) for name in sizes]
    if not all(map(is_integer, sizes)):
        return None
    pieces, layers, width, inner, positions, segments, narrow = sizes
    attention = 4 * (width + 1) * width + 2 * width  # With its LayerNorm.
    block = attention * (2 if config.get("add_cross_attention") else 1)
    block += (width + 1) * inner + (inner + 1) * width + 2 * width
    embeddings = (pieces + positions + segments + 2) * narrow
    projection = (narrow + 1) * width if narrow != width else 0
    return embeddings + projection + layers * block


def load_head(model, folder):
    """Load the weights of a task's head.

    Args:
        model: the task.
        folder: `pathlib.Path` of the preset.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if it is damaged, or holds another head.
    """
    if not model.has_task_weights():
        return
    path = preset_files.task_weights(folder)
    layers = flatten_layers(model)
    held = count_numbers(path, any(x.quantization_mode for x in layers))
    expected = model.count_params() - model.backbone.count_params()
    with naming(path):
        if held != expected:
            raise ValueError(
                f"the head of {type(model).__name__} must have {expected:,} "
                f"numbers. Received: {held:,}. Copy or save the preset again."
            )
        model.load_task_weights(str(path))
