"""What `test_huggingface.py` does not: adapters, precision, refusals."""

import json

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraTextClassifier,
    converters,
)
from tests import tiny
from tests.converters.checkpoints import arrays


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
