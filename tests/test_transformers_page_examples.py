"""The examples of the Transformers ELECTRA page, with our classes.

The same steps, and results of the same shapes and meaning; on tiny models, as
the released ones are not at hand.
"""

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra.preprocessors.causal_lm import shift_labels
from tests import tiny

SENTENCE = "the quick brown fox fake over the lazy dog"


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


def make(task, backbone=None, **kwargs):
    preprocessor = getattr(keras_electra, f"{task}Preprocessor")
    model = getattr(keras_electra, task)(
        tiny.backbone(**(backbone or {})),
        preprocessor=preprocessor(tiny.tokenizer(), sequence_length=32),
        **kwargs,
    )
    return tiny.spread_weights(model, 0.3)


def test_encoder():
    x = make("ElectraTextClassifier", num_classes=2).preprocessor([SENTENCE])
    backbone = tiny.backbone()
    length = x["token_ids"].shape[1]
    assert backbone(x).shape == (1, length, tiny.CONFIG["hidden_dim"])


def test_discriminator_finds_the_fake_token():
    detector = make("ElectraReplacedTokenDetector")
    rows = detector.detect(SENTENCE)
    assert [row["token"] for row in rows] == SENTENCE.split()
    # One prediction a token, rounded as the page does.
    logits = detector.predict([SENTENCE], verbose=0)[0][1 : len(rows) + 1]
    predictions = np.round((np.sign(logits) + 1) / 2)
    np.testing.assert_array_equal(
        predictions, [row["replaced"] > 0.5 for row in rows]
    )


def test_causal_lm():
    causal_lm = make("ElectraCausalLM", {"is_decoder": True})
    x, y = causal_lm.preprocessor(["this movie is very good"])
    logits = causal_lm(x)
    length = x["token_ids"].shape[1]
    assert logits.shape == (1, length, tiny.CONFIG["vocabulary_size"])
    # `labels=inputs["input_ids"]` there are shifted inside the model.
    mask = x["padding_mask"]
    labels = shift_labels(np.where(mask, x["token_ids"], -100))
    np.testing.assert_array_equal(labels, y)
    assert np.isfinite(numpy_of(causal_lm.compute_loss(x, labels, logits)))


@pytest.mark.parametrize("problem_type", ["single_label", "multi_label"])
def test_text_classification(problem_type):
    classifier = make(
        "ElectraTextClassifier",
        class_names=["joy", "anger", "other"],
        problem_type=problem_type,
    )
    x = classifier.preprocessor(["this dog is very good"])
    logits = numpy_of(classifier(x))
    assert logits.shape == (1, 3)
    best = classifier.class_names[int(logits.argmax())]
    (row,) = classifier.classify(["this dog is very good"])
    assert row["label"] == best
    labels = np.array([1])
    if problem_type == "multi_label":
        above = logits[0] > 0  # A probability above a half.
        rows = classifier.classify(["this dog is very good"], top_k=None)[0]
        said = {row["label"] for row in rows if row["score"] > 0.5}
        names = np.array(classifier.class_names)
        assert said == set(names[above].tolist())
        labels = np.eye(3)[[1]]
    loss = classifier.compute_loss(x, labels, classifier(x))
    assert np.isfinite(numpy_of(loss))


def test_question_answering():
    answerer = make("ElectraQuestionAnswerer")
    pair = ("who is very good?", "the quick brown dog is very good")
    x = answerer.preprocessor([pair])
    outputs = answerer(x)
    length = x["token_ids"].shape[1]
    assert {name: tuple(o.shape) for name, o in outputs.items()} == {
        "start": (1, length),
        "end": (1, length),
    }
    answer = answerer.answer(*pair)
    assert pair[1][answer["start"] : answer["end"]] == answer["answer"]
    targets = {"start": np.array([8]), "end": np.array([9])}
    assert np.isfinite(numpy_of(answerer.compute_loss(x, targets, outputs)))
