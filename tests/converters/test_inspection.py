import pytest

from keras_electra import converters
from tests import tiny
from tests.converters.checkpoints import GOLDEN, copy


def test_huggingface():
    found = converters.inspect(GOLDEN / "hf" / "discriminator")
    assert found.format == "Hugging Face (model.safetensors)"
    assert found.sizes["hidden_dim"] == 32
    assert found.sizes["num_heads"] == 4
    assert found.heads == ["ElectraReplacedTokenDetector"]
    assert found.tokenizer["lowercase"] is True
    assert found.missing["ElectraReplacedTokenDetector"] == []
    assert found.unused["ElectraReplacedTokenDetector"] == []
    assert found.missing["ElectraBackbone"] == []
    assert (
        "discriminator_predictions.dense.bias"
        in (found.unused["ElectraBackbone"])
    )
    assert (
        "classifier.out_proj.weight" in (found.missing["ElectraTextClassifier"])
    )


def test_parameters_are_those_of_the_model():
    from keras_electra import ElectraReplacedTokenDetector

    folder = GOLDEN / "hf" / "discriminator"
    model = ElectraReplacedTokenDetector.from_preset(folder)
    assert converters.inspect(folder).parameters == model.count_params()


def test_no_projection(tmp_path):
    found = converters.inspect(GOLDEN / "tf1_base_style")
    assert found.missing["ElectraBackbone"] == []


def test_original():
    found = converters.inspect(GOLDEN / "tf1_small", num_heads=4)
    assert found.format == "2020 TensorFlow (discriminator)"
    assert found.sizes["num_heads"] == 4
    assert "the generator" in found.ignored["generator_predictions/output_bias"]
    assert found.ignored["global_step"]
    assert converters.inspect(GOLDEN / "tf1_small").sizes["num_heads"] is None
    found = converters.inspect(GOLDEN / "tf1_small", tower="generator")
    assert "ElectraMaskedLM" in found.heads


def test_a_folder_without_vocabulary(tmp_path):
    copy("backbone", tmp_path, "model.safetensors")
    (tmp_path / "vocab.txt").unlink()
    (tmp_path / "tokenizer.json").unlink()
    assert converters.inspect(tmp_path).tokenizer == {}


def test_a_preset_of_ours(tmp_path):
    from keras_electra import (
        ElectraTextClassifier,
        ElectraTextClassifierPreprocessor,
    )

    preprocessor = ElectraTextClassifierPreprocessor(tiny.tokenizer())
    model = ElectraTextClassifier(tiny.backbone(), 2, preprocessor=preprocessor)
    model.save_to_preset(tmp_path / "preset")
    found = converters.inspect(tmp_path / "preset")
    assert found.format == "Keras preset"
    assert found.heads == ["ElectraTextClassifier"]
    assert found.sizes["hidden_dim"] == 16
    assert found.parameters == model.count_params()
    assert found.tokenizer["lowercase"] is True
    model.backbone.save_to_preset(tmp_path / "backbone")
    found = converters.inspect(tmp_path / "backbone")
    assert found.heads == [] and found.tokenizer == {}


def test_errors_are_those_of_loading(tmp_path):
    copy("backbone", tmp_path, config={"hidden_act": "mish"})
    with pytest.raises(ValueError, match="hidden_act='mish'"):
        converters.inspect(tmp_path)
