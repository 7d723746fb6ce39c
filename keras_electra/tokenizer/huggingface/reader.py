"""Hugging Face's tokenizer files, read.

`vocab.txt` and `tokenizer.json` hold the pieces, `tokenizer.json` and
`tokenizer_config.json` the settings, `special_tokens_map.json` (and again the
two) the special tokens. Older folders lack one or more of them, so each
setting is taken from wherever it stands. The class of the tokenizer may be
named in the model's `config.json` only.
"""

import pathlib
import warnings

from keras_electra.json_file import read_json
from keras_electra.tokenizer.huggingface.tables import (
    MODEL_TYPES,
    NAMED_TOKENS,
    NO_LIMIT,
    NOT_SETTINGS,
    SETTINGS,
    TOKENIZER_CLASSES,
)
from keras_electra.tokenizer.huggingface.tokenizer_json import (
    json_settings,
    vocabulary_of_json,
)
from keras_electra.tokenizer.options import added_token
from keras_electra.tokenizer.vocabulary import check_size, read_vocabulary


def read_huggingface(folder):
    """Reads a tokenizer from a Hugging Face folder.

    Args:
        folder: string or path with a `vocab.txt` or a `tokenizer.json`, and
            perhaps `tokenizer_config.json`, `special_tokens_map.json` and
            `added_tokens.json`.

    Returns:
        dict of keywords for `ElectraTokenizer`.

    Raises:
        FileNotFoundError: if the folder or both vocabulary files are missing.
        ValueError: if a file is broken, or asks for another tokenization than
            BERT's.
    """
    folder = pathlib.Path(folder)
    contents = {
        name: read_json(folder / name) if (folder / name).is_file() else {}
        for name in (
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "config.json",
        )
    }
    config = contents["tokenizer_config.json"]
    vocabulary = _read_pieces(
        folder, contents["tokenizer.json"], config.get("vocabulary_size")
    )
    _check_class(config, contents["config.json"], folder)
    _check_settings(config, folder)
    keywords = _settings(contents["tokenizer.json"], config, folder)
    keywords.update(_special_tokens(contents, vocabulary, folder))
    longest = config.get("model_max_length", config.get("max_len"))
    if longest is not None:
        keywords["max_length"] = _limit(longest, folder)
    if config.get("split_special_tokens"):
        keywords["special_tokens_in_strings"] = False
    return {"vocabulary": vocabulary, **keywords}


def _limit(longest, folder):
    """`model_max_length` as an int, or None for none."""
    if not isinstance(longest, (int, float)):
        raise ValueError(
            f"`model_max_length` in {folder / 'tokenizer_config.json'} must "
            f"be a number. Received: {longest!r}."
        )
    return int(longest) if longest < NO_LIMIT / 2 else None


def _read_pieces(folder, contents, size):
    text_file = folder / "vocab.txt"
    if not contents:
        if not text_file.is_file():
            raise FileNotFoundError(
                f"{folder} must hold a `vocab.txt` or a `tokenizer.json`, and "
                "holds neither. A folder that this package saved is loaded "
                "with `ElectraTokenizer.from_preset`."
            )
        pieces = read_vocabulary(text_file)
        check_size(pieces, size, text_file)
        return pieces
    vocabulary = vocabulary_of_json(contents, folder / "tokenizer.json")
    if text_file.is_file() and read_vocabulary(text_file) != vocabulary:
        warnings.warn(
            f"`vocab.txt` and `tokenizer.json` in {folder} hold different "
            "pieces. Those of `tokenizer.json` are used, as Transformers does.",
            stacklevel=4,
        )
    return vocabulary


def _check_class(config, model_config, folder):
    """Refuse tokenizers that are not BERT's; the first file decides."""
    file, name = "tokenizer_config.json", config.get("tokenizer_class")
    if name is None:
        file, name = "config.json", model_config.get("tokenizer_class")
    problems = []
    if name is None:
        kind = model_config.get("model_type")
        if kind is not None and kind not in MODEL_TYPES:
            problems.append(f"model_type={kind!r} in config.json")
    elif str(name).removesuffix("Fast") not in TOKENIZER_CLASSES:
        problems.append(f"tokenizer_class={name!r} in {file}")
    if config.get("auto_map"):
        problems.append("code of its own in tokenizer_config.json")
    if "AutoTokenizer" in (model_config.get("auto_map") or ()):
        problems.append("code of its own in config.json")
    if problems:
        raise ValueError(
            f"The tokenizer in {folder} must be one of "
            f"{sorted(TOKENIZER_CLASSES)}; another one may divide text in "
            "other ways, which this package does not know. Tokenize with it, "
            "and load the model with `preprocessor=None`. Received: "
            f"{', '.join(problems)}."
        )


