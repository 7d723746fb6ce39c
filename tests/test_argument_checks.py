"""Every argument of every constructor refuses what it cannot be."""

import functools
import inspect
import json
import math

import numpy as np
import pytest

import keras_electra
from tests import tiny

JUNK = (
    -1, 0, 1.5, math.nan, math.inf, 2**40, True, None, "x", "", b"x", {},
    {"x": 1}, [], [1], ["x", None], ["x", "x"], object(), int,
)  # fmt: skip
# What is no junk after all; for one class, or for all.
NUMBERS = (0, 1.5, 2**40)
GOOD = {
    "embedding_dim": (None,),
    "dropout": (0,),
    "attention_dropout": (0,),
    "layer_norm_epsilon": (0,),
    "initializer_range": NUMBERS,
    "is_decoder": (True,),
    "add_cross_attention": (),
    "embeddings": (None,),
    "vocabulary": (None,),
    "lowercase": (True,),
    "strip_accents": (True, None),
    "split_on_cjk": (True,),
    "clean_text": (True,),
    "basic_tokenization": (True,),
    "never_split": (None, [], ["x", "x"]),
    "suffix_indicator": ("x", ""),
    "max_chars_per_word": (2**40,),
    "additional_special_tokens": (None, [], ["x", "x"]),
    "added_tokens": (None, [], ["x", "x"]),
    "special_tokens_in_strings": (True,),
    "max_length": (2**40, None),
    "clean_up_tokenization_spaces": (True,),
    "sequence_length": (None,),
    "mask_selection_rate": (),
    "mask_selection_length": (None,),
    "mask_token_rate": (0,),
    "random_token_rate": (0,),
    "num_choices": (None,),
    "stride": (0, None),
    "label_all_pieces": (True,),
    "preprocessor": (None,),
    "class_names": (None,),
    "summary_projection": (True,),
    "summary_activation": (None,),
    "summary_dropout": (0, None),
    "summary_first_dropout": (0, None),
    "summary_counts_padding": (True,),
    "tie_word_embeddings": (True,),
    "normalize": (True,),
}
GOOD_OF_ONE = {
    ("ElectraTextClassifier", "dropout"): (0, None),
    ("ElectraTokenClassifier", "dropout"): (0, None),
}
# How a message calls an argument that a layer checks.
OTHER_WORDS = {
    "summary_type": "mode of pooling",
    "summary_activation": "activation",
    "summary_dropout": "dropout",
    "summary_first_dropout": "dropout",
    "summary_counts_padding": "counts_padding",
}
CLASSES = [
    name
    for name in keras_electra.__all__
    if name.startswith("Electra")
    and not name.endswith(("Pretrainer", "AdamW", "Lamb", "Corpus"))
]


@functools.cache
def backbone(is_decoder):
    return tiny.backbone(is_decoder=is_decoder)


def needed(name):
    """The least that a class is built with."""
    if name == "ElectraBackbone":
        return dict(tiny.CONFIG)
    if name == "ElectraTokenizer":
        return {"vocabulary": tiny.VOCABULARY}
    if name.endswith("Preprocessor"):
        return {"tokenizer": tiny.tokenizer()}
    arguments = {"backbone": backbone(name == "ElectraCausalLM")}
    if name in ("ElectraTextClassifier", "ElectraTokenClassifier"):
        arguments["num_classes"] = 2
    return arguments


@pytest.mark.parametrize("name", CLASSES)
def test_junk_is_refused_by_name(name):
    cls = getattr(keras_electra, name)
    taken = inspect.signature(cls.__init__).parameters
    wrong = []
    for argument in taken:
        if argument in ("self", "dtype", "kwargs"):
            continue
        good = GOOD_OF_ONE.get((name, argument), GOOD.get(argument, ()))
        word = OTHER_WORDS.get(argument, argument)
        for value in JUNK:
            if any(value is g or repr(value) == repr(g) for g in good):
                continue
            if argument.endswith("_token") and value == "x":
                continue  # Refused for not being in the vocabulary.
            try:
                cls(**{**needed(name), argument: value})
            except (ValueError, TypeError, FileNotFoundError) as error:
                if word not in str(error):
                    wrong.append(f"{argument}={value!r}: {error}")
            except Exception as error:
                wrong.append(f"{argument}={value!r}: {error!r}")
            else:
                wrong.append(f"{argument}={value!r} is taken")
    assert not wrong, "\n".join(wrong)


def test_huge_sizes():
    with pytest.raises(ValueError, match="positive integer, at most 21474836"):
        tiny.backbone(hidden_dim=2**40)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "ElectraBackbone",
            (
                "vocabulary_size", "num_layers", "num_heads", "hidden_dim",
                "intermediate_dim", "embedding_dim", "max_sequence_length",
                "num_segments",
            ),
        ),
        ("ElectraTextClassifier", ("num_classes",)),
        ("ElectraTokenClassifier", ("num_classes",)),
        (
            "ElectraMaskedLMPreprocessor",
            ("sequence_length", "mask_selection_length"),
        ),
        (
            "ElectraMultipleChoicePreprocessor",
            ("sequence_length", "num_choices"),
        ),
        (
            "ElectraQuestionAnswererPreprocessor",
            ("sequence_length", "stride"),
        ),
    ],
)  # fmt: skip
def test_numpy_integers_are_stored_as_int(name, arguments):
    given = {key: tiny.CONFIG.get(key, 6) for key in arguments}
    given = {key: np.int64(value) for key, value in given.items()}
    made = getattr(keras_electra, name)(**{**needed(name), **given})
    config = made.get_config()
    assert {key: config[key] for key in given} == given
    assert {type(config[key]) for key in given} == {int}
    json.dumps(config)
