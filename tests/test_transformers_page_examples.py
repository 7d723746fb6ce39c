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


def test_masked_lm():
    masked_lm = make("ElectraMaskedLM")
    x = masked_lm.preprocess_to_predict(["the quick brown [MASK] jumps"])
    logits = numpy_of(masked_lm(x))
    assert logits.shape == (1, 1, tiny.CONFIG["vocabulary_size"])
    # The token that the page reads off at the mask.
    predicted = masked_lm.preprocessor.tokenizer.id_to_token(
        int(logits[0, 0].argmax())
    )
    (best,) = masked_lm.fill_mask("the quick brown [MASK] jumps", top_k=1)
    assert best["token"] == int(logits[0, 0].argmax())
    assert predicted.removeprefix("##") in best["token_str"]
    # Its loss on the original sentence, everywhere but at the mask ignored.
    everywhere = numpy_of(masked_lm.call_at_every_position(**_first_three(x)))
    place = int(x["mask_positions"][0, 0])
    np.testing.assert_allclose(everywhere[0, place], logits[0, 0], atol=1e-5)
    fox = masked_lm.preprocessor.tokenizer.token_to_id("fox")
    loss = masked_lm.compute_loss(x, np.array([[fox]]), masked_lm(x))
    odds = logits[0, 0].astype("float64")
    expected = np.log(np.exp(odds - odds.max()).sum()) + odds.max() - odds[fox]
    np.testing.assert_allclose(numpy_of(loss), expected, rtol=1e-4)


def _first_three(x):
    return {k: x[k] for k in ("token_ids", "segment_ids", "padding_mask")}


def test_multiple_choice():
    model = make("ElectraMultipleChoice")
    prompt = "in italy the quick brown fox is served"
    choices = ["it is eaten with a fork", "it is eaten by the dog"]
    x = model.preprocessor([(prompt, choices)])
    assert x["token_ids"].shape[:2] == (1, 2)
    logits = numpy_of(model(x))
    assert logits.shape == (1, 2)
    chosen = model.choose(prompt, choices)
    assert chosen["index"] == logits.argmax()
    # The label 0 of the page: the first choice is the right one.
    loss = model.compute_loss(x, np.array([0]), model(x))
    expected = np.log(np.exp(logits[0] - logits[0, 0]).sum())
    np.testing.assert_allclose(numpy_of(loss), expected, rtol=1e-4)


def test_token_classification():
    tagger = make("ElectraTokenClassifier", class_names=["O", "B-X", "I-X"])
    text = "the quick brown fox jumps"
    x = tagger.preprocessor([text])
    logits = numpy_of(tagger(x))
    length = x["token_ids"].shape[1]
    assert logits.shape == (1, length, 3)
    rows = tagger.tag(text, aggregation="none", ignore_labels=())
    assert [row["entity"] for row in rows] == [
        tagger.class_names[i] for i in logits[0, 1 : len(rows) + 1].argmax(-1)
    ]
    # As the page does, the predictions as labels.
    labels = logits.argmax(-1)
    assert np.isfinite(numpy_of(tagger.compute_loss(x, labels, tagger(x))))
