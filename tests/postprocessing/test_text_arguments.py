"""Texts of high-level methods: one or many, in pairs or as words."""

import types

import pytest

from keras_electra.postprocessing.text_arguments import read_texts

MODEL = types.SimpleNamespace(preprocessor=object())


@pytest.mark.parametrize(
    ("texts", "columns", "is_single"),
    [
        ("a", (["a"],), True),
        (b"a", (["a"],), True),
        (["a"], (["a"],), False),
        (("a", "b"), (["a"], ["b"]), True),
        ((["a", "c"], ["b", "d"]), (["a", "c"], ["b", "d"]), False),
        ([("a", "b"), ("c", "d")], (["a", "c"], ["b", "d"]), False),
    ],
)
def test_texts_and_pairs(texts, columns, is_single):
    found = read_texts(MODEL, texts, "classify", pairs=True)
    assert found == (columns, is_single)


def test_words():
    found = read_texts(MODEL, [["a", "b"], ["c"]], "tag", words=True)
    assert found == (([["a", "b"], ["c"]],), False)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("a", "b"), "`detect` does not take pairs. Received: a tuple of 2"),
        ([("a", "b")], "`detect` does not take pairs. Received: a list of 1"),
        ([["a"]], "must be text. Received: nested list"),
        ([], "at least one text"),
        (3, "must be text"),
    ],
)
def test_single_texts_only(texts, message):
    with pytest.raises(ValueError, match=message):
        read_texts(MODEL, texts, "detect")


def test_columns_of_different_lengths():
    with pytest.raises(ValueError, match="Received: 1 and 2"):
        read_texts(MODEL, (["a"], ["b", "c"]), "classify", pairs=True)


def test_no_preprocessor():
    model = types.SimpleNamespace(preprocessor=None)
    with pytest.raises(ValueError, match="`embed` needs a preprocessor"):
        read_texts(model, "a", "embed")
