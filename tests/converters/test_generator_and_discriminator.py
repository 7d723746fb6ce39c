"""Both halves of a pre-training in one file of PyTorch."""

import json

import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraMaskedLM,
    ElectraReplacedTokenDetector,
    ElectraTokenizer,
    converters,
)
from tests import tiny
from tests.converters.checkpoints import (
    TOLERANCE,
    difference,
    transformers_model,
    transformers_output,
)

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
WORDS = "electra.embeddings.word_embeddings.weight"


def write(folder, kind="safetensors", tied=(), prefix="", **generator):
    """A module of both models of Transformers, saved as its `state_dict`."""
    models = {
        "discriminator": transformers_model("ElectraForPreTraining", seed=1),
        "generator": transformers_model(
            "ElectraForMaskedLM", seed=2, **generator
        ),
    }
    own = models["generator"].state_dict()
    shared = models["discriminator"].state_dict()
    for name in tied:
        own[name].copy_(shared[name])
    state = {
        f"{prefix}{tower}.{name}": tensor.clone()
        for tower, model in models.items()
        for name, tensor in model.state_dict().items()
        if not (tower == "generator" and name in tied)
    }
    if kind == "safetensors":
        from safetensors.torch import save_file

        save_file(state, folder / "model.safetensors")
    else:
        torch.save(state, folder / "pytorch_model.bin")
    config = models["discriminator"].config.to_dict()
    (folder / "config.json").write_text(json.dumps(config, default=str))
    return models


def load(cls, folder, **kwargs):
    kwargs = (
        {"preprocessor": None, **kwargs}
        if cls is not ElectraBackbone
        else kwargs
    )
    return cls.from_preset(folder, **kwargs)


def every_position(model, inputs):
    length = inputs["token_ids"].shape[1]
    positions = np.tile(
        np.arange(length, dtype="int32"), (len(inputs["token_ids"]), 1)
    )
    return model({**inputs, "mask_positions": positions})


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_towers_of_one_size_are_not_mixed(tmp_path, kind, prefix):
    models = write(tmp_path, kind, prefix=prefix)
    inputs = tiny.inputs()
    expected = {t: transformers_output(m, inputs) for t, m in models.items()}
    ours = load(ElectraReplacedTokenDetector, tmp_path)
    assert difference(ours(inputs), expected["discriminator"]) < TOLERANCE
    ours = load(ElectraMaskedLM, tmp_path)
    assert difference(every_position(ours, inputs), expected["generator"]) < (
        TOLERANCE
    )
    states = {}
    for tower, model in models.items():
        ours = load(ElectraBackbone, tmp_path, tower=tower)
        states[tower] = transformers_output(model.electra, inputs)
        assert difference(ours(inputs), states[tower]) < TOLERANCE
    assert np.abs(states["generator"] - states["discriminator"]).max() > 0.1


SMALLER = {
    "hidden_size": 8,
    "num_attention_heads": 1,
    "intermediate_size": 24,
    "num_hidden_layers": 1,
}


@pytest.mark.parametrize(
    "tied",
    [
        (),
        (WORDS, "generator_lm_head.weight"),
        (
            WORDS,
            "generator_lm_head.weight",
            "electra.embeddings.position_embeddings.weight",
            "electra.embeddings.token_type_embeddings.weight",
            "electra.embeddings.LayerNorm.weight",
            "electra.embeddings.LayerNorm.bias",
        ),
    ],
)
def test_a_smaller_generator(tmp_path, tied):
    """Its sizes are those of its tensors; only its heads must be told."""
    tied_in = tuple(name for name in tied if name.startswith("electra."))
    models = write(tmp_path, tied=tied_in, **SMALLER)
    inputs = tiny.inputs()
    with pytest.raises(ValueError, match="must be given.*hidden_dim=8"):
        load(ElectraMaskedLM, tmp_path)
    ours = load(ElectraMaskedLM, tmp_path, num_heads=1)
    assert ours.backbone.num_layers == 1
    expected = transformers_output(models["generator"], inputs)
    assert difference(every_position(ours, inputs), expected) < TOLERANCE
    ours = load(ElectraReplacedTokenDetector, tmp_path)
    expected = transformers_output(models["discriminator"], inputs)
    assert difference(ours(inputs), expected) < TOLERANCE


def test_what_inspection_says(tmp_path):
    write(tmp_path, **SMALLER)
    found = converters.inspect(tmp_path)
    assert found.heads == ["ElectraReplacedTokenDetector"]
    name = "generator.generator_predictions.dense.weight"
    assert found.ignored[name].startswith("belongs to the other half, the gen")
    found = converters.inspect(tmp_path, tower="generator")
    assert "ElectraMaskedLM" in found.heads
    assert found.sizes["hidden_dim"] == 8
    assert found.missing["ElectraMaskedLM"] == []


def test_a_tower_that_is_not_there(tmp_path):
    write(tmp_path)
    with pytest.raises(ValueError, match='"discriminator" or "generator"'):
        load(ElectraBackbone, tmp_path, tower="teacher")
    from safetensors.torch import load_file, save_file

    path = tmp_path / "model.safetensors"
    state = load_file(path)
    save_file({n: t for n, t in state.items() if n.startswith("gen")}, path)
    with pytest.raises(ValueError, match="which holds the generator only"):
        load(ElectraBackbone, tmp_path, tower="discriminator")
    load(ElectraMaskedLM, tmp_path, tower="generator")


def test_a_tokenizer_does_not_open_the_weights(tmp_path):
    write(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(tiny.VOCABULARY))
    (tmp_path / "model.safetensors").write_bytes(b"")
    ElectraTokenizer.from_preset(tmp_path)
