"""Matthews, Pearson and Spearman, compared with scikit-learn and scipy."""

import keras
import numpy as np
import pytest

from keras_electra.metrics import (
    MatthewsCorrelation,
    PearsonCorrelation,
    SpearmanCallback,
    spearman,
)
from tests import contracts, tiny


def value(metric):
    return float(keras.ops.convert_to_numpy(metric.result()))


@pytest.mark.parametrize("classes", [2, 4])
def test_matthews(classes):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, 60)
    logits = rng.normal(size=(60, classes)) + 2 * np.eye(classes)[y]
    metric = MatthewsCorrelation(classes)
    for part in np.array_split(np.arange(60), 7):
        metric.update_state(y[part], logits[part])
    expected = metrics.matthews_corrcoef(y, logits.argmax(-1))
    assert value(metric) == pytest.approx(expected, abs=1e-5)
    weights = rng.integers(0, 3, 60)
    metric.reset_state()
    metric.update_state(y, logits, weights)
    expected = metrics.matthews_corrcoef(
        y, logits.argmax(-1), sample_weight=weights
    )
    assert value(metric) == pytest.approx(expected, abs=1e-5)


def test_matthews_by_hand():
    # 2 true positives, 1 false positive, 1 false negative, 3 true negatives.
    y = np.array([1, 1, 1, 0, 0, 0, 0])
    found = np.eye(2)[[1, 1, 0, 1, 0, 0, 0]]
    metric = MatthewsCorrelation()
    assert value(metric) == 0
    metric.update_state(y, found)
    expected = (2 * 3 - 1 * 1) / np.sqrt(3 * 3 * 4 * 4)
    assert value(metric) == pytest.approx(expected, abs=1e-6)
    metric.reset_state()
    metric.update_state(y, np.eye(2)[np.ones(7, int)])
    assert value(metric) == 0
    with pytest.raises(ValueError, match="`num_classes` .* of at least 2"):
        MatthewsCorrelation(1)


def test_pearson():
    rng = np.random.default_rng(0)
    x = rng.normal(size=100) + 300  # Sums of squares would lose this.
    y = 0.5 * x + rng.normal(size=100)
    metric = PearsonCorrelation()
    assert value(metric) == 0
    for part in np.array_split(np.arange(100), 7):
        metric.update_state(x[part], y[part, None])
    assert value(metric) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-3)
    kept = np.arange(100) % 3 > 0
    metric.reset_state()
    metric.update_state(x - 300, y, kept)
    expected = np.corrcoef(x[kept], y[kept])[0, 1]
    assert value(metric) == pytest.approx(expected, abs=1e-4)


def test_spearman():
    stats = pytest.importorskip("scipy.stats")
    x, y = [1.0, 2.0, 2.0, 5.0], [[1.0], [3.0], [2.0], [9.0]]
    expected = stats.spearmanr(x, np.ravel(y)).statistic
    assert spearman(x, y) == pytest.approx(expected)
    assert spearman(x, [1, 1, 1, 1]) == 0
    with pytest.raises(ValueError, match="4 and 3"):
        spearman(x, [1, 2, 3])


def test_while_training():
    pytest.importorskip("scipy")
    cases = {case.name: case for case in contracts.cases()}
    case = cases["regression"]
    task = case.make()
    task.compile(metrics=[PearsonCorrelation()])
    callback = SpearmanCallback(tiny.TEXTS, case.labels)
    history = task.fit(
        tiny.TEXTS, case.labels, batch_size=7, callbacks=[callback], verbose=0
    ).history
    assert -1 <= history["pearson"][0] <= 1
    expected = spearman(case.labels, task.predict(tiny.TEXTS, verbose=0))
    assert history["val_spearman"] == [pytest.approx(expected, abs=1e-4)]
    task = cases["single_label"].make()
    task.compile(metrics=[MatthewsCorrelation()])
    scores = task.evaluate(
        tiny.TEXTS, tiny.LABELS, batch_size=4, verbose=0, return_dict=True
    )
    assert -1 <= scores["matthews"] <= 1


def test_configs():
    for metric in (MatthewsCorrelation(3), PearsonCorrelation()):
        copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
        assert copy.get_config() == metric.get_config()
