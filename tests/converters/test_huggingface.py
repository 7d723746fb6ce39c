"""The same numbers as Transformers, from every file, and back again."""

import json

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra.converters import readers
from keras_electra.preprocessors.causal_lm import shift_labels
from tests.converters.checkpoints import (
    GOLDEN,
    TOLERANCE,
    arrays,
    copy,
    difference,
    golden,
)

FILES = [
    "model.safetensors",
    "tf_model.h5",
    "flax_model.msgpack",
    "pytorch_model.bin",
]
CLASSES = {
    "backbone": "ElectraBackbone",
    "causal_lm": "ElectraCausalLM",
    "causal_lm_cross_attention": "ElectraCausalLM",
    "discriminator": "ElectraReplacedTokenDetector",
    "generator": "ElectraMaskedLM",
    "multiple_choice": "ElectraMultipleChoice",
    "question_answering": "ElectraQuestionAnswerer",
    "text_classification": "ElectraTextClassifier",
    "text_classification_multilabel": "ElectraTextClassifier",
    "text_classification_regression": "ElectraTextClassifier",
    "token_classification": "ElectraTokenClassifier",
}


EVERY_FILE = [
    "backbone",
    "discriminator",
    "generator",
    "multiple_choice",
    "question_answering",
    "text_classification",
    "token_classification",
]


def load(folder, **kwargs):
    name = CLASSES[kwargs.pop("like", folder.name)]
    return getattr(keras_electra, name).from_preset(folder, **kwargs)


@pytest.fixture(scope="module", params=list(CLASSES))
def loaded(request):
    folder = GOLDEN / "hf" / request.param
    return request.param, load(folder)


def outputs(numbers):
    """What Transformers computed, in the order of our outputs."""
    if "out_end_logits" in numbers:
        return numbers["out_end_logits"], numbers["out_start_logits"]
    return (numbers.get("out_logits", numbers.get("out_last_hidden_state")),)


def labels(numbers):
    if "start_positions" in numbers:
        return {k: numbers[f"{k}_positions"] for k in ("start", "end")}
    if "generate_prompt" in numbers:
        return shift_labels(numbers["labels"])
    return numbers["labels"]


def backbone_of(model):
    return getattr(model, "backbone", model)


# === In ===
def test_hidden_states_and_attentions(loaded):
    name, model = loaded
    numbers, inputs = golden("hf", name)
    if inputs["token_ids"].ndim == 3:  # Choices.
        inputs = {k: x.reshape(-1, x.shape[-1]) for k, x in inputs.items()}
    details = backbone_of(model).call_with_details(**inputs)
    for ours, theirs in zip(
        details["hidden_states"], numbers["out_hidden_states"], strict=True
    ):
        assert difference(ours, theirs) < TOLERANCE
    kinds = [k for k in ("attentions", "cross_attentions") if details[k]]
    for kind in kinds:
        if f"out_{kind}" not in numbers:  # One folder has no own attentions.
            assert kinds == ["attentions", "cross_attentions"]
            continue
        for ours, theirs in zip(
            details[kind], numbers[f"out_{kind}"], strict=True
        ):
            assert difference(ours, theirs) < TOLERANCE


def test_output(loaded):
    name, model = loaded
    numbers, inputs = golden("hf", name)
    if name == "generator":  # Every position.
        inputs = model._check_ready(inputs)
    ours = keras.tree.flatten(model(inputs))  # The end of a span is first.
    for mine, theirs in zip(ours, outputs(numbers), strict=True):
        assert difference(mine, theirs) < TOLERANCE


@pytest.mark.parametrize(
    "name", sorted(set(CLASSES) - {"backbone", "causal_lm_cross_attention"})
)
def test_loss(name):
    model = load(GOLDEN / "hf" / name)
    numbers, inputs = golden("hf", name)
    model.compile(run_eagerly=True)  # Compiling takes longer than this.
    loss = model.evaluate(
        inputs,
        labels(numbers),
        batch_size=len(numbers["input_ids"]),
        verbose=0,
        return_dict=True,
    )["loss"]
    assert abs(loss - numbers["out_loss"]) < TOLERANCE


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (name, file)
        for name in CLASSES
        for file in FILES[1:]
        if (GOLDEN / "hf" / name / file).exists()
    ],
)
def test_every_file_holds_the_same(tmp_path, name, file):
    if file.endswith(".bin"):
        pytest.importorskip("torch")
    ours = arrays(load(copy(name, tmp_path, file), like=name))
    expected = arrays(load(GOLDEN / "hf" / name))
    for path, array in expected.items():
        np.testing.assert_array_equal(ours[path], array)


def test_old_spelling_and_prefix(tmp_path):
    """`LayerNorm.gamma`, `module.`, a buffer of positions."""
    import safetensors.numpy

    copy("discriminator", tmp_path)
    tensors = {
        "module."
        + name.replace("Norm.weight", "Norm.gamma").replace(
            "Norm.bias", "Norm.beta"
        ): tensor.read()
        for name, tensor in readers.read_weights(
            GOLDEN / "hf" / "discriminator" / "model.safetensors"
        ).items()
    }
    tensors["module.electra.embeddings.position_ids"] = np.arange(48)[None]
    safetensors.numpy.save_file(tensors, tmp_path / "model.safetensors")
    ours = arrays(load(tmp_path, like="discriminator"))
    for path, array in arrays(load(GOLDEN / "hf" / "discriminator")).items():
        np.testing.assert_array_equal(ours[path], array)


