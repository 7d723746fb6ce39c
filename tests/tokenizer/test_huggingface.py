"""Hugging Face folders: read, written, and loaded by the real thing."""

import json
import pathlib
import warnings

import pytest
import transformers

from keras_electra import ElectraTokenizer
from tests import tiny
from tests.converters import checkpoints
from tests.tokenizer.random_texts import random_texts

CONFIG = "tokenizer_config.json"
JSON = "tokenizer.json"
MAP = "special_tokens_map.json"
DATA = pathlib.Path(__file__).parent / "data"
OPTIONS = [
    {},
    {"lowercase": False},
    {"strip_accents": False},
    {"lowercase": False, "strip_accents": True},
    {"split_on_cjk": False},
    {"clean_text": False},
    {"max_chars_per_word": 4},
    {"basic_tokenization": False},
    {"special_tokens_in_strings": False},
    {"additional_special_tokens": ["<user>", "[E1]"]},
    {"added_tokens": ["hello", {"content": "Quick", "normalized": False}]},
    {
        "added_tokens": [{"content": "[E1]", "special": True}, "foo"],
        "additional_special_tokens": ["[E1]"],
    },
    {"mask_token": "the", "cls_token": "x"},
    {"padding_side": "left", "truncation_side": "left", "max_length": 64},
    {"clean_up_tokenization_spaces": False},
]


def texts():
    extra = " <user> [E1]hello HELLO Quick quick foo fool "
    return [text + extra + text for text in random_texts(150, seed=5)]


def write_model_config(folder):
    config = {"model_type": "electra"}
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_round_trip(options, tmp_path):
    tokenizer = ElectraTokenizer(DATA / "multilingual.txt", **options)
    tokenizer.export_to_transformers(tmp_path)
    with warnings.catch_warnings(action="error"):
        again = ElectraTokenizer.from_huggingface(tmp_path)
    assert again.get_vocabulary() == tokenizer.get_vocabulary()
    assert again.special_tokens == tokenizer.special_tokens
    assert again(texts()) == tokenizer(texts())
    first, second = tokenizer.get_config(), again.get_config()
    for config in (first, second):
        for name in ("name", "added_tokens", "additional_special_tokens"):
            config.pop(name)
    assert first == second


