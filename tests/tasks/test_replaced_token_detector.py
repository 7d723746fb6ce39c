import keras
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
    x, labels = detector.preprocessor(
        ["good food!", "a fox"], y=[[0, 1, -100], [1, 0]]
    )
    np.testing.assert_array_equal(
        labels[:, :5], [[-100, 0, 1, -100, -100], [-100, 1, 0, -100, -100]]
    )
    weights = np.array([1.0, 0.5])
    passed = detector.preprocessor(
        ["good food!", "a fox"], y=[[0, 1, 1], [1, 0]], sample_weight=weights
    )
    np.testing.assert_array_equal(passed[2], weights)


@pytest.mark.parametrize("label", [[0, 7], ["a", "b"], 3])
def test_labels_must_be_known(detector, label):
    with pytest.raises(ValueError, match="must be a list of 0, 1 or -100"):
        detector.preprocessor(["good food"], y=[label])


def test_pairs_have_no_place(detector):
    with pytest.raises(ValueError, match="`detect` does not take pairs"):
        detector.detect(("good", "bad"))


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
    predicted = logits > 0
    hits = (predicted & (labels == 1) & counts).sum()
    positives = ((labels == 1) & counts).sum()
    assert measured["recall"] == pytest.approx(hits / positives)
    assert measured["auc"] != pytest.approx(0)
    streamed = detector.evaluate(
        OneBatch((x, labels)), verbose=0, return_dict=True
    )
    assert streamed == pytest.approx(measured, rel=1e-4)
    weights = np.array([1.0, 0.0, 2.0], "float32")
    spread = counts * weights[:, None]
    weighted = detector.evaluate(
        x, labels, sample_weight=weights, verbose=0, return_dict=True
    )
    assert weighted["loss"] == pytest.approx(
        (losses * spread).sum() / spread.sum(), rel=1e-4
    )


class OneBatch(keras.utils.PyDataset):
    def __init__(self, batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.batch


def test_loss_takes_a_weight_a_text():
    loss = ReplacedTokenLoss()
    labels, logits = np.array([[0, 1], [1, 1]]), np.array([[3.0, 0], [0, 0]])
    value = loss(labels, logits, sample_weight=np.array([1.0, 0.0]))
    expected = (np.logaddexp(0, 3) + np.logaddexp(0, 0)) / 2
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_loss_is_finite_for_huge_logits():
    loss = ReplacedTokenLoss()
    value = loss(np.array([[0, 1]]), np.array([[1e4, -1e4]], "float32"))
    assert float(value) == pytest.approx(1e4)
    assert ReplacedTokenLoss.from_config(loss.get_config()).name == loss.name
