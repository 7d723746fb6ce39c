"""Answers as the pipeline of Transformers gave them; and what goes wrong."""

import json
import warnings

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraQuestionAnswerer,
    ElectraQuestionAnswererPreprocessor,
)
from keras_electra.data.span_labels import for_joint_head
from keras_electra.metrics import SquadCallback
from keras_electra.postprocessing.span_search import (
    best_joint_spans,
    best_spans,
)
from keras_electra.training.span_loss import SpanLoss
from tests import tiny
from tests.converters.checkpoints import GOLDEN
from tests.tasks import columns

PIPELINE = GOLDEN / "pipelines" / "question_answering"
QUESTION = "fox jumps over?"
CONTEXT = "the quick brown fox jumps over the lazy dog. very good food."
TEXTS = ([QUESTION, "who?", "good?"], [CONTEXT, "a dog.", "bad food"])
ANSWERS = [
    {"text": ["brown fox"], "answer_start": [10]},
    {"text": ["a dog", "dog"], "answer_start": [0, 2]},
    {"text": [], "answer_start": []},
]


def make(sequence_length=16, head="dense", **kwargs):
    task = ElectraQuestionAnswerer(
        tiny.backbone(dropout=0.0, attention_dropout=0.0),
        preprocessor=ElectraQuestionAnswererPreprocessor(
            tiny.tokenizer(**kwargs), sequence_length=sequence_length
        ),
        head=head,
    )
    return tiny.spread_weights(task, 0.3)


@pytest.fixture(scope="module")
def answerer():
    return make()


def test_a_question_has_one_weight_in_all_its_windows(answerer):
    weighted = answerer.evaluate(
        TEXTS, ANSWERS, sample_weight=[1.0, 0.0, 0.0], verbose=0,
        return_dict=True,
    )  # fmt: skip
    # The longest, so that it is padded alike with the others and alone.
    first = tuple(column[:1] for column in TEXTS)
    expected = answerer.evaluate(
        first, ANSWERS[:1], verbose=0, return_dict=True
    )
    assert answerer.preprocessor.count_windows(first) > 1
    assert weighted["loss"] == pytest.approx(expected["loss"], rel=1e-4)


# === Answers ===
@pytest.fixture(scope="module")
def golden_answerer():
    return ElectraQuestionAnswerer.from_preset(PIPELINE)


@pytest.mark.parametrize("run", [0, 1])
def test_answers_equal_the_pipelines(golden_answerer, run):
    """Windows, n-best and no answer, as transformers 4.57 gave them."""
    expected = json.loads((PIPELINE / "expected.json").read_text("utf-8"))
    inputs = expected["inputs"]
    params, answers = expected["runs"][run].values()
    results = golden_answerer.answer(
        [one["question"] for one in inputs],
        [one["context"] for one in inputs],
        top_k=params["top_k"],
        max_sequence_length=params["max_seq_len"],
        stride=params["doc_stride"],
        max_answer_length=params["max_answer_len"],
        handle_impossible_answer=params.get("handle_impossible_answer", False),
    )
    for ours, theirs in zip(results, answers, strict=True):
        ours = ours if isinstance(ours, list) else [ours]
        for one, other in zip(ours, theirs, strict=True):
            assert abs(one.pop("score") - other.pop("score")) < 1e-6
            assert one == other


def test_one_and_many(answerer):
    one = answerer.answer(QUESTION, CONTEXT)
    assert one["answer"] == CONTEXT[one["start"] : one["end"]]
    assert 0 < one["score"] <= 1
    same = answerer.answer([QUESTION, "who?"], CONTEXT)
    pairs = answerer.answer([QUESTION, "who?"], [CONTEXT, CONTEXT])
    assert same == pairs and len(same) == 2
    assert same[0] == pytest.approx(one)
    several = answerer.answer(QUESTION, CONTEXT, top_k=3)
    assert len(several) == 3 and several[0] == pytest.approx(one)
    assert answerer.answer([QUESTION], [CONTEXT], top_k=2) == [several[:2]]


