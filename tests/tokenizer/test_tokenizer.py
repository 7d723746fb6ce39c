"""`ElectraTokenizer`: what it promises beside the right ids."""

import copy
import json
import pathlib
import pickle

import keras
import keras_hub
import numpy as np
import pytest
import tokenizers
import transformers

from keras_electra import ElectraTokenizer
from tests import tiny

DATA = pathlib.Path(__file__).parent / "data"
ALL_OPTIONS = {
    "lowercase": False,
    "strip_accents": True,
    "split_on_cjk": False,
    "clean_text": False,
    "basic_tokenization": True,
    "never_split": ["good"],
    "suffix_indicator": "##",
    "max_chars_per_word": 50,
    "unk_token": "a",
    "cls_token": "b",
    "sep_token": "c",
    "pad_token": "d",
    "mask_token": "e",
    "additional_special_tokens": ["<user>"],
    "added_tokens": ["new", {"content": "x", "single_word": True}],
    "special_tokens_in_strings": False,
    "max_length": 128,
    "padding_side": "left",
    "truncation_side": "left",
    "clean_up_tokenization_spaces": False,
}
TEXT = "Good food <user> NEW new x xx [MASK] e"


def same(first, second):
    for tokenizer in (first, second):
        tokenizer_config = tokenizer.get_config()
        json.dumps(tokenizer_config)
    assert first.get_config() == second.get_config()
    assert first.get_vocabulary() == second.get_vocabulary()
    assert first.special_tokens == second.special_tokens
    assert first(TEXT).tolist() == second(TEXT).tolist()
    assert first.cls_token_id == second.cls_token_id is not None


def test_what_goes_in_and_comes_out():
    tokenizer = tiny.tokenizer()
    ids = [tokenizer.token_to_id(t) for t in ("the", "fox", "##e", "##s", ".")]
    assert tokenizer("The foxes.").tolist() == ids
    assert tokenizer("The foxes.").dtype == "int32"
    assert tokenizer(["The foxes.", ""]) == [ids, []]
    assert tokenizer(np.array(["The foxes."])) == [ids]
    assert tokenizer.tokenize("The foxes.").tolist() == ids
    assert tokenizer("").shape == (0,)


def test_dtypes():
    strings = tiny.tokenizer(dtype="string")
    assert strings("The foxes.") == ["the", "fox", "##e", "##s", "."]
    assert strings(["The", ""]) == [["the"], []]
    assert tiny.tokenizer(dtype="int64")("The").dtype == "int64"
    with pytest.raises(ValueError, match="`dtype` must be an integer type"):
        tiny.tokenizer(dtype="float32")


def test_tokens_and_ids():
    tokenizer = tiny.tokenizer(added_tokens=["new"])
    size = len(tiny.VOCABULARY)
    assert tokenizer.vocabulary_size() == size + 1
    assert tokenizer.get_vocabulary() == [*tiny.VOCABULARY, "new"]
    assert tokenizer.id_to_token(size) == "new"
    assert tokenizer.id_to_token(np.int64(2)) == "[CLS]"
    assert tokenizer.token_to_id("new") == size
    assert tokenizer.cls_token_id == tokenizer.start_token_id == 2
    assert tokenizer.sep_token_id == tokenizer.end_token_id == 3
    assert (tokenizer.pad_token_id, tokenizer.mask_token_id) == (0, 4)
    assert tokenizer.unk_token_id == 1
    assert tokenizer.special_token_ids == [0, 1, 2, 3, 4]
    for wrong in (-1, size + 1, "a", 1.0, None):
        with pytest.raises(ValueError, match=r"`id` must be an integer in \["):
            tokenizer.id_to_token(wrong)
    with pytest.raises(ValueError, match="must be in the vocabulary. .*'zzz'"):
        tokenizer.token_to_id("zzz")


