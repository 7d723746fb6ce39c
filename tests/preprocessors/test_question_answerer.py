"""Answers to tokens, contexts to windows, files to rows."""

import json

import numpy as np
import pytest

from keras_electra import ElectraQuestionAnswererPreprocessor
from keras_electra.text.answer_spans import character_spans, token_spans
from keras_electra.text.context_windows import (
    pad_windows,
    training_windows,
    windows_of,
)
from keras_electra.text.squad_files import as_columns, read_squad
from keras_electra.text.truncation import default_stride
from tests import tiny

QUESTION = "fox jumps over?"
CONTEXT = "the quick brown fox jumps over the lazy dog. very good food."
ANSWER = {"text": ["brown fox"], "answer_start": [10]}


def preprocessor(sequence_length=32, **kwargs):
    return ElectraQuestionAnswererPreprocessor(
        tiny.tokenizer(), sequence_length=sequence_length, **kwargs
    )


def words(tokenizer, ids):
    return [tokenizer.id_to_token(int(i)) for i in ids]


# === Answers ===
@pytest.mark.parametrize(
    "answer, span",
    [
        (ANSWER, (10, 19)),
        ({"text": "fox", "answer_start": 16}, (16, 19)),
        ([{"text": "fox", "answer_start": 16}, {}], (16, 19)),
        ({"text": np.array(["fox"]), "answer_start": np.array([16])}, (16, 19)),
        ((16, 19), (16, 19)),
        (np.array([16, 19]), (16, 19)),
        ({"text": [], "answer_start": []}, (0, 0)),
        ([], (0, 0)),
        (None, (0, 0)),
        ((0, 0), (0, 0)),
    ],
)
def test_forms_of_answers(answer, span):
    assert tuple(character_spans([answer], [CONTEXT])[0]) == span


@pytest.mark.parametrize(
    "answer, message",
    [
        ({"text": ["cat"], "answer_start": [3]}, "not hold this answer at all"),
        ({"text": ["fox"], "answer_start": [15]}, "it stands at character 16"),
        ({"text": ["fox"], "answer_start": [99]}, "must lie inside its con"),
        ({"text": ["fox"], "answer_start": [-1]}, "must lie inside its con"),
        ({"text": [""], "answer_start": [1]}, "must lie inside its context"),
        ((10, 99), "must lie inside its context, first"),
        ((9, 3), "must lie inside its context, first"),
        ((9, 9), "must lie inside its context, first"),
        ("fox", "must have a known form"),
        ({"answer": "fox"}, "must have a known form"),
        ([16, 19, 3], "must have a known form"),
    ],
)
def test_bad_answers_are_named(answer, message):
    with pytest.raises(ValueError, match=message):
        character_spans([answer], [CONTEXT])


def test_answers_become_tokens():
    tokenizer = tiny.tokenizer()
    x, y = preprocessor()(([QUESTION] * 2, [CONTEXT] * 2), y=[ANSWER, None])
    assert sorted(x) == ["padding_mask", "segment_ids", "token_ids"]
    span = x["token_ids"][0, y["start"][0] : y["end"][0] + 1]
    assert words(tokenizer, span) == ["brown", "fox"]
    assert y["start"][1] == y["end"][1] == 0
    assert y["start"].dtype == "int32"


def test_an_answer_inside_a_token_gets_the_token():
    x, y = preprocessor()(([QUESTION], [CONTEXT]), y=[(11, 14)])  # "row"
    token = x["token_ids"][0, y["start"][0] : y["end"][0] + 1]
    assert words(tiny.tokenizer(), token) == ["brown"]


def test_a_cut_answer_gets_cls():
    short = preprocessor(sequence_length=10)  # [CLS] 4 [SEP] 3 [SEP]
    with pytest.warns(UserWarning, match="`sequence_length`=10, answers be"):
        _, y = short(([QUESTION] * 2, [CONTEXT] * 2), y=[ANSWER, (0, 3)])
    assert y["start"].tolist() == [0, 6]


