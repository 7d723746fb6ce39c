"""Remembering words changes nothing but the time it takes."""

import concurrent.futures
import pathlib
import random

import numpy as np
import pytest

from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.rust import build_rust_tokenizer
from keras_electra.tokenizer.vocabulary import read_vocabulary
from keras_electra.tokenizer.word_cache import WordCache
from tests.tokenizer.random_texts import random_texts

PIECES = read_vocabulary(
    pathlib.Path(__file__).parent / "data" / "multilingual.txt"
)


def make(size=1 << 17, **options):
    options = TokenizerOptions(**options)
    rust = build_rust_tokenizer(options, PIECES)
    cache = WordCache(rust, options, size)

    def reference(texts):
        encodings = rust.encode_batch(texts, add_special_tokens=False)
        return [e.ids for e in encodings]

    return cache, reference


def unpacked(rows):
    return [np.frombuffer(row, dtype="int32").tolist() for row in rows]


@pytest.mark.parametrize("size", [3, 100, 1 << 17])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lowercase": False, "clean_text": False},
        {"basic_tokenization": False},
        {"additional_special_tokens": ["<user>", "good  bad", "x"]},
        {"added_tokens": ["Quick", "é"]},
        {"special_tokens_in_strings": False},
        {"suffix_indicator": "@@"},
        {"sep_token": "the"},
    ],
    ids=str,
)
def test_same_ids(size, options):
    cache, reference = make(size, **options)
    texts = list(random_texts(600, seed=4))
    texts += [f"{text} good  bad the THE <user>{text}" for text in texts]
    for start in range(0, len(texts), 50):
        batch = texts[start : start + 50]
        assert unpacked(cache(batch)) == reference(batch)
    assert unpacked(cache(texts)) == reference(texts)


@pytest.mark.parametrize(
    "text",
    ["a\x1cb", "a\x0bb", "a\x0cb", "a\x85b", "a\x1fb c", "a\u2028b\u3000c"],
)
def test_odd_white_space(text):
    for options in ({}, {"clean_text": False}):
        cache, reference = make(**options)
        assert unpacked(cache([text, "a b"])) == reference([text, "a b"])


def test_memory_is_bounded():
    cache, _ = make(size=100)
    rng = random.Random(0)
    for _ in range(30):
        words = [str(rng.randrange(10**6)) for _ in range(40)]
        cache([" ".join(words), "x" * 1000])
        assert len(cache._ids) <= 100
        assert max(map(len, cache._ids)) <= 64
    # More new words in a text than may be kept.
    cache([" ".join(map(str, range(1000)))])
    assert len(cache._ids) <= 100


def test_threads():
    cache, reference = make(size=200)
    batches = [list(random_texts(40, seed=seed)) for seed in range(40)]
    wanted = [reference(batch) for batch in batches]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            found = list(
                pool.map(lambda batch: unpacked(cache(batch)), batches)
            )
            assert found == wanted
