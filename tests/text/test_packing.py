"""`[CLS] a [SEP] b [SEP]`, as Transformers packs it."""

import pathlib
import random

import numpy as np
import pytest
import transformers

from keras_electra import ElectraTokenizer
from keras_electra.text.packing import pack, pack_in_graph, pack_with_offsets
from keras_electra.text.truncation import (
    TRUNCATIONS,
    bucket_length,
    kept_lengths,
    padded_length,
    windows,
)
from tests import tiny

VOCABULARY = (
    pathlib.Path(__file__).parents[1] / "tokenizer" / "data" / "tiny_vocab.txt"
)
NAMES = {
    "token_ids": "input_ids",
    "segment_ids": "token_type_ids",
    "padding_mask": "attention_mask",
}


def texts(count, seed, longest=14):
    rng = random.Random(seed)
    words = "the quick brown fox unable jumped restaurant é [MASK] ?".split()
    return [
        " ".join(rng.choices(words, k=rng.randrange(longest)))
        for _ in range(count)
    ]


def both(**options):
    sides = {
        k: options[k]
        for k in ("padding_side", "truncation_side")
        if k in options
    }
    theirs = transformers.ElectraTokenizer(vocab=str(VOCABULARY), **sides)
    return ElectraTokenizer(VOCABULARY, **options), theirs


def assert_same(packed, wanted):
    for ours, theirs in NAMES.items():
        assert packed[ours].dtype == "int32"
        np.testing.assert_array_equal(packed[ours], wanted[theirs])


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("padding", ["right", "left"])
@pytest.mark.parametrize("length", [2, 3, 9, 10, 64])
def test_single_texts(length, padding, side):
    ours, theirs = both(padding_side=padding, truncation_side=side)
    batch = texts(40, seed=0)
    wanted = theirs(
        batch,
        padding=True,
        truncation=True,
        max_length=length,
        return_tensors="np",
    )
    packed = pack(ours, batch, sequence_length=length, buckets=())
    assert_same(packed, wanted)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("padding", ["right", "left"])
@pytest.mark.parametrize("length", [3, 4, 9, 10, 64])
def test_pairs_longest_first(length, padding, side):
    ours, theirs = both(padding_side=padding, truncation_side=side)
    first, second = texts(60, seed=1), texts(60, seed=2)
    wanted = theirs(
        first,
        second,
        padding=True,
        truncation="longest_first",
        max_length=length,
        return_tensors="np",
    )
    packed = pack(ours, first, second, sequence_length=length, buckets=())
    assert_same(packed, wanted)
    offsets = pack_with_offsets(
        ours, first, second, sequence_length=length, buckets=()
    )
    assert_same(offsets, wanted)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("truncation", ["only_first", "only_second"])
def test_pairs_one_cut(truncation, side):
    ours, theirs = both(truncation_side=side)
    short, long = texts(40, seed=3, longest=4), texts(40, seed=4, longest=60)
    pair = (long, short) if truncation == "only_first" else (short, long)
    wanted = theirs(
        *pair,
        padding=True,
        truncation=truncation,
        max_length=40,
        return_tensors="np",
    )
    packed = pack(
        ours, *pair, sequence_length=40, truncation=truncation, buckets=()
    )
    assert_same(packed, wanted)


def test_room_for_every_pair_of_lengths():
    for limit in (0, 1, 2, 5, 6):
        for first in range(9):
            for second in range(9):
                kept = kept_lengths(first, second, limit, "longest_first")
                assert sum(kept) == min(limit, first + second)
                assert kept[0] <= first and kept[1] <= second


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("stride", [0, 3])
@pytest.mark.parametrize("paired", [False, True])
def test_windows_as_transformers(paired, stride, side):
    ours, theirs = both(truncation_side=side)
    first, second = texts(20, seed=5, longest=5), texts(20, seed=6, longest=60)
    batch = (first, second) if paired else (second,)
    truncation = "only_second" if paired else "only_first"
    wanted = theirs(
        *batch,
        padding=True,
        truncation=truncation,
        max_length=30,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_tensors="np",
    )
    packed = pack_with_offsets(
        ours,
        *batch,
        sequence_length=30,
        truncation=truncation,
        stride=stride,
        return_overflow=True,
        buckets=(),
    )
    assert len(packed["token_ids"]) > 20
    assert_same(packed, wanted)
    for ours_name, name in (
        ("offsets", "offset_mapping"),
        ("special_tokens_mask", "special_tokens_mask"),
        ("text_index", "overflow_to_sample_mapping"),
    ):
        np.testing.assert_array_equal(packed[ours_name], wanted[name])
    for row in range(len(packed["token_ids"])):
        numbers = [-1 if w is None else w for w in wanted.word_ids(row)]
        assert packed["word_ids"][row].tolist() == numbers


def test_buckets():
    tokenizer = tiny.tokenizer()
    assert pack(tokenizer, ["the fox"])["token_ids"].shape == (1, 8)
    assert pack(tokenizer, "the " * 7)["token_ids"].shape == (1, 16)
    batch = ["the " * 7, "fox"]
    assert pack(tokenizer, batch, buckets=(4, 12))["token_ids"].shape[1] == 12
    assert pack(tokenizer, batch, buckets=(4,))["token_ids"].shape[1] == 512
    assert pack(tokenizer, batch, pad_to=99)["token_ids"].shape[1] == 99
    packed = pack(tokenizer, batch, sequence_length=10)
    assert packed["token_ids"].shape[1] == 10
    # Padding is of whatever id the token has.
    swapped = tiny.tokenizer(pad_token="fake")
    ids = pack(swapped, batch)["token_ids"]
    assert ids[1, 3:].tolist() == [swapped.pad_token_id] * 13