def test_left_padding_changes_nothing(answerer):
    left = make(padding_side="left")
    ours = answerer.answer([QUESTION, "who?"], CONTEXT, 2, 16, 4)
    theirs = left.answer([QUESTION, "who?"], CONTEXT, 2, 16, 4)
    for one, other in zip(sum(ours, []), sum(theirs, []), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_no_answer_and_its_threshold(answerer):
    def answer(threshold, top_k=1):
        return answerer.answer(
            QUESTION,
            CONTEXT,
            top_k,
            handle_impossible_answer=True,
            no_answer_threshold=threshold,
        )

    nothing = {"start": 0, "end": 0, "answer": ""}
    assert nothing.items() <= answer(-1.0).items()
    assert answer(1.0)["answer"]
    (best,) = answerer.best_answers([QUESTION], [CONTEXT])
    at = best["no_answer_score"]
    assert answer(at - 1e-4)["answer"] == ""
    assert answer(at + 1e-4)["answer"] == best["answer"]
    assert len(answer(0.0, top_k=3)) == 3


def test_a_context_without_tokens(answerer):
    expected = {"score": 0.0, "start": 0, "end": 0, "answer": ""}
    assert answerer.answer("who?", "\x00\x01") == expected


def test_best_spans_are_products_within_the_context():
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(2, 12)).astype("float32")
    allowed = (np.arange(12) > 3) & (np.arange(12) < 10)
    possible = allowed | (np.arange(12) == 0)

    def softmax(x):
        return np.where(possible, np.exp(x), 0) / np.exp(x[possible]).sum()

    p, q = softmax(start), softmax(end)
    expected = sorted(
        (-p[i] * q[j], i, j) for i in range(4, 10) for j in range(i, 10)
        if j - i < 3
    )  # fmt: skip
    firsts, lasts, scores, none = best_spans(start, end, allowed, 0, 3, 5)
    assert none == pytest.approx(p[0] * q[0])
    np.testing.assert_allclose(-scores, [row[0] for row in expected[:5]], 1e-5)
    assert firsts.tolist() == [row[1] for row in expected[:5]]
    assert lasts.tolist() == [row[2] for row in expected[:5]]
    assert len(best_spans(start, end, allowed, 0, 3, 99)[0]) == len(expected)


# === Training ===
def test_lists_are_learned_in_windows(answerer):
    preprocessor = answerer.preprocessor
    batches = answerer._data(TEXTS, ANSWERS, None, 8)["x"]
    x, y = next(iter(batches)) if hasattr(batches, "map") else batches[0]
    assert len(x["token_ids"]) > 3
    assert preprocessor.sequence_length == 16
    ready = {name: np.asarray(array) for name, array in x.items()}
    labels = {name: np.asarray(array) for name, array in y.items()}
    raw = answerer.evaluate(TEXTS, ANSWERS, verbose=0, return_dict=True)
    own = answerer.evaluate(ready, labels, verbose=0, return_dict=True)
    assert raw["loss"] == pytest.approx(own["loss"], rel=1e-4)
    assert sorted(raw) == [
        "end_accuracy", "end_loss", "loss", "start_accuracy", "start_loss",
    ]  # fmt: skip
    assert raw["loss"] == pytest.approx(
        (raw["start_loss"] + raw["end_loss"]) / 2, rel=1e-4
    )


def test_it_learns_and_the_callback_says_so():
    keras.utils.set_random_seed(0)
    task = make()
    task.compile(optimizer=keras.optimizers.Adam(1e-2))
    texts, answers = (TEXTS[0][:2], TEXTS[1][:2]), ANSWERS[:2]
    scores = SquadCallback(texts, answers)
    history = task.fit(
        *(texts, answers),
        sample_weight=[1.0, 2.0],
        epochs=30,
        callbacks=[scores],
        verbose=0,
    ).history
    assert history["loss"][-1] < 0.3 * history["loss"][0]
    assert history["val_exact_match"][-1] == 100
    assert history["val_f1"][-1] == 100


def test_the_callback_counts_questions_without_an_answer(answerer):
    callback = SquadCallback(TEXTS, columns.Arrow(ANSWERS))
    callback.set_model(answerer)
    logs = {}
    callback.on_epoch_end(0, logs)
    assert sorted(logs) == [
        "val_best_exact_match", "val_best_exact_match_threshold",
        "val_best_f1", "val_best_f1_threshold", "val_exact_match", "val_f1",
        "val_has_answer_exact_match", "val_has_answer_f1",
        "val_no_answer_accuracy",
    ]  # fmt: skip