def test_special_tokens_in_texts():
    tokenizer = tiny.tokenizer(additional_special_tokens=["<user>"])
    new = len(tiny.VOCABULARY)
    mask = tokenizer.mask_token_id
    assert tokenizer("<user>[MASK]a").tolist()[:2] == [new, mask]
    assert tokenizer.special_tokens_mask([[new, 5], [0, 6]]).tolist() == [
        [1, 0],
        [1, 0],
    ]
    plain = tiny.tokenizer(special_tokens_in_strings=False)
    assert mask not in plain("[MASK]")


def test_words_of_too_many_characters():
    tokenizer = tiny.tokenizer(max_chars_per_word=3)
    assert tokenizer("abc abcd").tolist()[-1] == tokenizer.unk_token_id
    # Characters count, not bytes.
    vocabulary = [*tiny.VOCABULARY, "가", "##가"]
    tokenizer = ElectraTokenizer(vocabulary, lowercase=False)
    assert len(tokenizer("가" * 100)) == 100
    assert tokenizer("가" * 101).tolist() == [tokenizer.unk_token_id]


def test_offsets_are_those_of_transformers():
    tokenizer = ElectraTokenizer(DATA / "multilingual.txt")
    theirs = transformers.ElectraTokenizer(vocab=str(DATA / "multilingual.txt"))
    texts = ["Naïve  café, 東京 😀x\u200by [MASK]!", "", "e\u0301tude don't"]
    wanted = theirs(
        texts, return_offsets_mapping=True, add_special_tokens=False
    )
    for row, found in enumerate(tokenizer.encode(texts)):
        assert found.token_ids.tolist() == wanted["input_ids"][row]
        pairs = [tuple(pair) for pair in found.offsets.tolist()]
        assert pairs == wanted["offset_mapping"][row]
        assert found.word_ids.tolist() == wanted.word_ids(row)
        assert found.tokens == wanted.tokens(row)
        mask = [int(t in ("[MASK]", "[UNK]")) for t in found.tokens]
        assert found.special_tokens_mask.tolist() == mask
    assert tokenizer.encode("a").offsets.shape == (1, 2)


TOKENS = "the quick [MASK] don ' t ##ing ! it ' s , x y ##z . n't [PAD]".split()


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("clean", [False, True])
def test_detokenize_as_transformers(skip, clean):
    vocabulary = list(dict.fromkeys([*tiny.VOCABULARY[:5], *TOKENS]))
    tokenizer = ElectraTokenizer(vocabulary)
    theirs = transformers.ElectraTokenizer(
        vocab={piece: i for i, piece in enumerate(vocabulary)}
    )
    # Transformers 5 always cleans a little; without that it is its own flag.
    theirs._tokenizer.decoder = tokenizers.decoders.WordPiece(cleanup=False)
    ids = [tokenizer.token_to_id(token) for token in TOKENS]
    keywords = {
        "skip_special_tokens": skip,
        "clean_up_tokenization_spaces": clean,
    }
    wanted = theirs.decode(ids, **keywords)
    assert tokenizer.detokenize(ids, **keywords) == wanted
    assert tokenizer.detokenize([ids, [], ids[:2]], **keywords) == [
        wanted,
        "",
        "the quick",
    ]


def test_detokenize_what():
    tokenizer = tiny.tokenizer()
    ids = tokenizer("the fox jumps.")
    assert tokenizer.detokenize(ids) == "the fox jumps."
    assert tokenizer.detokenize(ids.tolist()) == "the fox jumps."
    assert tokenizer.detokenize([ids, ids[:2]])[1] == "the fox"
    assert tokenizer.detokenize(np.stack([ids, ids]))[0] == "the fox jumps."
    tensor = keras.ops.convert_to_tensor(np.stack([ids, ids]))
    assert tokenizer.detokenize(tensor)[0] == "the fox jumps."
    assert tokenizer.detokenize([]) == ""
    loose = tiny.tokenizer(clean_up_tokenization_spaces=False)
    assert loose.detokenize(ids) == "the fox jumps ."


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([5, 10**6], r"must be in \[0, \d+\). Received: \[1000000\]"),
        ([-100], r"Received: \[-100\].*ignore; drop those"),
        ([0.5], "must be integers"),
        (["the"], "must be integers"),
        ([[[1]]], "must be integers"),
        ([[1], 2], "must be integers"),
        (3, "must be integers"),
        (None, "must be integers"),
    ],
)
def test_detokenize_refuses(ids, message):
    with pytest.raises(ValueError, match=message):
        tiny.tokenizer().detokenize(ids)


