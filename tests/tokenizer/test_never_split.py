"""`never_split`, by the class that invented it."""

import random

import pytest
from transformers.models.bert import tokenization_bert_legacy as legacy

from keras_electra import ElectraTokenizer
from keras_electra.tokenizer.vocabulary import write_vocabulary
from tests import tiny

WORDS = ["C++", "U.S.", "good", "moviefood", "Quick", "[x]", "\u00e9t\u00e9"]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    # All but "moviefood" and "[x]", which are to be unknown.
    pieces = ["C++", "U.S.", "Quick", "\u00e9t\u00e9", *"()[]+-中"]
    write_vocabulary([*tiny.VOCABULARY, *pieces], path)
    return path


def texts(count):
    rng = random.Random(0)
    bits = [*WORDS, "quick", "food", "moviefoods", "(good)", "中", "[MASK]"]
    for _ in range(count):
        yield "".join(
            rng.choice(bits) + rng.choice([" ", " ", "", ",", "\t", "\u200b"])
            for _ in range(rng.randrange(12))
        )


@pytest.mark.parametrize("lowercase", [True, False])
def test_same_as_transformers(vocabulary, lowercase):
    tokenizer = ElectraTokenizer(
        vocabulary, lowercase=lowercase, never_split=WORDS
    )
    reference = legacy.BertTokenizerLegacy(
        str(vocabulary), do_lower_case=lowercase, never_split=WORDS
    )
    for text in texts(1500):
        wanted = reference.convert_tokens_to_ids(reference.tokenize(text))
        assert tokenizer(text).tolist() == wanted, repr(text)


def test_offsets_and_word_numbers(vocabulary):
    tokenizer = ElectraTokenizer(vocabulary, never_split=WORDS)
    # Letters and their marks are put together before looking.
    assert tokenizer.encode("e\u0301te\u0301").tokens == ["\u00e9t\u00e9"]
    found = tokenizer.encode(" C++ is very moviefood, [MASK] bad\ud800")
    assert found.tokens == [
        "C++", "is", "very", "[UNK]", ",", "[MASK]", "bad"
    ]  # fmt: skip
    assert found.offsets.tolist() == [
        [1, 4], [5, 7], [8, 12], [13, 22], [22, 23], [24, 30], [31, 34]
    ]  # fmt: skip
    assert found.word_ids.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert tokenizer.encode("").tokens == []
    with_nothing_around = ElectraTokenizer(
        vocabulary, basic_tokenization=False, never_split=["moviefood"]
    )
    assert with_nothing_around.encode("good moviefood").tokens == [
        "good",
        "[UNK]",
    ]


def test_is_saved(vocabulary):
    tokenizer = ElectraTokenizer(vocabulary, never_split=WORDS)
    copy = ElectraTokenizer.from_config(tokenizer.get_config())
    assert copy.options.never_split == tuple(WORDS)
