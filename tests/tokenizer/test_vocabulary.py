"""Vocabulary files in and out, and new vocabularies."""

import json
import pathlib
import random
import warnings

import pytest

from keras_electra import ElectraTokenizer
from keras_electra.tokenizer.vocabulary import (
    read_vocabulary,
    train_vocabulary,
    write_vocabulary,
)
from tests import tiny

DATA = pathlib.Path(__file__).parent / "data"


def write(path, content):
    path.write_bytes(content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("content", "pieces"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("\ufeffa\nb\n", ["a", "b"]),
        ("\u2028\n##\u2028\n\x85\n", ["\u2028", "##\u2028", "\x85"]),
        (" a\nb \t\n", [" a", "b"]),
        ("a\nb\n\n\r\n", ["a", "b"]),
    ],
)
def test_read(content, pieces, tmp_path):
    assert read_vocabulary(write(tmp_path / "v.txt", content)) == pieces


def test_write_and_read(tmp_path):
    pieces = read_vocabulary(DATA / "multilingual.txt")
    write_vocabulary(pieces, tmp_path / "v.txt")
    assert read_vocabulary(tmp_path / "v.txt") == pieces
    for piece in ("a\nb", "a\r"):
        with pytest.raises(ValueError, match=r"line break. .*\[1\]="):
            write_vocabulary(["x", piece], tmp_path / "v.txt")


SPECIAL = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (SPECIAL + "\ngood\nbad\n", r"\[6\]"),
        (SPECIAL + "good\nbad\ngood\nfilm\n", r"\[6\]"),
        (SPECIAL + "good\nbad\nfilm\ngood", r"\[6\]"),
        (SPECIAL + "good\n\n\nbad\n\ngood\n\n", r"\[6, 7, 8, 10\]"),
        (SPECIAL + "good\nbad\n[MASK]\nfilm\n", r"\[5\]"),
        (SPECIAL + "good\nbad \nbad\t\nfilm\n", r"\[7\]"),
        (SPECIAL + "good\nbad\n\n", None),
    ],
)
def test_blank_and_repeated_lines_count_as_in_transformers(
    content, lines, tmp_path
):
    transformers = pytest.importorskip("transformers")
    path = write(tmp_path / "vocab.txt", content)
    theirs = transformers.ElectraTokenizer(vocab=str(path))
    texts = ["good bad film", "[MASK] bad good", "no piece"]
    expected = [theirs(text).input_ids[1:-1] for text in texts]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tokenizer = ElectraTokenizer(path)
    assert len(caught) == (lines is not None)
    if lines is not None:
        with pytest.warns(UserWarning, match=f"a piece of its own.*{lines}"):
            tokenizer = ElectraTokenizer.from_huggingface(tmp_path)
    assert tokenizer(texts) == expected
    for token, index in theirs.get_vocab().items():
        assert not token or tokenizer.token_to_id(token) == index
    # What Transformers saves has gaps; what this package saves has none.
    theirs.save_pretrained(tmp_path / "theirs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = ElectraTokenizer.from_huggingface(tmp_path / "theirs")
    assert again(texts) == expected
    tokenizer.to_huggingface(tmp_path / "ours")
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    assert [theirs(text).input_ids[1:-1] for text in texts] == expected
    tokenizer.save_to_preset(tmp_path / "preset")
    tokenizer = ElectraTokenizer.from_preset(tmp_path / "preset")
    assert tokenizer(texts) == expected


def test_ids_without_a_piece_in_a_tokenizer_json(tmp_path):
    contents = json.loads(tiny.tokenizer().engine.rust.to_str())
    del contents["model"]["vocab"]["fox"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(contents))
    gap = tiny.VOCABULARY.index("fox")
    with pytest.warns(UserWarning, match=rf"these have none: \[{gap}\]"):
        tokenizer = ElectraTokenizer.from_huggingface(tmp_path)
    assert tokenizer(["lazy dog"]) == tiny.tokenizer()(["lazy dog"])
    contents["model"]["vocab"] = {"[UNK]": 0, "a": 1, "b": 10**9}
    (tmp_path / "tokenizer.json").write_text(json.dumps(contents))
    with pytest.raises(ValueError, match="run from 0 without a gap"):
        ElectraTokenizer.from_huggingface(tmp_path)


def test_empty_file_refused(tmp_path):
    for content in ("", "\n"):
        with pytest.raises(ValueError, match="is empty"):
            read_vocabulary(write(tmp_path / "v.txt", content))


def test_own_files_are_read_as_they_are(tmp_path):
    path = write(tmp_path / "v.txt", "a \n\r\n\nb\n")
    with pytest.raises(ValueError, match="'' as ids 1 and 2 in .*v.txt"):
        read_vocabulary(path, exact=True)
    pieces = [*tiny.VOCABULARY, "x ", ""]
    ElectraTokenizer(pieces).save_to_preset(tmp_path / "preset")
    loaded = ElectraTokenizer.from_preset(tmp_path / "preset")
    assert loaded.get_vocabulary() == pieces


def test_bytes_that_are_not_text(tmp_path):
    path = tmp_path / "v.txt"
    path.write_bytes(b"a\n\xff\n")
    with pytest.raises(ValueError, match="must be a UTF-8 file; convert"):
        read_vocabulary(path)
    (tmp_path / "v.json").write_bytes(b'{"model": ')
    with pytest.raises(ValueError, match="must be valid JSON"):
        ElectraTokenizer(tmp_path / "v.json")


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="existing file. .*nowhere"):
        ElectraTokenizer(tmp_path / "nowhere.txt")


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ([*tiny.VOCABULARY, 3], r"consist of strings. .*vocabulary\[\d+\]=3"),
        ([*tiny.VOCABULARY, "a"], "every piece once. Received: 'a' as ids"),
        ([], "must hold pieces"),
        (tiny.VOCABULARY[1:], r"every special token. Missing: \['\[PAD\]'\]"),
        ({"[PAD]": 0, "[UNK]": 2}, r"without a gap.*Missing: \[1\]"),
    ],
)
def test_lists_refused(vocabulary, message):
    with pytest.raises(ValueError, match=message):
        ElectraTokenizer(vocabulary)