def test_loss_ignores_what_lies_beyond():
    logits = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    loss = SpanLoss()
    positions = np.array([1, 5, -7])  # The second ignored, the third 0.
    expected = -(log_p[0, 1] + log_p[2, 0]) / 2
    assert float(loss(positions, logits)) == pytest.approx(expected, abs=1e-5)
    assert float(loss(np.array([9, 9, 9]), logits)) == 0
    weighted = loss(positions, logits, sample_weight=np.array([3.0, 1, 1]))
    expected = -(3 * log_p[0, 1] + log_p[2, 0]) / 4
    assert float(weighted) == pytest.approx(expected, abs=1e-5)


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize`")
def test_adapters_and_int8_still_answer():
    task = make()
    task.backbone.enable_lora(2)
    task.compile(run_eagerly=True)
    kernel = task.span_logits.kernel
    before = keras.ops.convert_to_numpy(kernel).copy()
    task.fit(([QUESTION], ["a dog."]), [(2, 5)], verbose=0)
    assert np.abs(keras.ops.convert_to_numpy(kernel) - before).max() > 0
    task.quantize("int8", filters="span_logits")
    assert task.span_logits.quantization_mode == "int8"
    assert task.answer(QUESTION, "a dog.")["answer"] in "a dog."


# === Bad input ===
@pytest.mark.parametrize(
    "arguments, message",
    [
        (("", CONTEXT), "A question must not be empty"),
        (("who?", " "), "A context must not be empty"),
        ((["a", "b"], [CONTEXT]), "one context for each question"),
        ((["a", 3], CONTEXT), "must be text"),
        (("a " * 60, CONTEXT), "must leave room for its context"),
        (("who?", CONTEXT, 0), "`top_k` must be a positive integer"),
        (("who?", CONTEXT, 1, 0), "`max_sequence_length` must be a posi"),
        (("who?", CONTEXT * 9, 1, 16, 16), "`stride` must not be negative"),
        (("who?", CONTEXT, 1, 16, 4, 0), "`max_answer_length` must be a p"),
        (("who?", CONTEXT, None), "`top_k` must be a posi.*: top_k=None"),
        (("who?", CONTEXT, "x"), "`top_k` must be a positive.*: top_k='x'"),
        (("who?", CONTEXT, 2.0), "`top_k` must be a positive.*: top_k=2.0"),
        (("who?", CONTEXT, 1, 16.0), "`max_sequence_length` must be a pos"),
    ],
)
def test_bad_questions_are_named(answerer, arguments, message):
    with pytest.raises(ValueError, match=message):
        answerer.answer(*arguments)


def test_a_long_question_shortens_the_stride(answerer):
    """A window with room for fewer pieces than two of them would share."""
    for words in range(18, 26):
        question = "fox " * words  # Of 32 tokens, [CLS] and twice [SEP].
        found = answerer.answer(question, CONTEXT)
        assert found["answer"] in CONTEXT and found["answer"]
    questions = ["the quick brown fox jumps"] * 2
    contexts = [CONTEXT, "good"]
    data = ((questions, contexts), ANSWERS[:1] + [None])
    for room in range(1, 5):
        task = make(sequence_length=len(questions[0].split()) + 3 + room)
        with warnings.catch_warnings():  # Answers that fit in no window.
            warnings.simplefilter("ignore", UserWarning)
            task.fit(*data, verbose=0)
        assert task.preprocessor.count_windows(data[0]) > 5
    with pytest.raises(ValueError, match="Received: stride=16, room for 10"):
        make(sequence_length=16).answer("the fox?", CONTEXT, 1, 16, 16)


@pytest.mark.parametrize(
    "answer, message",
    [
        ({"text": ["cat"], "answer_start": [0]}, "not hold this answer at a"),
        ({"text": ["dog"], "answer_start": [80]}, "must lie inside its cont"),
    ],
)
def test_bad_answers_are_named(answerer, answer, message):
    with pytest.raises(ValueError, match=message):
        answerer.fit(TEXTS, [answer, *ANSWERS[1:]], verbose=0)


def test_single_texts_are_refused(answerer):
    with pytest.raises(ValueError, match="must be given questions and cont"):
        answerer.fit([QUESTION], [(0, 0)], verbose=0)
    with pytest.raises(ValueError, match="must be given questions and cont"):
        answerer.predict([QUESTION], verbose=0)


@pytest.mark.parametrize(
    "labels, message",
    [
        ([1, 2, 3], "must be a dict of `start` and `end`"),
        ({"start": [1, 2, 3]}, "must be a dict of `start` and `end`"),
        ({"start": [1, 2], "end": [1, 2, 3]}, "one per row, shape"),
        ({"start": [0.5, 1, 2], "end": [1, 2, 3]}, "must be integers"),
    ],
)
def test_labels_of_ready_tensors_are_checked(answerer, labels, message):
    with pytest.raises(ValueError, match=message):
        answerer.fit(tiny.inputs(), labels, verbose=0)


def test_answering_needs_a_preprocessor():
    task = ElectraQuestionAnswerer(tiny.backbone(), compile=False)
    with pytest.raises(ValueError, match="`answer` needs a preprocessor"):
        task.answer(QUESTION, CONTEXT)


# === The head of the 2020 code ===
@pytest.fixture(scope="module")
def joint():
    return make(head="2020")


def test_joint_answers_are_products_within_the_context(joint):
    """Against every pair of the window, searched one by one."""
    x = joint.preprocessor(([QUESTION], [CONTEXT[:30]]))
    logits = {
        name: keras.ops.convert_to_numpy(a)[0] for name, a in joint(x).items()
    }
    segments = keras.ops.convert_to_numpy(x["segment_ids"])[0]
    allowed = segments.astype(bool)
    allowed[np.flatnonzero(segments)[-1]] = False  # [SEP]
    possible = segments.astype(bool)
    possible[0] = True

    def softmax(a):
        a = np.exp(a[possible].astype("float64") - a[possible].max())
        full = np.zeros(len(possible))
        full[possible] = a / a.sum()
        return full

    first = softmax(logits["start"])
    pairs = []
    for column, start in enumerate(logits["top_starts"].astype(int)):
        last = softmax(logits["end"][:, column])
        pairs += [
            (first[start] * last[end], start, end)
            for end in range(start, start + 4)
            if end < len(allowed) and allowed[start] and allowed[end]
        ]
    pairs = sorted(set(pairs), reverse=True)[:5]
    starts, ends, scores, none = best_joint_spans(
        **logits, allowed=allowed, possible=possible,
        max_answer_length=4, count=5,
    )  # fmt: skip
    np.testing.assert_allclose(scores, [p[0] for p in pairs], rtol=1e-5)
    assert [*zip(starts, ends, strict=True)] == [p[1:] for p in pairs]
    expected = 1 / (1 + np.exp(-logits["impossible"][0]))
    assert none == pytest.approx(expected, rel=1e-5)


def test_joint_one_and_many_and_left_padding(joint):
    many = joint.answer([QUESTION, "who?"], CONTEXT, 2, 16, 4)
    assert len(many) == 2 and len(many[0]) == 2
    for row in sum(many, []):
        assert row["answer"] == CONTEXT[row["start"] : row["end"]]
    left = make(head="2020", padding_side="left")
    other = left.answer([QUESTION, "who?"], CONTEXT, 2, 16, 4)
    for one, two in zip(sum(many, []), sum(other, []), strict=True):
        assert abs(one.pop("score") - two.pop("score")) < 1e-5
        assert one == two


SHORT = (["who?", "who?", "good?"], ["a fox.", "a dog.", "bad food"])
SHORT_ANSWERS = [(2, 5), (0, 5), (0, 0)]


def test_joint_training_sees_true_starts(joint):
    """Losses of ends given the true start, not the best one."""
    x, y = joint.preprocess_samples(SHORT, SHORT_ANSWERS)
    np.testing.assert_array_equal(x["start_positions"], y["start"])
    np.testing.assert_array_equal(y["impossible"], [[0], [0], [1]])
    plain = {n: a for n, a in x.items() if n != "start_positions"}
    tops = keras.ops.convert_to_numpy(joint(plain)["top_starts"])[:, 0]
    assert (tops != y["start"]).any()
    columns = {
        name: keras.ops.convert_to_numpy(a).astype("float64")
        for name, a in joint(x).items()
    }

    def cross_entropy(name):
        logits = columns[name]
        right = logits[np.arange(3), y[name]]
        return np.mean(np.log(np.exp(logits).sum(-1)) - right)

    logits = columns["impossible"][:, 0]
    expected = {
        "start_loss": cross_entropy("start"),
        "end_loss": cross_entropy("end"),
        "impossible_loss": np.mean(
            np.log1p(np.exp(logits)) - logits * [0, 0, 1]
        ),
    }
    expected["loss"] = sum(expected.values()) / 2
    seen = joint.evaluate(SHORT, SHORT_ANSWERS, verbose=0, return_dict=True)
    for name, value in expected.items():
        assert seen[name] == pytest.approx(value, rel=1e-4), name


@pytest.mark.parametrize("carrier", ["arrays", "again", "tf_data"])
def test_joint_training_on_ready_tensors(joint, carrier):
    expected = joint.evaluate(SHORT, SHORT_ANSWERS, verbose=0, return_dict=True)
    x, y = joint.preprocessor(SHORT, SHORT_ANSWERS)
    x = {name: keras.ops.convert_to_numpy(a) for name, a in x.items()}
    if carrier == "again":  # What it has made passes.
        x, y = joint.preprocess_samples(SHORT, SHORT_ANSWERS)
    if carrier == "tf_data":
        tf = pytest.importorskip("tensorflow")
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
        seen = joint.evaluate(data, verbose=0, return_dict=True)
    else:
        seen = joint.evaluate(x, y, verbose=0, return_dict=True)
    assert seen == pytest.approx(expected, rel=1e-4)


def test_joint_losses_obey_weights(joint):
    first = ([SHORT[0][0]], [SHORT[1][0]])
    expected = joint.evaluate(
        first, SHORT_ANSWERS[:1], verbose=0, return_dict=True
    )
    seen = joint.evaluate(
        SHORT,
        SHORT_ANSWERS,
        sample_weight=[1.0, 0.0, 0.0],
        verbose=0,
        return_dict=True,
    )
    assert seen["loss"] == pytest.approx(expected["loss"], rel=1e-4)


def test_positions_beyond_and_before(joint):
    """As `SpanLoss`: a negative one is 0, one beyond the end is ignored."""
    x, _ = joint.preprocessor(SHORT, SHORT_ANSWERS)
    length = x["token_ids"].shape[1]
    x, y = for_joint_head(
        x, {"start": np.array([-1, length + 5, 3]), "end": np.zeros(3, int)}
    )
    np.testing.assert_array_equal(x["start_positions"], [0, length - 1, 3])
    np.testing.assert_array_equal(y["impossible"], [[1], [0], [0]])


def test_joint_call_on_symbolic_inputs(joint):
    inputs = {
        **{n: keras.Input((8,), 2, dtype="int32") for n in joint.input},
        "start_positions": keras.Input((), 2, dtype="int32"),
    }
    shapes = {name: out.shape for name, out in joint(inputs).items()}
    assert shapes == {"start": (2, 8), "end": (2, 8), "impossible": (2, 1)}


def test_the_callback_on_the_joint_head(joint):
    """Its default threshold must not refuse every question."""
    callback = SquadCallback(
        SHORT,
        [
            {"text": ["fox"], "answer_start": [2]},
            {"text": ["dog"], "answer_start": [2]},
            {"text": [], "answer_start": []},
        ],
    )
    callback.set_model(joint)
    bias = joint.span_head.impossible.bias
    before = keras.ops.convert_to_numpy(bias)
    scores = {}
    for change in (-100.0, 100.0):  # All are answered; none is.
        bias.assign(before + change)
        logs = {}
        callback.on_epoch_end(0, logs)
        scores[change] = logs
        rows = joint.answer(*SHORT, handle_impossible_answer=True)
        assert [bool(row["answer"]) for row in rows] == [change < 0] * 3
    bias.assign(before)
    assert scores[100.0]["val_no_answer_accuracy"] == 100
    assert scores[-100.0]["val_no_answer_accuracy"] == 0


def test_the_joint_head_is_not_exported(joint, tmp_path):
    with pytest.raises(ValueError, match="cannot be exported: with head"):
        joint.export(tmp_path / "model", format="onnx")


def test_a_dense_checkpoint_does_not_fill_the_joint_head():
    with pytest.warns(UserWarning, match="span_head"):
        task = ElectraQuestionAnswerer.from_preset(PIPELINE, head="2020")
    assert task.head == "2020"


def test_joint_head_learns_answers_and_their_absence():
    task = make(head="2020")
    task.compile(keras.optimizers.Adam(3e-3))
    task.fit(TEXTS, ANSWERS, epochs=40, verbose=0)
    # In windows as those it has learned from.
    sizes = {"max_sequence_length": 16, "stride": 8}
    rows = task.best_answers(*TEXTS, **sizes)
    assert [row["answer"] for row in rows[:2]] == ["brown fox", "a dog"]
    none = [row["no_answer_score"] for row in rows]
    assert none[2] > 0 > max(none[:2])
    answers = task.answer(*TEXTS, handle_impossible_answer=True, **sizes)
    assert [bool(one["answer"]) for one in answers] == [True, True, False]


def test_an_unknown_head_is_named():
    with pytest.raises(ValueError, match="`head` must be 'dense'"):
        make(head="joint")


def test_a_model_of_one_segment_answers():
    task = ElectraQuestionAnswerer(
        tiny.backbone(num_segments=1),
        preprocessor=ElectraQuestionAnswererPreprocessor(
            tiny.tokenizer(), sequence_length=32
        ),
    )
    tiny.spread_weights(task, 0.3)
    answer = task.answer("who is very good?", "the lazy dog is very good.")
    assert answer["answer"] and 0 < answer["score"] <= 1
