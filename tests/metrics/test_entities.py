import random
import sys

import nervaluate
import pytest

from keras_electra.metrics import entity_scores
from tests.text.test_tag_scheme import (
    FORMS,
    KINDS,
    SCHEMES,
    all_names,
    random_spans,
    write_tags,
)


def test_an_entity_is_right_as_a_whole():
    scores = entity_scores(
        [["B-PER", "I-PER", "O", "B-LOC"], ["B-LOC", "B-LOC"], []],
        [["B-PER", "O", "O", "B-LOC"], ["B-LOC", "I-LOC"], []],
    )
    # Of four entities one is found; three are claimed.
    assert scores["precision"] == pytest.approx(1 / 3)
    assert scores["recall"] == pytest.approx(1 / 4)
    assert scores["f1"] == pytest.approx(2 / 7)
    assert scores["f1_PER"] == 0
    assert scores["f1_LOC"] == pytest.approx(2 / 5)


def test_no_entities():
    assert entity_scores([["O"]], [["O"]])["f1"] == 0


def test_texts_must_go_together():
    with pytest.raises(ValueError, match="one predicted class for each word"):
        entity_scores([["O"]], [["O", "O"]])


def test_the_library_is_optional(monkeypatch):
    monkeypatch.setitem(sys.modules, "nervaluate", None)
    with pytest.raises(ImportError, match=r"keras-electra\[metrics\]"):
        entity_scores([["O"]], [["O"]])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_scores_are_the_same_in_every_scheme(scheme, form):
    rng = random.Random(0)
    spans = [[random_spans(rng) for _ in range(30)] for _ in range(2)]
    iob2, rows = (
        [[write_tags(row, 12, *how) for row in part] for part in spans]
        for how in (("IOB2", "{0}-{1}"), (scheme, form))
    )
    # What the library makes of the scheme that it knows.
    expected = nervaluate.Evaluator(*iob2, tags=KINDS, loader="list")
    expected = expected.evaluate()["overall"]["strict"]
    scores = entity_scores(*rows, class_names=all_names(scheme, form))
    assert 0 < scores["f1"] < 1
    assert scores["f1"] == pytest.approx(expected.f1)
    assert scores["precision"] == pytest.approx(expected.precision)
    assert scores["recall"] == pytest.approx(expected.recall)
    assert entity_scores(*rows) == scores
    assert {f"f1_{kind}" for kind in KINDS} < set(scores)


def test_a_part_of_an_entity_is_not_it():
    scores = entity_scores([["PER-B", "PER-I"]], [["PER-B", "O"]])
    assert scores == {"precision": 0, "recall": 0, "f1": 0, "f1_PER": 0}
    # Two singles beside each other; `S-` alone does not make a scheme.
    rows = [["S-PER", "S-PER"]], [["S-PER", "O"]]
    names = ["O", "B-PER", "I-PER", "E-PER", "S-PER"]
    assert entity_scores(*rows, names)["f1"] == pytest.approx(2 / 3)


def test_mixed_schemes():
    with pytest.raises(ValueError, match="one tag scheme.*'PER-I' beside"):
        entity_scores([["B-PER", "PER-I"]], [["B-PER", "O"]])