def _check_settings(config, folder):
    understood = {name for name, _ in SETTINGS.values()} | set(NOT_SETTINGS)
    unknown = [
        key
        for key in config
        if key not in understood and not key.endswith("_token")
    ]
    if unknown:
        warnings.warn(
            f"Unknown settings in {folder / 'tokenizer_config.json'}, not "
            f"used: { {key: config[key] for key in unknown} }.",
            stacklevel=4,
        )


def _settings(contents, config, folder):
    """Options from the two files; where both speak, Transformers' choice."""
    settings = (
        json_settings(contents, folder / "tokenizer.json") if contents else {}
    )
    for option, (name, _) in SETTINGS.items():
        value = config.get(name)
        if name not in config or (value is None and option != "strip_accents"):
            continue
        if isinstance(value, list):
            value = tuple(value)
        if option in settings and settings[option] != value:
            warnings.warn(
                f"`tokenizer_config.json` in {folder} says {name}={value!r}, "
                f"`tokenizer.json` says {settings[option]!r}. The former is "
                "used, as Transformers does.",
                stacklevel=4,
            )
        settings[option] = value
    return settings


def _special_tokens(contents, vocabulary, folder):
    """Keywords for the named, the additional and the added tokens."""
    config = contents["tokenizer_config.json"]
    tokens = {**contents["special_tokens_map.json"], **config}
    keywords = {
        name: _content(tokens[name])
        for name in NAMED_TOKENS
        if tokens.get(name) is not None
    }
    extra = [
        value
        for name, value in tokens.items()
        if name.endswith("_token") and name not in NAMED_TOKENS
    ]
    for name in (
        "additional_special_tokens",
        "extra_special_tokens",
        "model_specific_special_tokens",
    ):
        value = tokens.get(name) or ()
        if not isinstance(value, dict | list | tuple):
            raise ValueError(
                f"`{name}` in {folder} must be a list or an object. Received: "
                f"{value!r}."
            )
        extra += value.values() if isinstance(value, dict) else value
    special = [_content(t) for t in extra if isinstance(t, (str, dict))]
    try:
        added = _added_tokens(contents, keywords, special)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"The added tokens in {folder} must have an id and a `content` "
            f"each. Received: one without, {error!r}."
        ) from error
    known = set(vocabulary)
    beyond = [(i, t["content"]) for i, t in added if t["content"] not in known]
    expected = range(len(vocabulary), len(vocabulary) + len(beyond))
    misplaced = [
        (i, text)
        for (i, text), at in zip(beyond, expected, strict=True)
        if i != at
    ] + [
        (i, t["content"])
        for i, t in added
        if i < len(vocabulary) and vocabulary[i] != t["content"]
    ]
    if misplaced:
        raise ValueError(
            f"Added tokens in {folder} must have the ids of their pieces, or "
            f"those that follow the {len(vocabulary)} pieces. Received: "
            f"{misplaced}."
        )
    named = set(keywords.values())
    keywords["additional_special_tokens"] = tuple(
        dict.fromkeys(text for text in special if text not in named)
    )
    # Nothing to remember about a special token that is a piece and as usual.
    keywords["added_tokens"] = tuple(
        token
        for _, token in added
        if not (
            token["content"] in known
            and token == added_token(token["content"], special=True)
            and token["content"] in named | set(special)
        )
    )
    return keywords


def _added_tokens(contents, named, special):
    """`(id, keywords of AddedToken)` of all added tokens, by id."""
    by_id = {}
    for text, index in contents["added_tokens.json"].items():
        by_id[int(index)] = {
            "content": text,
            "special": text in special or text in named.values(),
        }
    for token in contents["tokenizer.json"].get("added_tokens") or ():
        by_id[int(token["id"])] = {k: v for k, v in token.items() if k != "id"}
    decoder = contents["tokenizer_config.json"].get("added_tokens_decoder")
    for index, token in (decoder or {}).items():
        by_id[int(index)] = token
    added = [(i, added_token(token)) for i, token in sorted(by_id.items())]
    for _, token in added:
        if not isinstance(token["content"], str):
            raise TypeError(f"content={token['content']!r}")
    return added


def _content(token):
    return token.get("content", "") if isinstance(token, dict) else str(token)
