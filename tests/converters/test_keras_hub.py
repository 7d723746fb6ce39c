"""Presets of KerasHub's own ELECTRA."""

import logging

import keras
import keras_hub
import pytest

from keras_electra import ElectraBackbone, ElectraTokenizer
from tests import tiny
from tests.converters.checkpoints import TOLERANCE, difference


@pytest.fixture(scope="module", params=["projection", "no projection"])
def theirs(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras_hub")
    model = keras_hub.models.ElectraBackbone(
        vocab_size=len(tiny.VOCABULARY),
        num_layers=2,
        num_heads=2,
        hidden_dim=16,
        embedding_dim=8 if request.param == "projection" else 16,
        intermediate_dim=32,
        dropout=0.2,
        max_sequence_length=32,
        num_segments=3,
    )
    tiny.spread_weights(model)
    model.save_to_preset(str(folder))
    return model, folder


def test_the_same_numbers(theirs):
    """KerasHub's GELU is the tanh form; the weights it carries had erf."""
    model, folder = theirs
    ours = ElectraBackbone.from_preset(folder, activation="gelu_new")
    inputs = tiny.inputs()
    expected = keras.ops.convert_to_numpy(model(inputs)["sequence_output"])
    assert difference(ours(inputs), expected) < TOLERANCE
    assert ours.dropout == 0.2
    assert ours.num_segments == 3
    assert ElectraBackbone.from_preset(folder).activation == "gelu"


def test_the_pooler_is_dropped_and_named(theirs, caplog):
    with caplog.at_level(logging.INFO, "keras_electra"):
        ElectraBackbone.from_preset(theirs[1])
    assert "pooled_dense/kernel: not loaded, KerasHub gives" in caplog.text


def test_another_size_is_an_error(theirs):
    with pytest.raises(ValueError, match="misshapen: .*feedforward"):
        ElectraBackbone.from_preset(theirs[1], intermediate_dim=31)


def test_no_tokenizer(theirs):
    with pytest.raises(ValueError, match="must hold a vocabulary"):
        ElectraTokenizer.from_preset(theirs[1])


def test_tokenizer(theirs):
    pytest.importorskip("tensorflow_text")
    _, folder = theirs
    tokenizer = keras_hub.models.ElectraTokenizer(
        tiny.VOCABULARY, lowercase=True
    )
    tokenizer.save_to_preset(str(folder))
    ours = ElectraTokenizer.from_preset(folder)
    assert ours.options.lowercase
    assert ours.get_vocabulary() == tiny.VOCABULARY
    assert ours.vocabulary_size() == len(tiny.VOCABULARY)
