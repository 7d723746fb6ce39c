"""Quantized models as other tasks, in other dtypes, with other settings."""

import json

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraCausalLM,
    ElectraMaskedLM,
    ElectraTextClassifier,
)
from tests import tiny
from tests.converters.checkpoints import arrays

pytestmark = pytest.mark.filterwarnings(
    "ignore:Layer .* does not have a `quantize`",
    "ignore:(?s).*The use of `x.T` on tensors",
)


def modes(model):
    return {
        layer.path: layer.quantization_mode
        for layer in model._flatten_layers()
        if layer.quantization_mode
    }


def output(model, **inputs):
    value = model({**tiny.inputs(), **inputs})
    return keras.ops.convert_to_numpy(value).astype("float32")


@pytest.fixture
def classifier():
    model = ElectraTextClassifier(tiny.backbone(), 2, compile=False)
    return tiny.spread_weights(model, 0.15)


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_a_backbone(tmp_path, mode):
    backbone = tiny.spread_weights(tiny.backbone(), 0.15)
    tiny.quantize(backbone, mode)
    backbone.save_to_preset(tmp_path / "preset")
    backbone.save(tmp_path / "model.keras")
    for again in (
        ElectraBackbone.from_preset(tmp_path / "preset"),
        keras.saving.load_model(tmp_path / "model.keras"),
    ):
        np.testing.assert_array_equal(output(again), output(backbone))
        assert modes(again) == modes(backbone)
    with pytest.warns(UserWarning, match="start random"):
        task = ElectraTextClassifier.from_preset(
            tmp_path / "preset", num_classes=2
        )
    assert modes(task) == modes(backbone)


def test_some_layers_only(classifier, tmp_path):
    tiny.quantize(classifier, "int8", filters="pooled_dense|query")
    classifier.save_to_preset(tmp_path)
    again = ElectraTextClassifier.from_preset(tmp_path)
    assert modes(again) == modes(classifier)
    assert len(modes(again)) == 1 + again.backbone.num_layers
    np.testing.assert_array_equal(output(again), output(classifier))


def test_settings_of_the_quantization(tmp_path):
    model = ElectraMaskedLM(tiny.backbone(), compile=False)
    tiny.spread_weights(model, 0.15)
    config = keras.quantizers.Int4QuantizationConfig(block_size=4)
    tiny.quantize(model, config=config)
    model.save_to_preset(tmp_path)
    again = ElectraMaskedLM.from_preset(tmp_path)
    positions = {"mask_positions": np.array([[0, 1]] * 3)}
    np.testing.assert_array_equal(
        output(again, **positions), output(model, **positions)
    )
    table = again.backbone.token_embedding
    assert table.quantization_config.block_size == 4


def test_the_same_head_of_another_task(tmp_path):
    model = ElectraMaskedLM(tiny.backbone(), compile=False)
    tiny.spread_weights(model, 0.15)
    tiny.quantize(model, "int8")
    model.save_to_preset(tmp_path)
    again = ElectraCausalLM.from_preset(tmp_path, is_decoder=True)
    assert modes(again) == modes(model)
    expected = arrays(model)
    for path, array in arrays(again).items():
        np.testing.assert_array_equal(array, expected[path])


def test_a_new_head_is_in_floating_point(classifier, tmp_path):
    tiny.quantize(classifier, "int8")
    classifier.save_to_preset(tmp_path)
    model = ElectraTextClassifier.from_preset(tmp_path, num_classes=5)
    assert modes(model) == modes(classifier.backbone)
    assert model.get_layer("logits").trainable_variables


def test_another_dtype_and_fewer_positions(classifier, tmp_path):
    tiny.quantize(classifier, "int8")
    classifier.save_to_preset(tmp_path)
    expected = output(classifier)
    model = ElectraTextClassifier.from_preset(tmp_path, dtype="bfloat16")
    assert model.get_layer("logits").dtype_policy.name == "int8_from_bfloat16"
    np.testing.assert_allclose(output(model), expected, atol=0.02)
    model = ElectraTextClassifier.from_preset(tmp_path, max_sequence_length=16)
    np.testing.assert_array_equal(output(model), expected)


def test_mixed_precision(tmp_path):
    policy = "mixed_bfloat16"
    model = ElectraTextClassifier(tiny.backbone(dtype=policy), 2, compile=False)
    tiny.spread_weights(model, 0.15)
    tiny.quantize(model, "int8")
    model.save_to_preset(tmp_path)
    again = ElectraTextClassifier.from_preset(tmp_path)
    assert again.get_layer("logits").dtype_policy.name == "int8_from_float32"
    np.testing.assert_allclose(output(again), output(model), atol=0.02)


def test_layers_that_are_not_there(classifier, tmp_path):
    tiny.quantize(classifier, "int8")
    classifier.save_to_preset(tmp_path)
    path = tmp_path / "task.json"
    content = json.loads(path.read_text())
    layers = content["config"]["quantized_layers"]
    layers["logitz"] = layers.pop("logits")
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"must name layers.*\['logitz'\]"):
        ElectraTextClassifier.from_preset(tmp_path)