# === Windows ===
def test_an_answer_that_fits_in_no_window_is_named():
    """Five tokens, where windows have room for three of a context."""
    answers = [ANSWER, (0, len(CONTEXT)), (0, 0)]
    with pytest.warns(UserWarning, match="1 of 3 answers fit in no window"):
        *_, positions, owners = training_windows(
            tiny.tokenizer(), [QUESTION] * 3, [CONTEXT] * 3, answers, 10, 1
        )
    assert positions[owners == 0].any()
    assert not positions[owners != 0].any()


def test_windows_are_counted():
    x = ([QUESTION, "who?"], [CONTEXT * 3, "a dog."])
    made = preprocessor(16, stride=4)
    *_, owners = training_windows(
        made.tokenizer, *x, [ANSWER, None], 16, made.stride
    )
    assert made.count_windows(x) == len(owners) > 3


def test_windows_overlap_and_straddled_answers_get_cls():
    tokenizer = tiny.tokenizer()
    ids, segments, positions, owners = training_windows(
        tokenizer, [QUESTION], [CONTEXT], [ANSWER], 10, 1
    )
    contexts = [
        words(tokenizer, i[(s == 1).nonzero()[0][:-1]])
        for i, s in zip(ids, segments, strict=True)
    ]
    assert contexts[:3] == [
        ["the", "quick", "brown"],
        ["brown", "fox", "jumps"],
        ["jumps", "over", "the"],
    ]
    # The first window ends inside of the answer.
    assert positions.tolist()[:3] == [[0, 0], [6, 7], [0, 0]]
    assert set(owners) == {0}


@pytest.mark.parametrize("side", ["right", "left"])
def test_padding_moves_positions(side):
    tokenizer = tiny.tokenizer(padding_side=side)
    ids, segments, positions, _ = training_windows(
        tokenizer,
        [QUESTION, "who?"],
        [CONTEXT, "a dog"],
        [ANSWER, (2, 5)],
        32,
        8,
    )
    x, y = pad_windows(tokenizer, ids, segments, positions, 32)
    found = [
        words(tokenizer, row[first : last + 1])
        for row, first, last in zip(
            x["token_ids"], y["start"], y["end"], strict=True
        )
    ]
    assert found == [["brown", "fox"], ["dog"]]
    assert x["padding_mask"].sum() == sum(map(len, ids))


def test_no_answer_is_cls_with_left_padding():
    tokenizer = tiny.tokenizer(padding_side="left")
    _, windows = next(
        windows_of(tokenizer, ["who?"] * 2, ["dog", "dog dog"], 32, 8)
    )
    starts, ends = token_spans(np.zeros((2, 2), "int32"), windows)
    cls = np.argmax(windows["token_ids"] == tokenizer.cls_token_id, axis=1)
    assert starts.tolist() == ends.tolist() == cls.tolist()


@pytest.mark.parametrize(
    "question, length, stride, message",
    [
        (" ", 32, 8, "A question must not be empty.*question 1"),
        ("a " * 30, 32, 8, "must leave room for its context.*question 1"),
        (QUESTION, 10, 3, "`stride` must not be negative, and below"),
    ],
)
def test_bad_questions_are_named(question, length, stride, message):
    with pytest.raises(ValueError, match=message):
        list(
            windows_of(
                tiny.tokenizer(),
                ["who?", question],
                [CONTEXT, CONTEXT],
                length,
                stride,
            )
        )


def test_single_texts_are_refused():
    with pytest.raises(ValueError, match="given questions and contexts"):
        preprocessor()([QUESTION])


def test_answers_in_a_graph_are_refused():
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    dataset = tf.data.Dataset.from_tensor_slices(
        (([QUESTION], [CONTEXT]), [[10, 19]])
    ).batch(1)
    with pytest.raises(ValueError, match="cannot be turned into tokens insi"):
        dataset.map(lambda x, y: preprocessor()(x, y=y))


def test_stride():
    assert default_stride(16, 12) == 8
    assert default_stride(512, 400) == 128
    # A question that leaves room for fewer.
    assert default_stride(512, 128) == 64
    assert default_stride(512, 1) == 0
    assert preprocessor(512, stride=7).get_config()["stride"] == 7


