"""What counts as text, and what is refused how."""

import numpy as np
import pytest

from keras_electra.tokenizer.texts import as_texts, readable
from tests import tiny


class Series:
    """Like a column of a data frame: no array, but `tolist`."""

    def tolist(self):
        return ["a", "b"]


@pytest.mark.parametrize(
    ("inputs", "texts", "batched"),
    [
        ("", [""], False),
        (b"caf\xc3\xa9", ["café"], False),
        (np.str_("a"), ["a"], False),
        (["a", ""], ["a", ""], True),
        (("a", b"b"), ["a", "b"], True),
        (np.array(["a", "bc"]), ["a", "bc"], True),
        (np.array(["a", "bc"], dtype=object), ["a", "bc"], True),
        (np.array([b"a", b"\xc3\xa9"]), ["a", "é"], True),
        (np.array("a"), ["a"], False),
        (Series(), ["a", "b"], True),
    ],
)
def test_texts(inputs, texts, batched):
    assert as_texts(inputs) == (texts, batched)
    assert all(type(text) is str for text in as_texts(inputs)[0])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (None, r"`inputs` must be text. Received: inputs=None of type None"),
        (3, "must be text. Received: inputs=3 of type int"),
        ([], "must hold at least one text"),
        (np.array([], dtype=str), "must hold at least one text"),
        (["a", None], r"`inputs\[1\]` must be text. Received: None"),
        (["a", 1.5], r"`inputs\[1\]` must be text. Received: 1.5 of type"),
        ([["a"], ["b"]], r"`inputs\[0\]` must be text. Received: nested list"),
        (np.array([["a"]]), r"at most one axis. Received: .* \(1, 1\)"),
        (np.array([1, 2]), r"`inputs\[0\]` must be text. Received: 1 of type"),
        (b"\xff\xfe", r"`inputs` must be valid UTF-8.*Decode them"),
        ([b"ok", b"\xe9t\xe9"], r"`inputs\[1\]` must be valid UTF-8"),
    ],
)
def test_no_texts(inputs, message):
    with pytest.raises(ValueError, match=message):
        as_texts(inputs)


def test_tokenizer_refuses_what_is_no_text():
    with pytest.raises(ValueError, match="must be text"):
        tiny.tokenizer()([None])


def test_tf_string_tensors():
    tf = pytest.importorskip("tensorflow")
    assert as_texts(tf.constant(["é", "b"])) == (["é", "b"], True)
    assert as_texts(tf.constant("é")) == (["é"], False)
    with pytest.raises(ValueError, match="at most one axis"):
        as_texts(tf.constant([["a"]]))


def test_lone_surrogates_become_replacement_characters():
    assert readable("a\ud800b\udfff") == "a\ufffdb\ufffd"
    tokenizer = tiny.tokenizer()
    # Cleaning drops U+FFFD; one character for one keeps offsets true.
    broken = tokenizer.encode("good \ud800food")
    assert broken.tokens == ["good", "food"]
    assert broken.offsets.tolist() == [[0, 4], [6, 10]]
    again = tokenizer(["good \ud800food", "good"])
    assert again == [tokenizer("good food").tolist(), [tokenizer("good")[0]]]
    assert tokenizer(["good \ud800food", "good"]) == again
