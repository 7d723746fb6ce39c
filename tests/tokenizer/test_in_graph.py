"""The TensorFlow ops, beside the ids themselves (`test_parity.py`)."""

import pathlib
import sys

import pytest

from keras_electra import ElectraTokenizer
from keras_electra.tokenizer.in_graph import in_graph_tokenizer
from tests import tiny

tf = pytest.importorskip("tensorflow")
pytest.importorskip("tensorflow_text")

VOCABULARY = pathlib.Path(__file__).parent / "data" / "multilingual.txt"


def graph(tokenizer, texts):
    traced = tf.function(tokenizer.tokenize, autograph=False)
    return traced(tf.constant(texts))


@pytest.fixture(scope="module")
def tokenizer():
    return tiny.tokenizer()


def test_ranks_and_dtypes(tokenizer):
    text = "The quick foxes."
    ids = tokenizer(text).tolist()
    assert graph(tokenizer, text).numpy().tolist() == ids
    rows = graph(tokenizer, [text, "", "a"])
    assert rows.to_list() == tokenizer([text, "", "a"])
    assert rows.dtype == tf.int32
    wide = tiny.tokenizer(dtype="int64")
    assert graph(wide, [text]).dtype == tf.int64
    strings = tiny.tokenizer(dtype="string")
    pieces = [piece.encode() for piece in strings(text)]
    assert graph(strings, text).numpy().tolist() == pieces


def test_map_over_a_dataset(tokenizer):
    data = tf.data.Dataset.from_tensor_slices(tiny.TEXTS)
    rows = [ids.numpy().tolist() for ids in data.map(tokenizer)]
    assert rows == tokenizer(tiny.TEXTS)
    batches = [ids.to_list() for ids in data.batch(3).map(tokenizer)]
    assert sum(batches, []) == tokenizer(tiny.TEXTS)
    # Made for the first time while a pipeline is traced.
    fresh = tiny.tokenizer(lowercase=False)
    rows = [ids.numpy().tolist() for ids in data.map(fresh)]
    assert rows == fresh(tiny.TEXTS)


@pytest.mark.parametrize(
    "options",
    [
        {"additional_special_tokens": ["<user>", "[E\\1]", "a.b", "a.b.c"]},
        {"added_tokens": ["Quick", "é!"]},
        {"special_tokens_in_strings": False, "added_tokens": ["Quick"]},
        {"mask_token": "the", "unk_token": "a"},
        {"basic_tokenization": False},
        {"suffix_indicator": "@@"},
        {"max_chars_per_word": 1200},
    ],
    ids=str,
)
def test_options(options):
    tokenizer = ElectraTokenizer(VOCABULARY, **options)
    texts = [
        "the <user>Quick QUICK quicks<user> THE [MASK]",
        "x[E\\1]y [UNK] [unk] a.b.c a.b. abc",
        "é! É! e\u0301! [MASK[MASK]]",
        "x" * 100 + " " + "x" * 101 + " " + "é" * 400 + "x" * 1300,
        "\x1c a\x0bb\u3000c\u2028d 東京 \ue000\ue001\ue002 \U000f0000",
        "plain text",
    ]
    assert graph(tokenizer, texts).to_list() == tokenizer(texts)


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("#", {}),
        ("+", {"split_on_cjk": False}),
        ("##", {"basic_tokenization": False}),
        ("es", {}),
    ],
)
def test_suffix_indicators(suffix, options):
    pieces = [*tiny.VOCABULARY[:31], "the", "fox", "move"]
    pieces += [f"{suffix}{piece}" for piece in ("fox", "move", "some", "12")]
    pieces = list(dict.fromkeys([*pieces, suffix]))
    tokenizer = ElectraTokenizer(pieces, suffix_indicator=suffix, **options)
    texts = [
        f"thefox moves {suffix}fox {suffix} fox{suffix} the{suffix}fox es",
        "esmovesome thefoxsome the12 es12 x##fox#fox",
    ]
    assert graph(tokenizer, texts).to_list() == tokenizer(texts)


def test_markers_in_texts():
    """Private use characters that stand for tokens mean nothing in texts."""
    for clean in (True, False):
        tokenizer = tiny.tokenizer(clean_text=clean)
        texts = [chr(0xE000 + i) + "a" + chr(0xE000 + i) for i in range(12)]
        texts += ["[MA\ue000SK] [MA\ue001SK]", "\ue001 \ue000 0"]
        assert graph(tokenizer, texts).to_list() == tokenizer(texts)


def test_pieces_of_other_libraries_characters():
    """Characters whose outcome differs between the libraries, as pieces."""
    rare = [0xA7CE, 0x1C89, 0x10EC5, 0x2B820, 0x1B4E, 0x111C9, 0x3C]
    pieces = [f"{pre}{chr(c)}" for c in rare for pre in ("", "##")]
    tokenizer = ElectraTokenizer([*tiny.VOCABULARY, *pieces])
    texts = [f"a{chr(c)}b {chr(c)} {chr(c)}{chr(c)}" for c in rare]
    assert graph(tokenizer, texts).to_list() == tokenizer(texts)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"suffix_indicator": ""}, "`suffix_indicator` must not be empty"),
        ({"never_split": ["good"]}, "`never_split` must be empty inside a Ten"),
        (
            {"added_tokens": [{"content": "x", "single_word": True}]},
            r"must not be `single_word` inside .* Received: \['x'\]",
        ),
    ],
)
def test_options_refused(options, message):
    with pytest.raises(ValueError, match=message):
        graph(tiny.tokenizer(**options), ["a"])


def test_too_many_added_tokens():
    tokenizer = tiny.tokenizer(added_tokens=[f"new{i}" for i in range(6400)])
    with pytest.raises(ValueError, match="at most 6398 added tokens inside"):
        graph(tokenizer, ["a"])


@pytest.mark.parametrize("texts", [[1, 2], [["a"], ["b"]]])
def test_tensors_refused(tokenizer, texts):
    with pytest.raises(ValueError, match="`tf.string` tensor of rank 0 or 1"):
        graph(tokenizer, texts)


def test_bytes_that_are_not_text(tokenizer):
    for text in (b"caf\xe9", b"\xff"):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="must be valid UTF-8"
        ):
            graph(tokenizer, [text, b"fine"])


def test_no_tensorflow_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_text", None)
    with pytest.raises(ImportError, match="pip install tensorflow-text"):
        in_graph_tokenizer.import_tensorflow_text()


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("clean", [False, True])
def test_detokenize(tokenizer, skip, clean):
    ids = tokenizer("the fox's [MASK] jumps, very! [PAD]")
    detokenize = tf.function(
        lambda x: tokenizer.detokenize(
            x, skip_special_tokens=skip, clean_up_tokenization_spaces=clean
        )
    )
    wanted = tokenizer.detokenize(ids, skip, clean)
    assert detokenize(tf.constant(ids)).numpy().decode() == wanted
    rows = tf.ragged.constant([ids.tolist(), [], [0, 5]], dtype=tf.int32)
    assert [x.decode() for x in detokenize(rows).numpy()] == [
        wanted,
        "",
        tokenizer.detokenize([0, 5], skip, clean),
    ]
    dense = tf.constant([ids, ids])
    assert detokenize(dense).numpy()[1].decode() == wanted


def test_saved_model(tokenizer, tmp_path):
    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def __call__(self, texts):
            return tokenizer.tokenize(texts).to_tensor()

    tf.saved_model.save(Module(), str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    texts = ["The fox é [MASK]", ""]
    wanted = tokenizer(texts)[0]
    assert loaded(tf.constant(texts)).numpy()[0].tolist() == wanted
