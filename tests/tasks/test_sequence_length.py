"""Preprocessors cut texts to what the encoder of their task takes."""

import json
import warnings

import keras
import numpy as np
import pytest

import keras_electra
from tests import tiny

LONGEST = tiny.CONFIG["max_sequence_length"]
TEXT = "the quick brown fox " * LONGEST
TASKS = [
    name
    for name in keras_electra.__all__
    if hasattr(keras_electra, f"{name}Preprocessor")
]
CLASSES = {"ElectraTextClassifier", "ElectraTokenClassifier"}
RAW = {
    "ElectraQuestionAnswerer": (["who?"], [TEXT]),
    "ElectraMultipleChoice": (["who?"], [[TEXT, "the fox"]]),
}


def load(name, folder, **kwargs):
    """Without the warning about a new head."""
    if name in CLASSES:
        kwargs.setdefault("num_classes", 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(keras_electra, name).from_preset(folder, **kwargs)


def assert_cuts(task, name, longest=LONGEST):
    assert task.preprocessor.sequence_length == longest
    task.predict(RAW.get(name, [TEXT]), verbose=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A detector with a short encoder."""
    folder = tmp_path_factory.mktemp("presets") / "detector"
    keras_electra.ElectraReplacedTokenDetector(
        tiny.backbone(),
        preprocessor=keras_electra.ElectraReplacedTokenDetectorPreprocessor(
            tiny.tokenizer(), sequence_length=24
        ),
    ).save_to_preset(folder)
    return folder


@pytest.mark.parametrize("name", TASKS)
def test_another_task_of_a_preset(name, folder):
    task = load(name, folder)
    same = name == "ElectraReplacedTokenDetector"
    assert_cuts(task, name, 24 if same else LONGEST)
    assert_cuts(load(name, folder, max_sequence_length=16), name, 16)
    assert_cuts(load(name, folder, sequence_length=12), name, 12)
    with pytest.raises(ValueError, match="Received: sequence_length=64, max_"):
        load(name, folder, sequence_length=64)


@pytest.mark.parametrize("name", TASKS)
def test_preprocessor_of_a_preset(name, folder):
    cls = getattr(keras_electra, f"{name}Preprocessor")
    same = name == "ElectraReplacedTokenDetector"
    made = cls.from_preset(folder)
    assert made.sequence_length == (24 if same else LONGEST)
    # What the caller says is not changed.
    assert cls.from_preset(folder, sequence_length=64).sequence_length == 64


@pytest.mark.parametrize("name", TASKS)
def test_built_by_hand(name):
    cls = getattr(keras_electra, name)
    arguments = {"num_classes": 2} if name in CLASSES else {}
    backbone = tiny.backbone(is_decoder=name == "ElectraCausalLM")
    made = cls.preprocessor_cls(tiny.tokenizer())
    standard = 384 if name == "ElectraQuestionAnswerer" else 512
    assert made.sequence_length == standard
    task = cls(backbone, preprocessor=made, **arguments)
    assert_cuts(task, name)
    made = cls.preprocessor_cls(tiny.tokenizer(), sequence_length=64)
    message = (
        "`sequence_length` of a preprocessor must not be above the "
        "`max_sequence_length` of the encoder. Received: sequence_length=64, "
        f"max_sequence_length={LONGEST}. Pass `sequence_length={LONGEST}`"
    )
    with pytest.raises(ValueError, match=message):
        cls(backbone, preprocessor=made, **arguments)
    with pytest.raises(ValueError, match=message):
        task.preprocessor = made


def make_long(config):
    """As versions before saved it."""
    config["config"]["preprocessor"]["config"]["sequence_length"] = 512


def test_models_that_earlier_versions_saved(tmp_path):
    classifier = keras_electra.ElectraTextClassifier(
        tiny.backbone(),
        num_classes=2,
        preprocessor=keras_electra.ElectraTextClassifierPreprocessor(
            tiny.tokenizer()
        ),
    )
    config = keras.saving.serialize_keras_object(classifier)
    make_long(config)
    task = keras.saving.deserialize_keras_object(config)
    task.preprocessor.tokenizer.set_vocabulary(tiny.VOCABULARY)
    assert_cuts(task, "ElectraTextClassifier")
    folder = tmp_path / "preset"
    classifier.save_to_preset(folder)
    for name in ("task.json", "preprocessor.json"):
        path = folder / name
        content = json.loads(path.read_text())
        part = content["config"].get("preprocessor", content)["config"]
        part["sequence_length"] = 512
        path.write_text(json.dumps(content))
    task = keras_electra.ElectraTextClassifier.from_preset(folder)
    assert_cuts(task, "ElectraTextClassifier")

    class MyClassifier(keras_electra.ElectraTextClassifier):
        pass

    assert_cuts(MyClassifier.from_preset(folder), "ElectraTextClassifier")
    loaded = keras_electra.ElectraTextClassifierPreprocessor.from_preset(folder)
    assert loaded.sequence_length == LONGEST


def test_bundled_preset():
    embedder = keras_electra.ElectraTextEmbedder.from_preset(
        "electra_mini_discriminator_en"
    )
    (vector,) = embedder.embed([TEXT * 10])
    assert np.isfinite(vector).all()
