"""Hugging Face's tokenizer files, written."""

import json
import pathlib
import warnings

import tokenizers
from tokenizers import processors

from keras_electra.tokenizer.huggingface.tables import (
    NAMED_TOKENS,
    NO_LIMIT,
    SETTINGS,
)
from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.vocabulary import write_vocabulary


def with_special_tokens(options, engine):
    """The tokenizer of `tokenizers`, which packs texts and pairs as well.

    Args:
        options: `TokenizerOptions`.
        engine: `RustEngine`.

    Returns:
        `tokenizers.Tokenizer`, a copy.
    """
    rust = tokenizers.Tokenizer.from_str(engine.rust.to_str())
    cls, sep = options.cls_token, options.sep_token
    rust.post_processor = processors.TemplateProcessing(
        single=[f"{cls}:0", "$A:0", f"{sep}:0"],
        pair=[f"{cls}:0", "$A:0", f"{sep}:0", "$B:1", f"{sep}:1"],
        special_tokens=[(t, engine.ids[t]) for t in (cls, sep)],
    )
    return rust


def write_huggingface(options, engine, folder, longest=None):
    """Writes `vocab.txt`, `tokenizer.json` and the two small files.

    Args:
        options: `TokenizerOptions`.
        engine: `RustEngine`.
        folder: string or path; made if it does not exist.
        longest: int or None. The number of positions of the model.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rust = with_special_tokens(options, engine)
    write_vocabulary(engine.vocabulary, folder / "vocab.txt")
    rust.save(str(folder / "tokenizer.json"), pretty=True)
    named = {name: getattr(options, name) for name in NAMED_TOKENS}
    if options.additional_special_tokens:
        named["additional_special_tokens"] = list(
            options.additional_special_tokens
        )
    _write_json(named, folder / "special_tokens_map.json")
    config = {
        name: getattr(options, key) for key, (name, _) in SETTINGS.items()
    }
    config["vocabulary_size"] = len(engine.vocabulary)
    config["never_split"] = list(options.never_split) or None
    config["split_special_tokens"] = not options.special_tokens_in_strings
    config["model_max_length"] = min(
        options.max_length or NO_LIMIT, longest or NO_LIMIT
    )
    config["tokenizer_class"] = _class_that_reads(options)
    config["added_tokens_decoder"] = {
        str(engine.ids[token["content"]]): token
        for token in options.tokens_to_add
    }
    _write_json({**config, **named}, folder / "tokenizer_config.json")
    if options.never_split:
        warnings.warn(
            "Transformers 5 ignores `never_split`, and so its tokenizer will "
            f"divide {list(options.never_split)}. It is written all the same, "
            "for older releases and for this package.",
            stacklevel=3,
        )


def _class_that_reads(options):
    """The class under which Transformers gives the same ids.

    Its `ElectraTokenizer` takes only the four usual options from the files
    and fixes the others; the general class takes `tokenizer.json` as it is.
    """
    usual = TokenizerOptions()
    fixed = (
        "clean_text",
        "basic_tokenization",
        "suffix_indicator",
        "max_chars_per_word",
    )
    same = all(getattr(options, f) == getattr(usual, f) for f in fixed)
    return "ElectraTokenizer" if same else "PreTrainedTokenizerFast"


def _write_json(value, path):
    path.write_text(
        json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n",
        encoding="utf-8",
    )