@pytest.mark.parametrize("with_config", [True, False])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_transformers_gives_the_same_ids(options, with_config, tmp_path):
    tokenizer = ElectraTokenizer(DATA / "multilingual.txt", **options)
    tokenizer.to_huggingface(tmp_path)
    if with_config:
        write_model_config(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    wanted = theirs(texts(), add_special_tokens=False)["input_ids"]
    assert tokenizer(texts()) == wanted
    assert len(theirs) == tokenizer.vocabulary_size()
    for name in ("cls", "sep", "pad", "mask", "unk"):
        theirs_id = getattr(theirs, f"{name}_token_id")
        assert theirs_id == getattr(tokenizer, f"{name}_token_id")
    framed = theirs("the", "fox")["input_ids"]
    assert framed[0] == tokenizer.cls_token_id
    assert framed[-1] == tokenizer.sep_token_id
    assert theirs.padding_side == tokenizer.options.padding_side
    assert theirs.truncation_side == tokenizer.options.truncation_side
    limit = tokenizer.options.max_length
    assert theirs.model_max_length == (limit or int(1e30))
    clean = tokenizer.options.clean_up_tokenization_spaces
    assert theirs.clean_up_tokenization_spaces == clean


@pytest.mark.parametrize("options", [{}, {"lowercase": False}], ids=str)
def test_the_vocabulary_alone(options, tmp_path):
    tokenizer = ElectraTokenizer(DATA / "multilingual.txt", **options)
    tokenizer.to_huggingface(tmp_path)
    theirs = transformers.ElectraTokenizer(
        vocab=str(tmp_path / "vocab.txt"),
        do_lower_case=tokenizer.options.lowercase,
    )
    wanted = theirs(texts(), add_special_tokens=False)["input_ids"]
    assert tokenizer(texts()) == wanted


def test_folders_that_transformers_writes(tmp_path):
    theirs = transformers.ElectraTokenizer(
        vocab=str(DATA / "tiny_vocab.txt"),
        do_lower_case=False,
        strip_accents=True,
        tokenize_chinese_chars=False,
        model_max_length=128,
        extra_special_tokens=["<a>", "<b>"],
    )
    theirs.add_tokens(["brandnew", "Other"])
    theirs.save_pretrained(tmp_path)
    with warnings.catch_warnings(action="error"):
        ours = ElectraTokenizer.from_huggingface(tmp_path)
    assert ours.options.max_length == 128
    assert ours.options.additional_special_tokens == ("<a>", "<b>")
    text = "a Brandnew brandnew <a>x<b> Other 中文 è [MASK]"
    assert ours(text).tolist() == theirs(text)["input_ids"][1:-1]
    assert ours.vocabulary_size() == len(theirs)


FILES_OF_2020 = {"vocab.txt": "\n".join(tiny.VOCABULARY)}


def write(folder, files):
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def json_file(**changes):
    """A `tokenizer.json` of the tiny vocabulary, changed here and there."""
    tokenizer = tiny.tokenizer()
    contents = json.loads(tokenizer.engine.rust.to_str())
    for path, value in changes.items():
        *parts, last = path.split("__")
        place = contents
        for part in parts:
            place = place[part]
        place[last] = value
    return contents


@pytest.mark.parametrize(
    ("files", "option", "value"),
    [
        ({}, "lowercase", True),
        ({CONFIG: {"do_lower_case": False}}, "lowercase", False),
        ({JSON: json_file(normalizer__lowercase=False)}, "lowercase", False),
        ({JSON: json_file(normalizer__clean_text=False)}, "clean_text", False),
        ({JSON: json_file(normalizer=None)}, "strip_accents", False),
        ({JSON: json_file(normalizer=None)}, "split_on_cjk", False),
        (
            {
                JSON: json_file(
                    normalizer=None, pre_tokenizer={"type": "WhitespaceSplit"}
                )
            },
            "basic_tokenization",
            False,
        ),
        (
            {JSON: json_file(model__max_input_chars_per_word=7)},
            "max_chars_per_word",
            7,
        ),
        (
            {JSON: json_file(model__continuing_subword_prefix="@@")},
            "suffix_indicator",
            "@@",
        ),
        ({CONFIG: {"never_split": ["good"]}}, "never_split", ("good",)),
        ({CONFIG: {"do_basic_tokenize": False}}, "basic_tokenization", False),
        ({CONFIG: {"tokenize_chinese_chars": False}}, "split_on_cjk", False),
        ({CONFIG: {"wordpieces_prefix": "@@"}}, "suffix_indicator", "@@"),
        ({CONFIG: {"strip_accents": True}}, "strip_accents", True),
        ({CONFIG: {"max_len": 99}}, "max_length", 99),
        ({CONFIG: {"model_max_length": 1e30}}, "max_length", None),
        (
            {CONFIG: {"split_special_tokens": True}},
            "special_tokens_in_strings",
            False,
        ),
        (
            {CONFIG: {"clean_up_tokenization_spaces": None}},
            "clean_up_tokenization_spaces",
            True,
        ),
        ({MAP: {"mask_token": "fake"}}, "mask_token", "fake"),
        ({MAP: {"mask_token": {"content": "fake"}}}, "mask_token", "fake"),
        (
            {CONFIG: {"bos_token": "fake"}},
            "additional_special_tokens",
            ("fake",),
        ),
        (
            {MAP: {"additional_special_tokens": ["fake"]}},
            "additional_special_tokens",
            ("fake",),
        ),
        (
            {CONFIG: {"extra_special_tokens": {"e": "fake"}}},
            "additional_special_tokens",
            ("fake",),
        ),
    ],
)
def test_settings_from_wherever_they_stand(files, option, value, tmp_path):
    folder = write(tmp_path, {**FILES_OF_2020, **files})
    with warnings.catch_warnings(action="error"):
        tokenizer = ElectraTokenizer.from_huggingface(folder)
    assert getattr(tokenizer.options, option) == value


def test_arguments_override_files(tmp_path):
    folder = write(tmp_path, FILES_OF_2020)
    tokenizer = ElectraTokenizer.from_huggingface(folder, lowercase=False)
    assert tokenizer.options.lowercase is False


def test_tokens_added_in_each_way(tmp_path):
    size = len(tiny.VOCABULARY)
    folder = write(
        tmp_path,
        {
            **FILES_OF_2020,
            "added_tokens.json": {"newone": size, "<s>": size + 1},
            MAP: {"eos_token": "<s>"},
            CONFIG: {
                "added_tokens_decoder": {
                    str(size + 2): {"content": "Third", "normalized": False}
                }
            },
        },
    )
    tokenizer = ElectraTokenizer.from_huggingface(folder)
    assert tokenizer.get_vocabulary()[size:] == ["newone", "<s>", "Third"]
    found = tokenizer("a NEWONE<s> Third third")
    assert found[1:4].tolist() == [size, size + 1, size + 2]
    assert tokenizer.special_tokens[-1] == "<s>"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({CONFIG: '{"do_lower'}, "tokenizer_config.json.*JSON"),
        ({JSON: "[1]"}, "must hold a JSON object"),
        ({JSON: json_file(model__type="BPE")}, "must be WordPiece.*'BPE'"),
        ({JSON: json_file(model=None)}, "must be WordPiece"),
        (
            {JSON: json_file(normalizer={"type": "NFC"})},
            "must describe BERT's tokenization.*normalizer 'NFC'",
        ),
        (
            {JSON: json_file(pre_tokenizer={"type": "Whitespace"})},
            "pre_tokenizer 'Whitespace'",
        ),
        (
            {JSON: json_file(post_processor={"type": "RobertaProcessing"})},
            "post_processor 'RobertaProcessing'",
        ),
        (
            {
                JSON: json_file(
                    post_processor={
                        "type": "TemplateProcessing",
                        "single": [],
                        "pair": [],
                    }
                )
            },
            "post_processor 'TemplateProcessing'",
        ),
        (
            {JSON: json_file(model__vocab={"[PAD]": 0, "a": 7})},
            "run from 0 without a gap.*Missing: .1.",
        ),
        (
            {CONFIG: {"tokenizer_class": "BertJapaneseTokenizer"}},
            "must be one of.*'BertJapaneseTokenizer'",
        ),
        (
            {CONFIG: {"auto_map": {"AutoTokenizer": ["x.Y", None]}}},
            "code of its own",
        ),
        (
            {"added_tokens.json": {"new": 500}},
            "must have the ids of their pieces",
        ),
        (
            {CONFIG: {"added_tokens_decoder": {"0": {"content": "a"}}}},
            "must have the ids of their pieces.*0, 'a'",
        ),
        ({CONFIG: {"model_max_length": "long"}}, "must be a number.*'long'"),
        ({CONFIG: {"never_split": "good"}}, "a list of strings, not one str"),
        (
            {CONFIG: {"added_tokens_decoder": {"0": {"special": True}}}},
            "must have an id and a `content`.*KeyError",
        ),
        (
            {CONFIG: {"added_tokens_decoder": {"x": "y"}}},
            "must have an id and a `content`",
        ),
        (
            {JSON: json_file(added_tokens=["x"])},
            "must have an id and a `content`",
        ),
        ({"added_tokens.json": {"x": None}}, "must have an id and a `content`"),
        ({CONFIG: {"unk_token": {}}}, "`unk_token` must be a string that is"),
        ({JSON: json_file(normalizer="BERT")}, "normalizer 'BERT'"),
        ({JSON: json_file(post_processor="BERT")}, "post_processor 'BERT'"),
        (
            {CONFIG: {"cls_token": "<s>"}},
            r"must hold every special token. Missing: \['<s>'\]",
        ),
        (
            {CONFIG: {"do_lower_case": "yes"}},
            "`lowercase` must be True or False",
        ),
    ],
)
def test_folders_refused(files, message, tmp_path):
    folder = write(tmp_path, {**FILES_OF_2020, **files})
    with pytest.raises(ValueError, match=message):
        ElectraTokenizer.from_huggingface(folder)


