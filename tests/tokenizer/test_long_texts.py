"""Long texts are tokenized as far as needed, with the same result."""

import pathlib
import random
import time

import numpy as np
import pytest

from keras_electra import ElectraTokenizer
from keras_electra.text.packing import pack, pack_with_offsets
from keras_electra.tokenizer.long_texts import LongTexts
from keras_electra.tokenizer.options import TokenizerOptions
from tests.tokenizer.random_texts import random_texts

VOCABULARY = pathlib.Path(__file__).parent / "data" / "multilingual.txt"
OPTIONS = [
    {},
    {"lowercase": False, "clean_text": False, "split_on_cjk": False},
    {"basic_tokenization": False},
    {"additional_special_tokens": ["a,b", "one two", "、", "中", "x\ty"]},
    {"added_tokens": ["Q. R", {"content": "the", "single_word": True}]},
    {"never_split": ["U.S.", "e-mail"]},
    {"special_tokens_in_strings": False},
]


def whole(tokenizer, text):
    """Ids by Rust in one go."""
    if tokenizer.options.never_split:
        return tokenizer.engine._never_split(text)[:, 0].tolist()
    return tokenizer.engine.rust.encode(text, add_special_tokens=False).ids


def long_text(seed):
    bits = ["a,b", "one two", "Q. R q. r", "the", "U.S.", "e-mail", "、x\ty"]
    rng = random.Random(seed)
    texts = list(random_texts(120, seed=seed))
    return "".join(text + rng.choice(["", " ", "\n", *bits]) for text in texts)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("size", [1, 7, 64, 500])
def test_parts_have_the_tokens_of_the_whole(options, size):
    tokenizer = ElectraTokenizer(VOCABULARY, **options)
    cut = tokenizer.engine._long_texts
    for seed in range(4):
        text = long_text(seed)
        wanted = whole(tokenizer, text)
        parts = list(cut.parts(text, size))
        assert "".join(part for _, part in parts) == text
        assert all(text.startswith(p, start) for start, p in parts)
        ids = [i for _, part in parts for i in whole(tokenizer, part)]
        assert ids == wanted
        parts = list(cut.parts_from_end(text, size))[::-1]
        assert "".join(part for _, part in parts) == text
        ids = [i for _, part in parts for i in whole(tokenizer, part)]
        assert ids == wanted
        assert len(parts) > len(text) / (size + 250)


def test_letters_without_end():
    cut = LongTexts(TokenizerOptions(), str)
    assert cut.shortened("ab" * 50) == "ab" * 50
    text = "x" * 10**6 + "!" + "y" * 200 + " z"
    assert cut.shortened(text) == "x" * 101 + "!" + "y" * 101 + " z"
    careful = LongTexts(TokenizerOptions(additional_special_tokens=["xx"]), str)
    assert careful.shortened(text) == text
    tokenizer = ElectraTokenizer(VOCABULARY)
    assert tokenizer(text).tolist() == whole(tokenizer, text)


@pytest.mark.parametrize("side", ["right", "left"])
def test_truncated_as_if_whole(side):
    tokenizer = ElectraTokenizer(VOCABULARY, truncation_side=side)
    for seed in range(5):
        text = long_text(seed) * 3
        ids = whole(tokenizer, text)
        for limit in (1, 10, 100):
            row = pack(tokenizer, [text], sequence_length=limit + 2)
            kept = ids[:limit] if side == "right" else ids[-limit:]
            assert row["token_ids"][0, 1:-1].tolist() == kept


def test_offsets_of_parts():
    tokenizer = ElectraTokenizer(VOCABULARY)
    text = "The quick [MASK] naïve café. " * 5000
    wanted = tokenizer.engine.rust.encode(text, add_special_tokens=False)
    found = tokenizer.encode(text)
    assert found.token_ids.tolist() == wanted.ids
    assert found.offsets.tolist() == [list(pair) for pair in wanted.offsets]
    assert found.word_ids.tolist() == wanted.word_ids
    packed = pack_with_offsets(tokenizer, [text], sequence_length=32)
    assert packed["offsets"][0, 1:31].tolist() == found.offsets[:30].tolist()


def test_longest_first_on_long_texts():
    tokenizer = ElectraTokenizer(VOCABULARY)
    # Room for 9 pieces: the longer text gets the odd one, however far its
    # end is; of equally long ones the second.
    for first, second, counts in [
        (10_000, 10_001, (4, 5)),
        (10_001, 10_000, (5, 4)),
        (10_000, 10_000, (4, 5)),
    ]:
        row = pack(
            tokenizer, ["a " * first], ["b " * second], sequence_length=12
        )
        assert (row["segment_ids"].sum(), row["token_ids"].shape[1]) == (
            counts[1] + 1,
            12,
        )
    assert not tokenizer.engine.has_more_tokens("a " * 10**6, "a " * 10**6)
    assert tokenizer.engine.has_more_tokens("a " * 10**6 + "b", "a " * 10**6)


@pytest.mark.parametrize("text", ["word, ", "x", "中", "[MASK] ", " ", "a,"])
def test_ten_megabytes(text):
    tokenizer = ElectraTokenizer(VOCABULARY)
    text = text * (10_000_000 // len(text))
    start = time.perf_counter()
    row = pack(tokenizer, [text])
    # All of it takes from 6 to 20 seconds.
    assert time.perf_counter() - start < 2
    assert np.array_equal(
        row["token_ids"], pack(tokenizer, [text[:250_000]])["token_ids"]
    )