def test_bucket_lengths():
    lengths = {bucket_length(n) for n in range(1, 1025)}
    assert sorted(lengths) == [
        *range(8, 65, 8),
        *range(80, 129, 16),
        *range(160, 257, 32),
        *range(320, 513, 64),
        *range(640, 1025, 128),
    ]
    assert all(bucket_length(n) >= n for n in range(1025))
    assert padded_length(65, 70) == 70
    assert windows(10, 4, 1) == [(0, 4), (3, 7), (6, 10)]
    assert windows(10, 4, 1, True) == [(6, 10), (3, 7), (0, 4)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": []}, "`texts` must hold at least one text"),
        ({"texts": ["a", None]}, r"`texts\[1\]` must be text"),
        ({"pairs": ["a", 3]}, r"`pairs\[1\]` must be text"),
        (
            {"pairs": ["a"]},
            "one text for each of `texts`. .*2 texts and 1 pair",
        ),
        ({"truncation": "middle"}, "`truncation` must be one of.*'middle'"),
        ({"truncation": "only_second"}, "'only_second' needs pairs of texts"),
        ({"sequence_length": 1}, "integer of at least 2, for .CLS. and .SEP."),
        ({"sequence_length": 2, "pairs": ["a", "b"]}, "integer of at least 3"),
        ({"sequence_length": 9.5}, "`sequence_length` must be an integer"),
        ({"pad_to": 3}, "`pad_to` must not be below the longest.*pad_to=3"),
        ({"pad_to": 600}, "nor above `sequence_length`.*pad_to=600"),
        (
            {
                "pairs": ["the " * 9, ""],
                "truncation": "only_first",
                "sequence_length": 9,
            },
            "must leave room for the other text. Received: .* 9 pieces for 6",
        ),
    ],
)
def test_arguments_refused(arguments, message):
    arguments = {"texts": ["the fox jumps", "b"], **arguments}
    for function in (pack, pack_with_offsets):
        with pytest.raises(ValueError, match=message):
            function(tiny.tokenizer(), **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 8}, "`stride` must not be negative, and below.*stride=8"),
        ({"stride": -1}, "`stride` must not be negative"),
        ({"pairs": ["b"]}, "'only_first' or 'only_second' where windows"),
    ],
)
def test_windows_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        pack_with_offsets(
            tiny.tokenizer(),
            ["the " * 50],
            sequence_length=10,
            return_overflow=True,
            **arguments,
        )


@pytest.mark.parametrize("truncation", TRUNCATIONS)
@pytest.mark.parametrize(
    ("padding", "side"), [("right", "right"), ("left", "left")]
)
def test_same_in_a_graph(padding, side, truncation):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    tokenizer = tiny.tokenizer(
        padding_side=padding, truncation_side=side, pad_token="fake"
    )
    first, second = texts(30, seed=7, longest=4), texts(30, seed=8, longest=30)
    if truncation == "only_first":
        first, second = second, first
    for pairs in (None, second):
        if pairs is None and truncation == "only_second":
            continue
        for length in (19, 60):
            if truncation != "longest_first" and pairs and length < 60:
                length += 15
            keywords = {"sequence_length": length, "truncation": truncation}
            wanted = pack(tokenizer, first, pairs, buckets=(), **keywords)
            found = tf.function(
                lambda *x, k=keywords: pack_in_graph(tokenizer, *x, **k),
                autograph=False,
            )(*(tf.constant(x) for x in (first, pairs) if x is not None))
            for name, value in wanted.items():
                assert found[name].dtype == tf.int32
                np.testing.assert_array_equal(found[name], value, name)


def test_graph_refuses():
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    tokenizer = tiny.tokenizer()
    with pytest.raises(ValueError, match="must be a `tf.string` tensor"):
        tf.function(lambda x: pack_in_graph(tokenizer, x))(tf.constant([1]))
    with pytest.raises(ValueError, match="`sequence_length` must be"):
        pack_in_graph(tokenizer, tf.constant(["a"]), sequence_length=0)
    cut = tf.function(
        lambda a, b: pack_in_graph(tokenizer, a, b, 9, "only_first")
    )
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="leave room for the other text"
    ):
        cut(tf.constant(["a"]), tf.constant(["the " * 9]))
    with pytest.raises(ValueError, match="one text for each of `texts`"):
        pack_in_graph(tokenizer, tf.constant(["a", "b"]), tf.constant(["a"]))


def test_empty_texts():
    tokenizer = tiny.tokenizer()
    packed = pack(tokenizer, ["", ""], ["", "a"], buckets=())
    assert packed["token_ids"].tolist() == [[2, 3, 3, 0], [2, 3, 5, 3]]
    assert packed["segment_ids"].tolist() == [[0, 0, 1, 0], [0, 0, 1, 1]]
    offsets = pack_with_offsets(tokenizer, [""], return_overflow=True)
    assert offsets["padding_mask"].sum() == 2
    # What comes out may be written to.
    packed["token_ids"][0, 0] = 1