def test_dict_of_ids():
    ids = {piece: i for i, piece in enumerate(tiny.VOCABULARY)}
    shuffled = dict(random.Random(0).sample(list(ids.items()), len(ids)))
    assert ElectraTokenizer(shuffled).get_vocabulary() == tiny.VOCABULARY


CORPUS = [
    "The quick fox jumped over the lazy dogs. Ein Käfer, zwei Käfer!",
    "jumping and jumped, lazily; the foxes and the dogs 東京都 東京",
    "",
    "the fox's den\twas\u00a0quick to find",
] * 3


def test_training_gives_a_vocabulary_that_works():
    pieces = train_vocabulary(texts=CORPUS, vocabulary_size=120)
    assert pieces[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert len(pieces) == len(set(pieces)) <= 120
    assert {"the", "jump", "東"} <= set(pieces)
    assert "ä" not in pieces
    tokenizer = ElectraTokenizer(pieces)
    for ids in tokenizer(CORPUS):
        assert tokenizer.unk_token_id not in ids


def test_training_depends_on_nothing_but_the_text(tmp_path):
    wanted = train_vocabulary(texts=CORPUS, vocabulary_size=100)
    rng = random.Random(0)
    for _ in range(3):
        corpus = rng.sample(CORPUS, len(CORPUS))
        assert train_vocabulary(texts=corpus, vocabulary_size=100) == wanted
    first = write(tmp_path / "a.txt", "\n".join(CORPUS[:5]))
    second = write(tmp_path / "b.txt", "\n".join(CORPUS[5:]))
    assert train_vocabulary([first, second], 100) == wanted
    both = write(tmp_path / "c.txt", "\n".join(CORPUS))
    assert train_vocabulary(str(both), 100) == wanted


def test_training_options():
    pieces = train_vocabulary(
        texts=CORPUS,
        vocabulary_size=150,
        lowercase=False,
        split_on_cjk=False,
        suffix_indicator="@@",
        mask_token="<mask>",
        additional_special_tokens=["<user>"],
        unused_tokens=2,
    )
    assert pieces[4:8] == ["<mask>", "<user>", "[unused0]", "[unused1]"]
    assert {"The", "ä", "@@ä", "東京"} <= set(pieces)
    few = train_vocabulary(texts=CORPUS, vocabulary_size=60, limit_alphabet=9)
    assert sum(len(piece) == 1 for piece in few) == 9
    rare = train_vocabulary(texts=CORPUS, min_frequency=10**6)
    assert all(len(p.removeprefix("##")) == 1 for p in rare[5:])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Exactly one of `files` and `texts`"),
        ({"files": "a", "texts": ["a"]}, "Exactly one of `files` and `texts`"),
        ({"texts": ["", " "]}, "must be text to learn a vocabulary from"),
        ({"texts": []}, "must be text to learn a vocabulary from"),
        ({"texts": ["a", None]}, r"`texts\[1\]` must be text"),
        (
            {"texts": CORPUS, "vocabulary_size": 20},
            "room for every character.*vocabulary_size=20",
        ),
        ({"texts": CORPUS, "lowercase": 1}, "`lowercase` must be True or"),
    ],
)
def test_training_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        train_vocabulary(**arguments)


def test_training_without_the_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        train_vocabulary([tmp_path / "nowhere.txt"])


def test_saved_pieces_are_those_given(tmp_path):
    tokenizer = tiny.tokenizer(added_tokens=["more"])
    tokenizer.save_assets(tmp_path)
    saved = (tmp_path / "vocabulary.txt").read_text(encoding="utf-8")
    assert saved == "".join(f"{piece}\n" for piece in tiny.VOCABULARY)
    assert "more" not in json.dumps(saved)