def test_folders_without_a_vocabulary(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds neither"):
        ElectraTokenizer.from_huggingface(tmp_path)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({CONFIG: {"secret_mode": 3}}, "Unknown settings.*'secret_mode': 3"),
        (
            {
                CONFIG: {"do_lower_case": True},
                JSON: json_file(normalizer__lowercase=False),
            },
            "do_lower_case=True.*says False",
        ),
        (
            {"vocab.txt": "other\npieces", JSON: json_file()},
            "hold different pieces",
        ),
    ],
)
def test_warnings(files, message, tmp_path):
    folder = write(tmp_path, {**FILES_OF_2020, **files})
    with pytest.warns(UserWarning, match=message):
        ElectraTokenizer.from_huggingface(folder)


def test_never_split_cannot_be_taken_along(tmp_path):
    with pytest.warns(
        UserWarning, match="Transformers 5 ignores `never_split`"
    ):
        tiny.tokenizer(never_split=["good"]).to_huggingface(tmp_path)
    again = ElectraTokenizer.from_huggingface(tmp_path)
    assert again.options.never_split == ("good",)


def test_tokenizer_json_as_vocabulary(tmp_path):
    write(tmp_path, {JSON: json_file(normalizer__lowercase=False)})
    path = tmp_path / "tokenizer.json"
    tokenizer = ElectraTokenizer(path, lowercase=False)
    assert tokenizer.get_vocabulary() == tiny.VOCABULARY
    with pytest.raises(ValueError, match="must agree.*'lowercase': False"):
        ElectraTokenizer(path)
    tiny.tokenizer(added_tokens=["more"]).to_huggingface(tmp_path)
    with pytest.raises(ValueError, match=r"must agree.*\['more'\]"):
        ElectraTokenizer(path)
    assert ElectraTokenizer(path, added_tokens=["more"]).token_to_id("more")


FOREIGN = [
    ("config.json", {"tokenizer_class": "BertJapaneseTokenizer"}, "Japanese"),
    ("config.json", {"model_type": "roberta"}, "model_type='roberta'"),
    ("config.json", {"auto_map": {"AutoTokenizer": ["a.B", None]}}, "code of"),
    ("tokenizer_config.json", {"auto_map": {"a": "b"}}, "code of its own"),
    ("tokenizer_config.json", {"tokenizer_class": "RobertaTokenizer"}, "Rob"),
]


@pytest.mark.parametrize(("file", "changes", "said"), FOREIGN)
def test_foreign_tokenizers_are_refused(tmp_path, file, changes, said):
    checkpoints.copy("discriminator", tmp_path)
    # Where the tokenizer's own file names no class, the model's decides.
    for name in ("tokenizer_config.json", "config.json"):
        checkpoints.edit_json(tmp_path / name, tokenizer_class=None)
    ElectraTokenizer.from_huggingface(tmp_path)
    checkpoints.edit_json(tmp_path / file, **changes)
    with pytest.raises(ValueError, match=f"must be one of .*{said}"):
        ElectraTokenizer.from_huggingface(tmp_path)
