"""The golden checkpoints, and folders made of parts of them."""

import json
import pathlib
import shutil

import numpy as np

from tests import tiny

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
SMALL_FILES = (
    "config.json",
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)
# What a difference of frameworks is; a wrong epsilon is more.
TOLERANCE = 5e-5


def copy(name, target, *weights, config=None):
    """A folder with the small files of a golden one and some of its weights.

    Args:
        name: string, a folder of `golden/hf`.
        target: `pathlib.Path` of a folder.
        *weights: names of weights files.
        config: keys of `config.json` to change; `None` as a value drops one.
    """
    source = GOLDEN / "hf" / name
    for file in (*SMALL_FILES, *weights):
        shutil.copy(source / file, target)
    if config:
        path = target / "config.json"
        content = {**json.loads(path.read_text()), **config}
        content = {k: v for k, v in content.items() if v is not None}
        path.write_text(json.dumps(content))
    return target


def golden(*names):
    """The numbers of a golden checkpoint, and its inputs under our names."""
    numbers = dict(np.load(GOLDEN.joinpath(*names) / "golden.npz"))
    if "input_ids" in numbers and "attention_mask" in numbers:
        inputs = {
            "token_ids": numbers["input_ids"],
            "segment_ids": numbers["token_type_ids"],
            "padding_mask": numbers["attention_mask"],
        }
        inputs = {k: v.astype("int32") for k, v in inputs.items()}
        if "encoder_hidden_states" in numbers:
            mask = numbers["encoder_attention_mask"].astype("int32")
            inputs["encoder_hidden_states"] = numbers["encoder_hidden_states"]
            inputs["encoder_padding_mask"] = mask
        return numbers, inputs
    return numbers, None


def difference(ours, theirs):
    """The largest absolute difference."""
    import keras

    ours = keras.ops.convert_to_numpy(ours).astype("float32")
    return float(np.abs(ours - theirs).max())


def arrays(model):
    """Every weight of a model, by its path."""
    import keras

    return {v.path: keras.ops.convert_to_numpy(v.value) for v in model.weights}


# As small as `tests.tiny`, whose vocabulary and inputs fit.
SIZES = {
    "vocab_size": len(tiny.VOCABULARY),
    "embedding_size": 8,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 32,
}


def transformers_model(name, seed=0, **config):
    """A random model of Transformers whose weights are spread by 0.5."""
    import torch
    import transformers

    config = transformers.ElectraConfig(**{**SIZES, **config})
    model = getattr(transformers, name)(config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for path, weight in model.named_parameters():
            weight.normal_(0, 0.5, generator=generator)
            weight += "LayerNorm.weight" in path
    return model


def transformers_output(model, inputs):
    """What a model of Transformers makes of our inputs: logits or states."""
    import torch

    names = ("input_ids", "token_type_ids", "attention_mask")
    ours = ("token_ids", "segment_ids", "padding_mask")
    tensors = {
        theirs: torch.from_numpy(np.array(inputs[name])).long()
        for theirs, name in zip(names, ours, strict=True)
    }
    with torch.no_grad():
        return model(**tensors)[0].numpy()


def edit_json(path, **changes):
    """Change keys of a JSON file; `None` as a value drops one."""
    content = {**json.loads(path.read_text()), **changes}
    content = {k: v for k, v in content.items() if v is not None}
    path.write_text(json.dumps(content))
