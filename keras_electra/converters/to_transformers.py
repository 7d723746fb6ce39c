"""Save a model as a folder that Transformers loads."""

import json
import warnings

import keras
import keras_hub
import numpy as np

from keras_electra.atomic_folder import replace_folder
from keras_electra.converters import (
    config_keys,
    configs,
    dialects,
    names,
    transfer,
)
from keras_electra.converters.names import task_name
from keras_electra.keras_internals import flatten_layers


def export_to_transformers(model, folder):
    """Write `config.json`, `model.safetensors` and the tokenizer's files.

    Args:
        model: backbone or task.
        folder: string or path; replaced whole, or not at all.

    Raises:
        TypeError: if `model` is neither a backbone nor a task of ours.
        ValueError: if Transformers has no such head, or if the model is
            quantized.

    Example:
    ```python
    classifier.export_to_transformers("./for_transformers")
    ```
    """
    if not isinstance(
        model, (keras_hub.models.Backbone, keras_hub.models.Task)
    ):
        raise TypeError(
            "`model` must be a backbone or a task of keras_electra. Received: "
            f"{type(model).__name__}."
        )
    task = task_name(type(model))
    is_backbone = isinstance(model, keras_hub.models.Backbone)
    preprocessor = None if is_backbone else model.preprocessor
    tokenizer = preprocessor.tokenizer if preprocessor else None
    tensors = _tensors(model, task)
    config = configs.huggingface_config(
        task,
        (model if is_backbone else model.backbone).get_config(),
        {} if is_backbone else model.get_config(),
        tokenizer.pad_token_id if tokenizer else None,
    )
    if not isinstance(config["hidden_act"], str):
        raise ValueError(
            "`activation` must be one of "
            f"{', '.join(sorted(set(config_keys.ACTIVATIONS.values())))} to "
            "be exported; Transformers names no other function. Received: "
            f"activation={config['hidden_act']['config']!r}."
        )
    if not config.get("summary_counts_padding", True):
        _warn_of_padding(config)
    config["dtype"] = str(tensors[next(iter(tensors))].dtype)

    def write(target):
        # Also teaches numpy the name "bfloat16".
        import ml_dtypes  # noqa: F401
        import safetensors.numpy

        (target / "config.json").write_text(
            json.dumps(config, indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        # Transformers refuses a file that does not say for whom it is.
        safetensors.numpy.save_file(
            tensors, target / "model.safetensors", {"format": "pt"}
        )
        if tokenizer:
            tokenizer.to_huggingface(
                target, longest=config["max_position_embeddings"]
            )

    replace_folder(write, folder, whole=True)


def _warn_of_padding(config):
    if config["summary_type"] != "first":
        warnings.warn(
            "Transformers counts padding as part of a sequence, so it will "
            "score padded choices differently. Received: a model with "
            f"summary_type={config['summary_type']!r}, "
            "summary_counts_padding=False. In Transformers, do not pad.",
            stacklevel=4,
        )


def _tensors(model, task):
    """All weights, with Transformers' names and layout."""
    arrays = _merged_weights(model)
    head = names.HEADS[task]
    encoder_rows = names.BACKBONE + names.CROSS_ATTENTION
    rules = transfer.find_rules(arrays, encoder_rows + head.all_rows)
    own = {
        path
        for path, matches in rules.items()
        if not any(row in encoder_rows for row, _, _ in matches)
    }
    lacking = [
        row.ours
        for row in head.rows
        if "{n}" not in row.ours
        and row.ours not in head.optional
        and not any(path.startswith(f"{row.ours}/") for path in arrays)
    ]
    if lacking:
        raise ValueError(
            f"The head must be that of Transformers' `{head.architecture}` to "
            "be exported; there is no class for another one. Received: a head "
            f"without {', '.join(lacking)}."
        )
    encoder = {p: a for p, a in arrays.items() if p not in own}
    encoder = transfer.write(encoder, encoder_rows, dialects.HUGGINGFACE)
    prefix = "" if head.architecture == "ElectraModel" else "electra."
    return {
        **{prefix + name: array for name, array in encoder.items()},
        **transfer.write(
            {path: arrays[path] for path in own},
            head.rows + head.untied,
            dialects.HUGGINGFACE,
        ),
    }


def _merged_weights(model):
    """Numpy arrays by path, with LoRA's adapters added in."""
    arrays = {}
    for layer in flatten_layers(model):
        if getattr(layer, "quantization_mode", None):
            raise ValueError(
                "Only a model in floating point can be exported to "
                "Transformers; export it before quantizing. Received: "
                f"{layer.name}, quantized to {layer.quantization_mode}."
            )
        if getattr(layer, "lora_enabled", False):
            kernel = layer.variables[0]
            arrays[kernel.path] = keras.ops.convert_to_numpy(layer.kernel)
    for variable in model.weights:
        if "lora_" not in variable.path.rpartition("/")[2]:
            arrays.setdefault(
                variable.path, keras.ops.convert_to_numpy(variable.value)
            )
    return {path: np.asarray(array) for path, array in arrays.items()}
