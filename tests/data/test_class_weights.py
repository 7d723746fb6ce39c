"""`class_weight` where every token has a label."""

import keras
import numpy as np
import pytest

import keras_electra
from tests import tiny
from tests.contracts import cases

WORDS = [["the", "quick", "brown", "fox"], ["jumps", "over"], ["good", "food"]]
LABELS = [["O", "B-X", "I-X", "O"], ["O", "B-X"], ["O", "O"]]
CLASS_WEIGHT = {0: 0.25, 1: 4.0}  # What is not named weighs 1.


@pytest.fixture(scope="module")
def tagger():
    task = keras_electra.ElectraTokenClassifier(
        tiny.backbone(dropout=0.0, attention_dropout=0.0),
        preprocessor=keras_electra.ElectraTokenClassifierPreprocessor(
            tiny.tokenizer(), sequence_length=16
        ),
        class_names=["O", "B-X", "I-X"],
    )
    # A rate of 0: the history shows the loss of the weights as they are.
    task.compile(keras.optimizers.SGD(0.0), weighted_metrics=[])
    return tiny.spread_weights(task, 0.3)


def expected_loss(tagger, x, y, class_weight, sample_weight):
    """The mean of the labels' losses by their weights, in float64."""
    logits = np.asarray(
        keras.ops.convert_to_numpy(tagger(x, training=False)), "float64"
    )
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    total = weights = 0.0
    for row in range(len(y)):
        for at in np.flatnonzero(y[row] >= 0):
            weight = class_weight.get(y[row, at], 1.0) * sample_weight[row]
            total -= weight * logits[row, at, y[row, at]]
            weights += weight
    return total / weights


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize("sample_weight", [None, [1.0, 0.5, 3.0]])
@pytest.mark.parametrize("class_weight", [None, CLASS_WEIGHT])
def test_they_weigh_labels(tagger, ready, sample_weight, class_weight):
    ids = [[tagger.class_names.index(name) for name in row] for row in LABELS]
    inputs, y = tagger.preprocessor(WORDS, ids)
    expected = expected_loss(
        tagger, inputs, y, class_weight or {}, sample_weight or np.ones(3)
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


def test_where_they_mean_nothing(tagger):
    case = next(c for c in cases() if c.name == "question_answerer")
    with pytest.raises(ValueError, match="whose labels are positions"):
        case.make().fit(*case.first(3), class_weight={0: 2.0})

    class Batches(keras.utils.PyDataset):
        num_batches = 1

        def __getitem__(self, index):
            return WORDS, LABELS

    with pytest.raises(ValueError, match="is for data in memory"):
        tagger.fit(Batches(), class_weight=CLASS_WEIGHT, verbose=0)
