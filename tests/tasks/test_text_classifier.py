import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraTextClassifier,
    ElectraTextClassifierPreprocessor,
)
from keras_electra.postprocessing import class_labels
from tests import tiny


def make(**kwargs):
    kwargs.setdefault("num_classes", 3)
    task = ElectraTextClassifier(
        kwargs.pop("backbone", None) or tiny.backbone(),
        preprocessor=ElectraTextClassifierPreprocessor(tiny.tokenizer()),
        **kwargs,
    )
    return tiny.spread_weights(task)


@pytest.fixture(scope="module")
def classifier():
    return make(class_names=["bad", "fine", "good"])


def softmax(logits):
    logits = np.exp(logits - logits.max(-1, keepdims=True))
    return logits / logits.sum(-1, keepdims=True)


# === classify ===


def test_classify_is_predict_in_words(classifier):
    scores = softmax(classifier.predict(tiny.TEXTS, verbose=0))
    rows = classifier.classify(tiny.TEXTS)
    for row, score in zip(rows, scores, strict=True):
        assert row["label"] == classifier.class_names[score.argmax()]
        assert row["score"] == pytest.approx(score.max(), abs=1e-5)


def test_classify_shapes_follow_the_input(classifier):
    text = tiny.TEXTS[0]
    one = classifier.classify(text)
    assert set(one) == {"label", "score"}
    assert classifier.classify([text])[0] == pytest.approx(one)
    every = classifier.classify(text, top_k=None)
    assert [row["score"] for row in every] == sorted(
        (row["score"] for row in every), reverse=True
    )
    assert len(every) == 3
    assert len(classifier.classify(text, top_k=2)) == 2


def test_classify_pairs(classifier):
    one = classifier.classify(("good food", "bad food"))
    many = classifier.classify((["good food"], ["bad food"]))
    rows = classifier.classify([("good food", "bad food")])
    assert many == rows == [pytest.approx(one)]
    swapped = classifier.classify(("bad food", "good food"))
    assert swapped["score"] != pytest.approx(one["score"], abs=1e-6)


def test_classify_multi_label_and_regression():
    task = make(problem_type="multi_label")
    rows = task.classify(tiny.TEXTS[0], top_k=None)
    logits = task.predict(tiny.TEXTS[:1], verbose=0)[0]
    expected = sorted(1 / (1 + np.exp(-logits)), reverse=True)
    assert [row["score"] for row in rows] == pytest.approx(expected, abs=1e-5)
    task = make(problem_type="regression", num_classes=1)
    number = task.predict(tiny.TEXTS[:1], verbose=0)[0, 0]
    assert task.classify(tiny.TEXTS[0])["score"] == pytest.approx(
        number, abs=1e-5
    )


def test_classify_needs_a_preprocessor():
    task = ElectraTextClassifier(tiny.backbone(), num_classes=2)
    with pytest.raises(ValueError, match="`classify` needs a preprocessor"):
        task.classify("a")


def test_a_text_of_ten_megabytes_is_truncated(classifier):
    text = "good food " * 1_000_000
    classifier.preprocessor.sequence_length = 16
    try:
        whole = classifier.classify(text)
        assert whole == pytest.approx(classifier.classify("good food " * 20))
    finally:
        classifier.preprocessor.sequence_length = 512


# === Labels, weights ===


def test_names_as_labels(classifier):
    names = ["good", "bad", "fine", "bad", "bad", "good", "fine"]
    by_name = classifier.evaluate(tiny.TEXTS, names, verbose=0)
    ids = [classifier.class_names.index(name) for name in names]
    by_id = classifier.evaluate(tiny.TEXTS, ids, verbose=0)
    np.testing.assert_allclose(by_name, by_id, rtol=1e-5)


