"""SQuAD scores, compared with the official scripts and by hand."""

import json
import math

import pytest

from keras_electra.metrics import SquadCallback, squad
from tests.converters.checkpoints import GOLDEN


@pytest.mark.parametrize(
    "answer, texts",
    [
        ({"text": ["a fox", "fox"], "answer_start": [0, 2]}, ["a fox", "fox"]),
        ({"text": "a fox", "answer_start": 0}, ["a fox"]),
        ([{"text": "a fox", "answer_start": 0}], ["a fox"]),
        ({"text": [], "answer_start": []}, []),
        ([], []),
        (None, []),
    ],
)
def test_references_in_every_form(answer, texts):
    callback = SquadCallback((["who?"], ["a fox"]), [answer])
    assert callback.references == [texts]


def test_references_that_are_characters():
    with pytest.raises(ValueError, match="must contain `text`"):
        SquadCallback((["who?"], ["a fox"]), [(0, 5)])


def test_scores_equal_the_official_scripts():
    path = GOLDEN / "squad" / "expected.json"
    expected = json.loads(path.read_text("utf-8"))
    rows = expected["rows"]
    predictions = [row["prediction"] for row in rows]
    references = [row["answers"] for row in rows]
    no_answer = [row["no_answer_score"] for row in rows]

    scores = squad.squad_scores(predictions, references)
    official = expected["v2.0 plain"]
    for name, theirs in (
        ("exact_match", "exact"),
        ("f1", "f1"),
        ("has_answer_exact_match", "HasAns_exact"),
        ("has_answer_f1", "HasAns_f1"),
        ("no_answer_accuracy", "NoAns_f1"),
    ):
        assert scores[name] == pytest.approx(official[theirs], abs=1e-9)

    scores = squad.squad_scores(predictions, references, no_answer)
    official = expected["v2.0"]
    for name, theirs in (("exact_match", "final_exact"), ("f1", "final_f1")):
        best, at = official[theirs], official[f"{theirs}_thresh"]
        assert scores[f"best_{name}"] == pytest.approx(best, abs=1e-9)
        assert scores[f"best_{name}_threshold"] == at
        again = squad.squad_scores(predictions, references, no_answer, at)
        assert again[name] == pytest.approx(best, abs=1e-9)

    answerable = [row for row in rows if row["answers"]]
    scores = squad.squad_scores(
        [row["prediction"] for row in answerable],
        [row["answers"] for row in answerable],
        version="1.1",
    )
    official = expected["v1.1"]  # As shares.
    for name, theirs in (("exact_match", "exact_match"), ("f1", "final_f1")):
        assert scores[name] == pytest.approx(100 * official[theirs], abs=1e-9)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("The Quick, brown fox!", "quick brown fox"),
        ("an  apple\ta day", "apple day"),
        ("Theater", "theater"),  # No article inside a word.
        ("U.S.", "us"),
        ("well-known", "wellknown"),
        ("The", ""),
        ("“quoted”", "“quoted”"),  # Only ASCII punctuation goes.
        ("Ünïcode A", "ünïcode"),
    ],
)
def test_normalization(text, expected):
    assert squad.normalize_answer(text) == expected


def test_the_best_of_several_references_counts():
    answers = ["Denver Broncos", "The Denver Broncos team"]
    assert squad.exact_match("the Denver Broncos", answers) == 1
    assert squad.f1("Broncos", answers) == pytest.approx(2 / 3)
    assert squad.f1("Broncos Broncos", answers) == pytest.approx(0.5)
    assert squad.f1("Carolina", answers) == 0


def test_versions_differ_where_nothing_is_left():
    assert squad.f1("a", ["the"], "2.0") == 1
    assert squad.f1("a", ["the"], "1.1") == 0
    assert squad.exact_match("a", ["the"], "1.1") == 1
    assert squad.exact_match("", [], "2.0") == 1
    assert squad.exact_match("", [], "1.1") == 0
    assert squad.f1("fox", [], "1.1") == 0


def test_scores_of_a_data_set():
    scores = squad.squad_scores(
        ["the fox", "brown dog", "", "cat"],
        [["fox"], ["dog", "a dog"], [], []],
    )
    assert scores == {
        "exact_match": 50.0,
        "f1": pytest.approx(100 * (1 + 2 / 3 + 1) / 4),
        "has_answer_exact_match": 50.0,
        "has_answer_f1": pytest.approx(100 * (1 + 2 / 3) / 2),
        "no_answer_accuracy": 50.0,
    }


def test_threshold():
    data = (["fox", "dog", "cat", "cow"], [["fox"], ["bee"], [], []])
    none = [-0.9, 0.1, -0.5, 0.4]
    scores = squad.squad_scores(*data, no_answer_scores=none, threshold=0.0)
    # fox is right, dog and cow become no answer, cat stays wrong.
    assert scores["exact_match"] == 50.0
    # Answering only fox would be right three times.
    assert scores["best_exact_match"] == 75.0
    assert scores["best_exact_match_threshold"] == -0.9
    best = squad.squad_scores(*data, none, threshold=-0.9)
    assert best["exact_match"] == best["best_f1"] == 75.0


def test_threshold_where_answering_nothing_is_best():
    best, at = squad.best_threshold([0.0], ["fox"], [0.3], [False])
    assert (best, at) == (100.0, -math.inf)


def test_threshold_cannot_part_equal_scores():
    best, at = squad.best_threshold(
        [1.0, 0.0], ["fox", "cat"], [0.3, 0.3], [True, False]
    )
    assert best == 50.0


def test_numbers_must_agree():
    with pytest.raises(ValueError, match="one prediction, one reference"):
        squad.squad_scores(["fox"], [])
    with pytest.raises(ValueError, match="at least one question"):
        squad.squad_scores([], [])
    with pytest.raises(ValueError, match="`version` must be one of"):
        squad.f1("fox", ["fox"], version="3")