# === Files ===
FLAT = {"id": "1", "question": QUESTION, "context": CONTEXT, "answers": ANSWER}
NESTED = {
    "version": "v2.0",
    "data": [
        {
            "title": "Animals",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "1",
                            "question": QUESTION,
                            "answers": [
                                {"text": "brown fox", "answer_start": 10}
                            ],
                        },
                        {
                            "id": "2",
                            "question": "why?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        }
    ],
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(NESTED),
        json.dumps([FLAT]),
        json.dumps(FLAT),
        json.dumps({"data": [FLAT]}),
        json.dumps(FLAT) + "\n\n" + json.dumps(FLAT) + "\n",
        # Ends a line for `splitlines`, not for JSON.
        json.dumps({**FLAT, "title": "a\u2028b"}, ensure_ascii=False)
        + "\n"
        + json.dumps(FLAT),
    ],
)
def test_files(tmp_path, text):
    path = tmp_path / "squad.json"
    path.write_text(text, "utf-8")
    rows = read_squad(path)
    assert rows[0] == FLAT
    if len(rows) == 2 and rows[1]["id"] == "2":
        assert rows[1]["answers"] == {"text": [], "answer_start": []}
    (questions, contexts), answers = as_columns(rows)
    assert questions[0] == QUESTION and contexts[0] == CONTEXT
    assert character_spans(answers, contexts)[0].tolist() == [10, 19]


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "must be JSON, or one JSON object a line"),
        ("3", "must hold articles with `paragraphs`"),
        ("[3]", "`question` must be a field of an object. Received: 3, in"),
        ('{"data": {}}', "`data` must be a list. Received: data={}, in"),
        ('[{"paragraphs": [{}]}]', "`qas` must be a list.*entry 0"),
    ],
)
def test_bad_files_are_named(tmp_path, text, message):
    path = tmp_path / "squad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message) as error:
        read_squad(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("question", None, "`question` must be a string. Received: question=N"),
        ("context", ["a"], r"`context` must be a string. Received: context=\["),
        ("is_impossible", "false", "must be true or false.*='false'"),
        ("is_impossible", 0, "must be true or false. Received: .*=0"),
        ("answers", ..., "an object of lists.*no such field.*Write `\\[\\]`"),
        ("answers", None, "an object of lists.*answers=None"),
        ("answers", "fox", "an object of lists.*answers='fox'"),
        ("answers", ["fox"], "`text` must be a field of an object.*'fox'"),
        ("answers", [{"text": "fox"}], "`answer_start` must be an integer.*no"),
        ("answers", {"text": ["fox"]}, "`answer_start` must be a list.*no"),
        (
            "answers",
            {"text": ["fox"], "answer_start": ["4"]},
            "`answer_start` must be an integer. Received: answer_start='4'",
        ),
        (
            "answers",
            {"text": ["fox"], "answer_start": [True]},
            "`answer_start` must be an integer",
        ),
        (
            "answers",
            {"text": [3], "answer_start": [4]},
            "`text` must be a string. Received: text=3",
        ),
        (
            "answers",
            {"text": ["fox"], "answer_start": []},
            "one `answer_start` for each `text`. Received: 0 for 1",
        ),
    ],
)
def test_bad_fields_are_named(tmp_path, name, value, message):
    row = {key: x for key, x in {**FLAT, name: value}.items() if x is not ...}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps([FLAT, row]), "utf-8")
    with pytest.raises(ValueError, match=message) as error:
        read_squad(path)
    assert f"in {path}, entry 1, id '1'" in str(error.value)


def test_impossible_questions_have_no_answer(tmp_path):
    path = tmp_path / "squad.json"
    for said in (True, False, None):
        path.write_text(json.dumps({**FLAT, "is_impossible": said}), "utf-8")
        (row,) = read_squad(path)
        assert bool(row["answers"]["text"]) == (not said)


def test_files_must_be_utf8(tmp_path):
    path = tmp_path / "squad.json"
    path.write_bytes(json.dumps(FLAT).encode() + b"\xe9")
    with pytest.raises(ValueError, match="must be a UTF-8 file.*0xe9"):
        read_squad(path)
