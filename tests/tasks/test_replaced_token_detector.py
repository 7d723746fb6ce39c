import numpy as np
import pytest

from keras_electra import (
    ElectraReplacedTokenDetector,
    ElectraReplacedTokenDetectorPreprocessor,
)
from keras_electra.losses import ReplacedTokenLoss
from tests import tiny


@pytest.fixture(scope="module")
def detector():
    task = ElectraReplacedTokenDetector(
        tiny.backbone(),
        preprocessor=ElectraReplacedTokenDetectorPreprocessor(tiny.tokenizer()),
    )
    return tiny.spread_weights(task)


def test_detect_says_where_each_token_stands(detector):
    text = "The quick brown fox fakes over"
    rows = detector.detect(text)
    assert [row["token"] for row in rows] == [
        "the",
        "quick",
        "brown",
        "fox",
        "fake",
        "##s",
        "over",
    ]
    assert text[rows[4]["start"] : rows[4]["end"]] == "fake"
    assert text[rows[5]["start"] : rows[5]["end"]] == "s"
    logits = detector.predict([text], verbose=0)[0, 1:8]
    np.testing.assert_allclose(
        [row["replaced"] for row in rows], 1 / (1 + np.exp(-logits)), atol=1e-5
    )


def test_detect_takes_a_list(detector):
    rows = detector.detect(["good food", ""])
    assert [row["token"] for row in rows[0]] == ["good", "food"]
    assert rows[1] == []


def test_detect_needs_a_preprocessor():
    task = ElectraReplacedTokenDetector(tiny.backbone())
    with pytest.raises(ValueError, match="`detect` needs a preprocessor"):
        task.detect("a")


def test_labels_align_with_tokens(detector):
    x, labels, weights = detector.preprocessor(
        ["good food!", "a fox"], y=[[0, 1, 1], [1, 0]]
    )
    np.testing.assert_array_equal(
        labels[:, :5], [[0, 0, 1, 1, 0], [0, 1, 0, 0, 0]]
    )
    np.testing.assert_array_equal(
        weights[:, :5], [[0, 1, 1, 1, 0], [0, 1, 1, 0, 0]]
    )
    _, _, weighted = detector.preprocessor(
        ["good food!", "a fox"],
        y=[[0, 1, 1], [1, 0]],
        sample_weight=[1.0, 0.5],
    )
    np.testing.assert_array_equal(weighted, weights * [[1.0], [0.5]])


def test_labels_must_be_as_many_as_tokens(detector):
    with pytest.raises(ValueError, match="There must be one label a token"):
        detector.preprocessor(["good food"], y=[[0, 1, 1]])


def test_ready_labels_must_be_labels(detector):
    x = tiny.inputs()
    with pytest.raises(ValueError, match=r"Labels must be 0, 1 or -100"):
        detector.fit(x, np.full((3, 8), 2), verbose=0)
    with pytest.raises(ValueError, match=r"Labels must be 0, 1 or -100"):
        detector.fit(x, np.zeros((3, 7)), verbose=0)


def test_loss_counts_tokens_that_are_there(detector):
    x = tiny.inputs()
    labels = x["token_ids"] % 2
    labels[0, 0] = -100
    logits = detector.predict(x, verbose=0)
    counts = (x["padding_mask"] == 1) & (labels != -100)
    losses = np.logaddexp(0, logits) - logits * (labels == 1)
    expected = losses[counts].mean()
    measured = detector.evaluate(x, labels, verbose=0, return_dict=True)
    assert measured["loss"] == pytest.approx(expected, rel=1e-4)
    assert 0 <= measured["auc"] <= 1


def test_loss_is_finite_for_huge_logits():
    loss = ReplacedTokenLoss()
    value = loss(np.array([[0, 1]]), np.array([[1e4, -1e4]], "float32"))
    assert float(value) == pytest.approx(1e4)
    assert ReplacedTokenLoss.from_config(loss.get_config()).name == loss.name