@pytest.mark.parametrize("options", [{}, ALL_OPTIONS], ids=["usual", "all"])
def test_copies(options, tmp_path):
    tokenizer = tiny.tokenizer(**options)
    same(pickle.loads(pickle.dumps(tokenizer)), tokenizer)
    same(copy.deepcopy(tokenizer), tokenizer)
    clone = ElectraTokenizer.from_config(tokenizer.get_config())
    clone.set_vocabulary(tiny.VOCABULARY)
    same(clone, tokenizer)
    tokenizer.save_to_preset(tmp_path / "alone")
    same(ElectraTokenizer.from_preset(tmp_path / "alone"), tokenizer)
    config = keras.saving.serialize_keras_object(tokenizer)
    again = keras.saving.deserialize_keras_object(config)
    again.set_vocabulary(tiny.VOCABULARY)
    same(again, tokenizer)


def test_copy_of_an_empty_one():
    tokenizer = pickle.loads(pickle.dumps(ElectraTokenizer(lowercase=False)))
    tokenizer.set_vocabulary(tiny.VOCABULARY)
    assert tokenizer.options.lowercase is False


def test_options_are_told_apart():
    usual = tiny.tokenizer().get_config()
    other = tiny.tokenizer(**ALL_OPTIONS).get_config()
    unlike = {name for name in ALL_OPTIONS if usual[name] != other[name]}
    alike = {"basic_tokenization", "suffix_indicator"}
    assert unlike == set(ALL_OPTIONS) - alike


def test_preset_with_a_model(tmp_path):
    tokenizer = tiny.tokenizer(**ALL_OPTIONS)
    tiny.backbone(vocabulary_size=tokenizer.vocabulary_size()).save_to_preset(
        tmp_path
    )
    # KerasHub's way: the tokenizer's files join those of the model.
    keras_hub.tokenizers.Tokenizer.save_to_preset(tokenizer, str(tmp_path))
    same(ElectraTokenizer.from_preset(tmp_path), tokenizer)
    loaded = keras_hub.tokenizers.Tokenizer.from_preset(str(tmp_path))
    assert type(loaded) is ElectraTokenizer
    same(loaded, tokenizer)


def test_presets_of_other_things(tmp_path):
    tokenizer = tiny.tokenizer()
    tokenizer.save_to_preset(tmp_path)
    path = tmp_path / "tokenizer.json"
    saved = json.loads(path.read_text())
    saved["registered_name"] = "keras_hub>BertTokenizer"
    path.write_text(json.dumps(saved))
    with pytest.raises(ValueError, match="saved ElectraTokenizer. Received"):
        ElectraTokenizer.from_preset(tmp_path)


def test_before_there_is_a_vocabulary(tmp_path):
    tokenizer = ElectraTokenizer()
    assert tokenizer.cls_token == "[CLS]"
    assert tokenizer.cls_token_id is None
    for use in (
        lambda: tokenizer("a"),
        lambda: tokenizer.encode("a"),
        lambda: tokenizer.detokenize([1]),
        lambda: tokenizer.special_token_ids,
        tokenizer.get_vocabulary,
        tokenizer.vocabulary_size,
        lambda: tokenizer.save_assets(tmp_path),
        lambda: tokenizer.to_huggingface(tmp_path),
    ):
        with pytest.raises(ValueError, match="has no vocabulary yet. Pass"):
            use()
    tiny.tokenizer().save_assets(tmp_path)
    tokenizer.load_assets(tmp_path)
    assert tokenizer.cls_token_id == 2


