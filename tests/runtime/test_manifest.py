"""Every field of a manifest that the runtime reads is checked."""

import copy
import hashlib
import json

import pytest

from keras_electra.runtime import manifest
from keras_electra.tokenizer.options import TokenizerOptions

JUNK = (None, -1, 0, 1.5, float("nan"), True, "x", "", [], {}, [1], {"x": 1})
MODEL = b"a model"


def tensor(name, dtype, *shape):
    return {"name": name, "dtype": dtype, "shape": list(shape)}


CONTENTS = {
    "format": "onnx",
    "model": "model.onnx",
    "task": "ElectraTextClassifier",
    "task_settings": {
        "problem_type": "multi_label",
        "class_names": ["no", "yes"],
    },
    "input_kind": "tokens",
    "inputs": [tensor("token_ids", "int32", "batch", "length")],
    "outputs": [tensor("logits", "float32", "batch", 2)],
    "max_sequence_length": 32,
    "preprocessing": {"sequence_length": 16, "truncation": "only_first"},
    "tokenizer": TokenizerOptions().to_config(),
    "quantization": None,
    "source": {"preset": None, "weights_sha256": ""},
    "versions": {},
    "parity": {},
    "files": {"model.onnx": hashlib.sha256(MODEL).hexdigest()},
}
# What a field can be besides what it is.
GOOD = {
    "format": ("x", ""),  # The engine is looked up later.
    "task": ("x", ""),
    "dtype": ("x", ""),
    "name": ("x", ""),
    "preprocessing": (),
    "never_split": (None, []),
    "additional_special_tokens": (None, []),
    "added_tokens": (None, []),
    "suffix_indicator": ("x", ""),
    "max_length": (None,),
    "strip_accents": (None, True),
    "max_sequence_length": (),
}
FREE = ("source", "versions", "parity", "manifest_version")
FLAGS = (
    "lowercase", "split_on_cjk", "clean_text", "basic_tokenization",
    "special_tokens_in_strings", "clean_up_tokenization_spaces",
)  # fmt: skip
DEFAULTS = ("truncation", *TokenizerOptions().to_config())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.onnx").write_bytes(MODEL)
    manifest.write(tmp_path, CONTENTS)
    return tmp_path


def places(content, path=()):
    pairs = content.items() if isinstance(content, dict) else ()
    pairs = enumerate(content) if isinstance(content, list) else pairs
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


def is_good(path, value):
    last = next(key for key in reversed(path) if isinstance(key, str))
    if path[0] in FREE or last in FLAGS and value is True:
        return True
    if last == "shape":  # Axes are sizes or names.
        return value == [1] if len(path) == 3 else isinstance(value, str)
    if path[0] == "task_settings" and isinstance(path[-1], int):
        return value == "x"
    if last.endswith("_token"):
        return value == "x"
    good = GOOD.get(last, ())
    return any(repr(value) == repr(one) for one in good)


def test_junk_is_refused(folder):
    assert manifest.read(folder) == {"manifest_version": 1, **CONTENTS}
    path, wrong, count = folder / "manifest.json", [], 0
    for place in places(CONTENTS):
        if place[0] == "outputs" and "shape" in place:
            continue  # Compared with the names of the classes.
        for value in (*JUNK, KeyError):
            mutated = copy.deepcopy({"manifest_version": 1, **CONTENTS})
            inner = mutated
            for key in place[:-1]:
                inner = inner[key]
            before = inner.pop(place[-1])
            if value is KeyError:
                good = place[-1] in DEFAULTS or place[0] in FREE[:3]
                good = good and len(place) > 1 or len(place) == 4
            else:
                if isinstance(inner, list):
                    inner.insert(place[-1], value)
                else:
                    inner[place[-1]] = value
                good = repr(before) == repr(value) or is_good(place, value)
            if place[-1] in ("tokenizer", "preprocessing") and value == {}:
                good = place[-1] == "tokenizer"  # All defaults.
            path.write_text(json.dumps(mutated))
            count += 1
            try:
                manifest.read(folder)
            except (ValueError, TypeError, FileNotFoundError) as error:
                if good or str(folder) not in str(error):
                    wrong.append(f"{place}={value!r}: {error}")
            else:
                if not good:
                    wrong.append(f"{place}={value!r} is taken")
    print(f"{count} manifests")
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong)
