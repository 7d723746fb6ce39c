import sys

import pytest

from keras_electra.metrics import entity_scores


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
