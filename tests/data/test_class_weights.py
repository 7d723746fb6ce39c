"""`class_weight`, by id and by name."""

import keras
import numpy as np
import pytest

import keras_electra
from tests import tiny
from tests.tasks.test_contracts import Batches, as_rows

WORDS = [["the", "quick", "brown", "fox"], ["jumps", "over"], ["good", "food"]]
LABELS = [["O", "B-X", "I-X", "O"], ["O", "B-X"], ["O", "O"]]
# What is not named weighs 1.
CLASS_WEIGHT = {0: 0.25, 1: 4.0}
BY_NAME = {"O": 0.25, "B-X": 4.0}
NAMES = ["bad", "good", "other"]


def made(task, sequence_length=16, **kwargs):
    preprocessor = getattr(keras_electra, f"{task}Preprocessor")(
        tiny.tokenizer(), sequence_length=sequence_length
    )
    task = getattr(keras_electra, task)(
        tiny.backbone(dropout=0.0, attention_dropout=0.0),
        preprocessor=preprocessor,
        **kwargs,
    )
    # A rate of 0: the history shows the loss of the weights as they are.
    task.compile(keras.optimizers.SGD(0.0), weighted_metrics=[])
    return tiny.spread_weights(task, 0.3)


@pytest.fixture(scope="module")
def tagger():
    return made("ElectraTokenClassifier", class_names=["O", "B-X", "I-X"])


@pytest.fixture(scope="module")
def classifier():
    return made("ElectraTextClassifier", class_names=NAMES, dropout=0.0)


def cross_entropies(logits, labels):
    """One a label, in float64."""
    logits = np.asarray(keras.ops.convert_to_numpy(logits), "float64")
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    return -np.take_along_axis(logits, labels[..., None], -1)[..., 0]


# === A label for each token ===


def expected_loss(tagger, x, y, class_weight, sample_weight):
    """The mean of the labels' losses by their weights."""
    losses = cross_entropies(tagger(x, training=False), np.maximum(y, 0))
    total = weights = 0.0
    for row in range(len(y)):
        for at in np.flatnonzero(y[row] >= 0):
            weight = class_weight.get(y[row, at], 1.0) * sample_weight[row]
            total += weight * losses[row, at]
            weights += weight
    return total / weights


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize("sample_weight", [None, [1.0, 0.5, 3.0]])
@pytest.mark.parametrize("class_weight", [None, CLASS_WEIGHT, BY_NAME])
def test_they_weigh_labels(tagger, ready, sample_weight, class_weight):
    ids = [[tagger.class_names.index(name) for name in row] for row in LABELS]
    inputs, y = tagger.preprocessor(WORDS, ids)
    expected = expected_loss(
        tagger,
        inputs,
        y,
        CLASS_WEIGHT if class_weight else {},
        sample_weight or np.ones(3),
    )
    history = tagger.fit(
        *((inputs, y) if ready else (WORDS, LABELS)),
        batch_size=3,
        class_weight=class_weight,
        sample_weight=sample_weight and np.array(sample_weight, "float32"),
        verbose=0,
    ).history
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_they_leave_validation_alone(tagger):
    plain = tagger.evaluate(WORDS, LABELS, batch_size=3, verbose=0)
    history = tagger.fit(
        WORDS,
        LABELS,
        batch_size=3,
        class_weight=CLASS_WEIGHT,
        validation_data=(WORDS, LABELS),
        verbose=0,
    ).history
    assert history["val_loss"][0] == pytest.approx(plain, rel=1e-5)
    assert history["loss"][0] != pytest.approx(plain, rel=1e-2)


def test_labels_of_tokens_in_data_sets(tagger):
    with pytest.raises(ValueError, match="is for data in memory"):
        tagger.fit(Batches(WORDS, LABELS), class_weight=CLASS_WEIGHT, verbose=0)


# === A label for each text ===

TEXT_LABELS = [1, 0, 2, 1, 1, 2, 0]
CARRIERS = ("list", "names", "ready", "batches", "grain", "tf.data")


def carried(carrier, classifier):
    """The texts and their labels in one batch."""
    names = np.array(NAMES)[TEXT_LABELS]
    if carrier == "list":
        return tiny.TEXTS, TEXT_LABELS
    if carrier == "names":
        return tiny.TEXTS, names
    if carrier == "ready":
        return classifier.preprocessor(tiny.TEXTS), np.array(TEXT_LABELS)
    if carrier == "batches":
        return (Batches(tiny.TEXTS, names, size=7),)
    if carrier == "grain":
        grain = pytest.importorskip("grain")
        rows = list(zip(tiny.TEXTS, TEXT_LABELS, strict=True))
        return (grain.MapDataset.source(rows).batch(7, batch_fn=as_rows),)
    pytest.importorskip("tensorflow_text")
    tf = pytest.importorskip("tensorflow")
    data = (tiny.TEXTS, names)
    return (tf.data.Dataset.from_tensor_slices(data).batch(7),)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("class_weight", [{"bad": 4.0, 1: 0.25}, {0: 4.0}])
def test_they_weigh_texts(classifier, carrier, class_weight):
    table = np.array([4.0, 0.25 if 1 in class_weight else 1.0, 1.0])
    labels = np.array(TEXT_LABELS)
    inputs = classifier.preprocessor(tiny.TEXTS)
    losses = cross_entropies(classifier(inputs, training=False), labels)
    history = classifier.fit(
        *carried(carrier, classifier),
        class_weight=class_weight,
        verbose=0,
    ).history
    expected = np.mean(losses * table[labels])
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("carrier", ["list", "ready"])
def test_with_weights_of_samples(classifier, carrier):
    given = np.linspace(0.5, 2, 7)
    labels = np.array(TEXT_LABELS)
    inputs = classifier.preprocessor(tiny.TEXTS)
    losses = cross_entropies(classifier(inputs, training=False), labels)
    history = classifier.fit(
        *carried(carrier, classifier),
        class_weight={"good": 3.0},
        sample_weight=given,
        verbose=0,
    ).history
    expected = np.mean(losses * given * np.where(labels == 1, 3.0, 1.0))
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_a_class_has_one_weight(classifier):
    with pytest.raises(ValueError, match="each class once"):
        classifier.fit(
            tiny.TEXTS, TEXT_LABELS, class_weight={"bad": 2.0, 0: 3.0}
        )
