"""What ships inside the package loads, is small, and says what it is."""

import json
import pathlib

import keras
import keras_hub
import pytest

import keras_electra
from keras_electra import presets

BUNDLED = [preset for preset in presets.list_presets() if preset.bundled]
MINI = "electra_mini_sentiment_en"


@pytest.fixture(scope="module")
def classifier():
    return keras_electra.ElectraTextClassifier.from_preset(MINI)


def test_the_sentiment_preset_is_bundled():
    assert MINI in [preset.name for preset in BUNDLED]


@pytest.mark.parametrize("preset", BUNDLED, ids=lambda preset: preset.name)
def test_a_bundled_preset_is_small_and_has_a_card(preset):
    folder = presets.resolve(preset.name).folder
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 10e6
    assert preset.language and preset.description
    card = (folder / "README.md").read_text("utf-8")
    for section in ("## Data", "## Training", "## Results", "## Limits"):
        assert section in card
    saved = json.loads((folder / "config.json").read_text("utf-8"))
    assert saved["config"]["dtype"]["config"]["name"] == "float16"


def test_sentiment_of_a_restaurant(classifier):
    row = classifier.classify("This restaurant has amazing food!")
    assert row["label"] == "positive"
    assert 0.9 < row["score"] <= 1.0


@pytest.mark.parametrize(
    "text, label",
    [
        ("The room was dirty and the staff was rude.", "negative"),
        ("What a lovely afternoon we had.", "positive"),
        ("A dull and lifeless film.", "negative"),
        ("One of the best books I have read.", "positive"),
        ("The food was not good.", "negative"),
    ],
)
def test_sentiment_of_plain_sentences(classifier, text, label):
    assert classifier.classify(text)["label"] == label


def test_weights_are_float32_once_loaded(classifier):
    assert {str(v.dtype) for v in classifier.trainable_variables} == {"float32"}


def test_keras_hub_finds_our_class(classifier):
    folder = presets.resolve(MINI).folder
    found = keras_hub.models.TextClassifier.from_preset(str(folder))
    assert type(found) is keras_electra.ElectraTextClassifier
    assert found.class_names == classifier.class_names


def test_the_pair_knows_some_english():
    """On text that it has not seen: by its card, AUC 0.92 and loss 3.4."""
    discriminator = keras_electra.ElectraReplacedTokenDetector.from_preset(
        "electra_mini_discriminator_en"
    )
    generator = keras_electra.ElectraMaskedLM.from_preset(
        "electra_mini_generator_en"
    )
    pretrainer = keras_electra.ElectraPretrainer(
        discriminator, generator, seed=0
    )
    sample = pathlib.Path(__file__).parents[1] / "guides/data/text/sample.txt"
    lines = [line for line in sample.read_text("utf-8").split("\n") if line]
    texts = [" ".join(lines[start : start + 4]) for start in range(0, 96, 4)]
    outputs = {
        name: keras.ops.convert_to_numpy(value)
        for name, value in pretrainer(discriminator.preprocessor(texts)).items()
    }
    used = outputs["mask_weights"] > 0
    assert used.sum() > 100
    assert outputs["generator_losses"][used].mean() < 4.2
    assert outputs["generator_hits"][used].mean() > 0.3
    token = outputs["padding_mask"] == 1
    replaced = outputs["replaced"][token] == 1
    logits = outputs["detector_logits"][token]
    # The share of pairs of a replaced and an original token in right order.
    higher = logits[replaced][:, None] > logits[~replaced]
    assert higher.mean() > 0.85