# === Out ===
@pytest.fixture(scope="module")
def exported(loaded, tmp_path_factory):
    name, model = loaded
    folder = tmp_path_factory.mktemp("exported") / name
    model.export_to_transformers(folder)
    return name, folder


def test_every_tensor_comes_back_bitwise(exported):
    name, folder = exported
    file = "model.safetensors"
    ours = readers.read_weights(folder / file)
    theirs = readers.read_weights(GOLDEN / "hf" / name / file)
    assert set(ours) == set(theirs)
    for tensor in theirs:
        mine, original = ours[tensor].read(), theirs[tensor].read()
        assert mine.dtype == original.dtype
        np.testing.assert_array_equal(mine, original)


def test_configuration_comes_back(exported):
    transformers = pytest.importorskip("transformers")
    name, folder = exported
    read = transformers.ElectraConfig.from_pretrained
    ours, theirs = read(folder).to_dict(), read(GOLDEN / "hf" / name).to_dict()
    for key in (
        "_name_or_path",
        "transformers_version",
        "position_embedding_type",  # Version 5 no longer has it.
        "return_dict",
    ):
        ours.pop(key, None)
        theirs.pop(key, None)
    assert ours == theirs


def test_tokenizer_comes_back(exported):
    transformers = pytest.importorskip("transformers")
    name, folder = exported
    if name == "backbone":
        assert not (folder / "vocab.txt").exists()
        return
    texts = ["a b c 1 2", "[MASK] [CLS] 7!", "Ünïcode", "中文 text", ""]
    read = transformers.AutoTokenizer.from_pretrained
    ours, theirs = read(folder), read(GOLDEN / "hf" / name)
    assert ours(texts).data == theirs(texts).data
    assert ours.get_vocab() == theirs.get_vocab()
    assert ours.special_tokens_map == theirs.special_tokens_map


def test_transformers_loads_it_whole(exported):
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    name, folder = exported
    config = json.loads((folder / "config.json").read_text())
    cls = getattr(transformers, config["architectures"][0])
    model, info = cls.from_pretrained(folder, output_loading_info=True)
    problems = {key: value for key, value in info.items() if value}
    assert not problems
    numbers, _ = golden("hf", name)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    names += [name for name in numbers if name.startswith("encoder_")]
    import torch

    with torch.no_grad():
        output = model.eval()(
            **{name: torch.from_numpy(numbers[name]) for name in names}
        )
    ours = [output[0]]
    if "end_logits" in output:
        ours = [output.end_logits, output.start_logits]
    for mine, theirs in zip(ours, outputs(numbers), strict=True):
        assert np.abs(mine.numpy() - theirs).max() < TOLERANCE


def test_ours_loads_it_again(exported):
    name, folder = exported
    expected = arrays(load(GOLDEN / "hf" / name))
    for path, array in arrays(load(folder, like=name)).items():
        np.testing.assert_array_equal(array, expected[path])


# === Other sizes and settings, made by Transformers on the spot ===
FRESH = {
    "gelu_new": {"hidden_act": "gelu_new", "layer_norm_eps": 1e-5},
    "relu": {"hidden_act": "relu", "type_vocab_size": 4},
    "silu": {"hidden_act": "silu", "num_hidden_layers": 1},
    "no projection": {"embedding_size": 24, "layer_norm_eps": 1e-3},
    "wide": {
        "embedding_size": 40,
        "intermediate_size": 20,
        "num_attention_heads": 6,
        "max_position_embeddings": 17,
    },
}


@pytest.mark.parametrize("changes", FRESH.values(), ids=FRESH)
def test_fresh_models(tmp_path, changes):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    config = transformers.ElectraConfig(
        **{
            "vocab_size": 31,
            "embedding_size": 12,
            "hidden_size": 24,
            "num_hidden_layers": 2,
            "num_attention_heads": 3,
            "intermediate_size": 32,
            "max_position_embeddings": 20,
            **changes,
        }
    )
    torch.manual_seed(0)
    theirs = transformers.ElectraForPreTraining(config).eval()
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            parameter.normal_(std=0.5)
            if name.endswith("LayerNorm.weight"):
                parameter += 1
    theirs.save_pretrained(tmp_path)
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 31, (3, 16))
    mask = (np.arange(16) < np.array([[16], [9], [1]])).astype("int64")
    segments = rng.integers(0, config.type_vocab_size, (3, 16))
    with torch.no_grad():
        output = theirs(
            input_ids=torch.from_numpy(ids),
            attention_mask=torch.from_numpy(mask),
            token_type_ids=torch.from_numpy(segments),
            output_hidden_states=True,
        )
    with pytest.warns(UserWarning, match="holds no vocabulary"):
        ours = load(tmp_path, like="discriminator")
    inputs = {
        "token_ids": ids.astype("int32"),
        "padding_mask": mask.astype("int32"),
        "segment_ids": segments.astype("int32"),
    }
    details = ours.backbone.call_with_details(**inputs)
    for mine, other in zip(
        details["hidden_states"], output.hidden_states, strict=True
    ):
        assert difference(mine, other.numpy()) < TOLERANCE
    assert difference(ours(inputs), output.logits.numpy()) < TOLERANCE
