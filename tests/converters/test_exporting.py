"""What `test_huggingface.py` does not: adapters, precision, refusals."""

import json

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraTextClassifier,
    ElectraTextClassifierPreprocessor,
    converters,
)
from tests import tiny
from tests.converters.checkpoints import TOLERANCE, arrays, copy
from tests.converters.test_huggingface import CLASSES, load


def classifier(**kwargs):
    return tiny.spread_weights(
        ElectraTextClassifier(tiny.backbone(**kwargs), 2)
    )


def test_adapters_are_added_in(tmp_path):
    model = classifier()
    before = arrays(model)
    model.backbone.enable_lora(4)
    tiny.spread_weights(model)
    expected = keras.ops.convert_to_numpy(model(tiny.inputs()))
    converters.export_to_transformers(model, tmp_path / "out")
    with pytest.warns(UserWarning, match="no vocabulary"):
        again = ElectraTextClassifier.from_preset(tmp_path / "out")
    ours = keras.ops.convert_to_numpy(again(tiny.inputs()))
    np.testing.assert_allclose(ours, expected, atol=2e-5)
    assert set(arrays(again)) == set(before)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(tmp_path, dtype):
    model = tiny.spread_weights(tiny.backbone(dtype=dtype))
    converters.export_to_transformers(model, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["dtype"] == dtype
    again = ElectraBackbone.from_preset(tmp_path / "out")
    expected = arrays(model)
    for path, array in arrays(again).items():
        np.testing.assert_array_equal(array, expected[path].astype("float32"))


def test_quantized_is_refused(tmp_path):
    model = tiny.backbone()
    model.embeddings_projection.quantize("int8")
    with pytest.raises(ValueError, match="before quantizing"):
        converters.export_to_transformers(model, tmp_path / "out")


def test_something_else_is_refused(tmp_path):
    with pytest.raises(TypeError, match="must be a backbone or a task"):
        converters.export_to_transformers(tiny.tokenizer(), tmp_path)


def test_what_was_there_is_replaced(tmp_path):
    model = tiny.backbone()
    folder = tmp_path / "out"
    converters.export_to_transformers(classifier(), folder)
    (folder / "README.md").write_text("mine")
    converters.export_to_transformers(model, folder)
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["ElectraModel"]
    assert (folder / "README.md").read_text() == "mine"


# What only Transformers reads, and a value that is not its default.
KEPT = {
    "pad_token_id": 5,
    "bos_token_id": 3,
    "eos_token_id": 4,
    "use_cache": False,
    "chunk_size_feed_forward": 2,
    "output_hidden_states": True,
    "classifier_dropout": 0.3,
    "summary_type": "mean",
    "summary_activation": "tanh",
    "summary_last_dropout": 0.25,
    "repetition_penalty": 1.2,
}


@pytest.mark.parametrize("name", CLASSES)
def test_settings_of_transformers_come_back(tmp_path, name):
    """Whatever the task reads, also by way of a preset."""
    source = copy(name, tmp_path, "model.safetensors", config=KEPT)
    model = load(source, like=name)
    model.save_to_preset(tmp_path / "preset")
    model = type(model).from_preset(tmp_path / "preset")
    if hasattr(model, "preprocessor"):
        model.preprocessor = None  # Its tokenizer knows better: id 0.
    model.export_to_transformers(tmp_path / "out")
    before, after = (
        json.loads((folder / "config.json").read_text())
        for folder in (source, tmp_path / "out")
    )
    changed = {
        key: (before.get(key), after.get(key))
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }
    for record in ("transformers_version", "position_embedding_type"):
        changed.pop(record)  # Version 5 no longer has the second one.
    if "problem_type" not in before:  # What null means is written out.
        changed.pop("problem_type", None)
    assert not changed


def test_the_tokenizer_decides_the_padding(tmp_path):
    source = copy("discriminator", tmp_path, "model.safetensors", config=KEPT)
    model = load(source, like="discriminator")
    model.export_to_transformers(tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["pad_token_id"] == model.preprocessor.tokenizer.pad_token_id
    assert config["use_cache"] is False


@pytest.mark.parametrize(
    ("limit", "expected"), [(None, 32), (20, 20), (64, 32)]
)
def test_transformers_cuts_texts_to_the_positions(tmp_path, limit, expected):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    preprocessor = ElectraTextClassifierPreprocessor(
        tiny.tokenizer(max_length=limit), sequence_length=16
    )
    model = ElectraTextClassifier(tiny.backbone(), 2, preprocessor=preprocessor)
    model.export_to_transformers(tmp_path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer.model_max_length == expected
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(
        tmp_path
    )
    inputs = tokenizer("good " * 100, truncation=True, return_tensors="pt")
    assert inputs["input_ids"].shape == (1, expected)
    with torch.no_grad():
        assert theirs(**inputs).logits.shape == (1, 2)


def test_a_backbone_and_its_tokenizer_go_to_one_folder(tmp_path):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    backbone = tiny.spread_weights(tiny.backbone())
    backbone.export_to_transformers(tmp_path)
    tokenizer = tiny.tokenizer()
    tokenizer.export_to_transformers(tmp_path)
    model = transformers.AutoModel.from_pretrained(tmp_path).eval()
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    inputs = theirs(tiny.TEXTS, padding=True, return_tensors="pt")
    expected = model(**inputs).last_hidden_state.detach().numpy()
    ours = backbone(
        {
            "token_ids": inputs["input_ids"].numpy(),
            "segment_ids": inputs["token_type_ids"].numpy(),
            "padding_mask": inputs["attention_mask"].numpy(),
        }
    )
    mask = inputs["attention_mask"].numpy() == 1
    ours = keras.ops.convert_to_numpy(ours)
    np.testing.assert_allclose(ours[mask], expected[mask], atol=TOLERANCE)