def test_losses_are_those_of_the_definitions(classifier):
    labels = np.array([0, 1, 2, 0, 1, 2, 0])
    logits = classifier.predict(tiny.TEXTS, verbose=0)
    expected = -np.log(softmax(logits)[np.arange(7), labels]).mean()
    loss, accuracy = classifier.evaluate(
        tiny.TEXTS, labels, batch_size=7, verbose=0
    )
    assert loss == pytest.approx(expected, rel=1e-5)
    assert accuracy == pytest.approx((logits.argmax(-1) == labels).mean())


def test_sample_weights_and_class_weights_act(classifier):
    labels = [0, 1, 2, 0, 1, 2, 0]
    logits = classifier.predict(tiny.TEXTS, verbose=0)
    losses = -np.log(softmax(logits)[np.arange(7), labels])
    weights = np.array([1, 0, 0, 2, 0, 0, 1], "float32")
    weighted = classifier.evaluate(
        tiny.TEXTS, labels, sample_weight=weights, batch_size=7, verbose=0
    )[0]
    assert weighted == pytest.approx((losses * weights).mean(), rel=1e-4)

    # One step of plain SGD at rate 0: the history shows the weighted loss.
    task = make(backbone=tiny.backbone(dropout=0.0, attention_dropout=0.0))
    task.compile(keras.optimizers.SGD(0.0), metrics=[])
    plain, heavy = (
        task.fit(
            tiny.TEXTS,
            labels,
            class_weight=class_weight,
            batch_size=7,
            verbose=0,
        ).history["loss"][0]
        for class_weight in ({0: 1, 1: 1, 2: 1}, {0: 3, 1: 3, 2: 3})
    )
    assert heavy == pytest.approx(3 * plain, rel=1e-4)


@pytest.mark.parametrize(
    "problem_type, labels, message",
    [
        ("single_label", [0, 3], r"Labels must lie in \[0, 3\)"),
        ("single_label", [0, -1], r"Labels must lie in \[0, 3\)"),
        ("single_label", [0.5, 1], "must be whole numbers"),
        ("single_label", [[0, 1], [1, 0]], '`problem_type="multi_label"`'),
        ("single_label", [[[0]], [[1]]], r"numbers of shape \(N,\)"),
        ("single_label", ["a", "b"], "must be among"),
        ("multi_label", [0, 1], r"numbers of shape \(N, 3\)"),
        ("multi_label", [[0, 1, 2]], r"must lie in \[0, 1\]"),
        ("regression", [[0.1, np.nan, 1]], "must be finite"),
        ("regression", [0.1, 0.2], r"numbers of shape \(N, 3\)"),
        ("regression", ["a", "b"], "Labels must be numbers"),
    ],
)
def test_labels_that_do_not_fit(problem_type, labels, message):
    with pytest.raises(ValueError, match=message):
        class_labels.check_labels(labels, ["a1", "b1", "c1"], problem_type)


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"num_classes": 0}, "`num_classes` must be a positive integer"),
        ({"num_classes": None}, "`num_classes` must be a positive integer"),
        ({"class_names": ["a", "a", "b"]}, "different names"),
        ({"class_names": ["a"]}, "different names"),
        ({"class_names": "abc"}, "must be a list of strings"),
        ({"class_names": [0, 1, 2]}, "must be a list of strings"),
        ({"problem_type": "ranking"}, "`problem_type` must be one of"),
        ({"head": "2021"}, "`head` must be 'dense'"),
    ],
)
def test_arguments_that_do_not_fit(kwargs, message):
    with pytest.raises(ValueError, match=message):
        make(**kwargs)


def test_new_classes_give_a_new_head(classifier, tmp_path):
    classifier.save_to_preset(tmp_path / "preset")
    task = ElectraTextClassifier.from_preset(
        tmp_path / "preset", num_classes=5, class_names=list("abcde")
    )
    assert task.output.shape[-1] == 5
    expected = classifier.backbone.weights[0]
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(task.backbone.weights[0]),
        keras.ops.convert_to_numpy(expected),
    )