def test_configs_do_not_read_files(tmp_path):
    config = {**tiny.tokenizer().get_config(), "vocabulary": "/etc/passwd"}
    with pytest.raises(ValueError, match="must not name a vocabulary file"):
        ElectraTokenizer.from_config(config)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lowercase": None}, "`lowercase` must be True or False"),
        ({"strip_accents": "no"}, "`strip_accents` must be True, False or N"),
        ({"unk_token": ""}, "`unk_token` must be a string that is not empty"),
        ({"mask_token": None}, "`mask_token` must be a string"),
        ({"suffix_indicator": 2}, "`suffix_indicator` must be a string"),
        ({"padding_side": "up"}, r"`padding_side` must be one of \('left'"),
        ({"truncation_side": None}, "`truncation_side` must be one of"),
        ({"max_chars_per_word": 0}, "`max_chars_per_word` must be a positive"),
        ({"max_length": True}, "`max_length` must be a positive integer"),
        ({"strip_accents": 1}, "`strip_accents` must be True, False or N"),
        ({"never_split": 5}, "`never_split` must be a list of strings"),
        (
            {"added_tokens": [{"content": "x", "special": "false"}]},
            "flags that are True or False",
        ),
        (
            {
                "dtype": "uint8",
                "vocabulary": [*tiny.VOCABULARY, *map(str, range(300))],
            },
            "room for the id of every piece.*Received: 'uint8'",
        ),
        ({"never_split": "good"}, "`never_split` must be a list of strings, n"),
        ({"never_split": [1]}, "`never_split` must be a list of strings that"),
        ({"additional_special_tokens": [""]}, "strings that are not empty"),
        ({"added_tokens": [{"special": True}]}, "dicts with a `content`"),
        ({"cls_token": "<s>"}, r"every special token. Missing: \['<s>'\]"),
        ({"unk_token": "<u>", "added_tokens": ["<u>"]}, r"Missing: \['<u>'\]"),
    ],
)
def test_options_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ElectraTokenizer(**{"vocabulary": tiny.VOCABULARY, **options})


def test_added_tokens_in_each_form():
    token = tokenizers.AddedToken("new", single_word=True, lstrip=True)
    for given in (
        token,
        {"content": "new", "single_word": True, "lstrip": True},
    ):
        tokenizer = tiny.tokenizer(added_tokens=[given])
        new = len(tiny.VOCABULARY)
        assert tokenizer("new news NEW").tolist().count(new) == 2
        assert tokenizer.encode("a  new").offsets[1].tolist() == [1, 6]


def test_suffix_indicator_can_be_nothing():
    pieces = [*tiny.VOCABULARY[:5], "un", "able", "a"]
    tokenizer = ElectraTokenizer(pieces, suffix_indicator="")
    assert tokenizer("unable").tolist() == [5, 6]
    assert tokenizer.detokenize([5, 6]) == "un able"


def test_runs_in_grain_workers():
    grain = pytest.importorskip("grain")
    data = grain.MapDataset.source(tiny.TEXTS).map(tiny.tokenizer())
    assert [row.tolist() for row in data] == tiny.tokenizer()(tiny.TEXTS)


def test_symbolic_call():
    output = tiny.tokenizer().compute_output_spec(
        keras.KerasTensor((None,), "string")
    )
    assert output.shape == (None, None)
    assert output.dtype == "int32"


@pytest.mark.parametrize(
    "call",
    [
        lambda tokenizer: tokenizer("a", "b"),
        lambda tokenizer: tokenizer("a", add_special_tokens=True),
        lambda tokenizer: tokenizer(["a"], padding=True, truncation=True),
        lambda tokenizer: tokenizer.tokenize("a", "b"),
        lambda tokenizer: tokenizer.tokenize("a", add_special_tokens=True),
    ],
)
def test_calls_of_other_libraries_say_what_to_call(call):
    match = "must get its texts only.*Received also.*ClassifierPreprocessor"
    with pytest.raises(TypeError, match=match):
        call(tiny.tokenizer())
