"""Read and write `manifest.json`, which describes an exported model."""

import json
import pathlib

from keras_electra.argument_checks import (
    check_choice,
    check_integers,
    is_integer,
)
from keras_electra.json_file import file_checksum, naming, read_json
from keras_electra.postprocessing import class_labels
from keras_electra.text.truncation import TRUNCATIONS
from keras_electra.tokenizer.options import TokenizerOptions

NAME = "manifest.json"
VERSION = 1
_KEYS = (
    "manifest_version", "format", "model", "task", "task_settings",
    "input_kind", "inputs", "outputs", "max_sequence_length", "preprocessing",
    "tokenizer", "quantization", "source", "versions", "parity", "files",
)  # fmt: skip
_LABELLED = ("ElectraTextClassifier", "ElectraTokenClassifier")


def write(folder, contents):
    """Write a manifest with the given contents, which must have every key."""
    contents = {"manifest_version": VERSION, **contents}
    wrong = sorted(set(contents) ^ set(_KEYS))
    if wrong:
        raise ValueError(
            f"A manifest must have the keys {_KEYS}. Missing or unknown: "
            f"{wrong}."
        )
    text = json.dumps(contents, indent=2, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder, verify=True):
    """Read and check a manifest; with `verify`, also checksums of its files."""
    folder = pathlib.Path(folder)
    path = folder / NAME
    if not path.is_file():
        raise FileNotFoundError(
            f"An exported model must have a `{NAME}`. Received: "
            f"{str(folder)!r}, without. Write one with `task.export(folder)`."
        )
    contents = read_json(path)
    version = contents.get("manifest_version")
    if version != VERSION:
        raise ValueError(
            f"`manifest_version` must be {VERSION}. Received: {version!r} in "
            f"{str(path)!r}. Export again, or install the keras-electra that "
            "wrote it."
        )
    missing = sorted(set(_KEYS) - set(contents))
    if missing:
        raise ValueError(
            f"A manifest must have the keys {_KEYS}. Missing in "
            f"{str(path)!r}: {missing}. Export again."
        )
    with naming(path):
        _check_fields(**contents)
    for name, checksum in contents["files"].items():
        _check_file(folder, name, checksum if verify else None)
    return contents


def _check_fields(
    format,
    model,
    task,
    task_settings,
    input_kind,
    inputs,
    outputs,
    max_sequence_length,
    preprocessing,
    tokenizer,
    quantization,
    files,
    **_,
):
    """Check the fields that the runtime reads."""
    kinds = {
        str: {"format": format, "model": model, "task": task},
        dict: {"task_settings": task_settings, "files": files},
    }
    for kind, values in kinds.items():
        for name, value in values.items():
            if not isinstance(value, kind):
                _refuse(name, f"a {kind.__name__}", value)
    checksums = all(isinstance(value, str) for value in files.values())
    # "." is a SavedModel.
    if not checksums or model not in (".", *files):
        _refuse("files", f"a dict of checksums, {model!r} among them", files)
    check_choice(("tokens", "text"), input_kind=input_kind)
    if quantization is not None:
        check_choice(("float16", "int8"), quantization=quantization)
    check_integers(max_sequence_length=max_sequence_length)
    for name, tensors in {"inputs": inputs, "outputs": outputs}.items():
        if not (isinstance(tensors, list) and tensors) or not all(
            map(_is_tensor, tensors)
        ):
            form = "a list of tensors with `name`, `dtype` and `shape`"
            _refuse(name, form, tensors)
    if (preprocessing is None) != (tokenizer is None):
        _refuse("tokenizer", "there where `preprocessing` is", tokenizer)
    if preprocessing is not None:
        _check_preprocessing(**preprocessing)
        TokenizerOptions(**tokenizer)
    if task == "ElectraTextClassifier":
        problem_type = task_settings.get("problem_type")
        check_choice(class_labels.PROBLEM_TYPES, problem_type=problem_type)
    if task in _LABELLED:
        names = task_settings.get("class_names")
        size = outputs[0]["shape"][-1]
        class_labels.check_names(size, () if names is None else names)


def _check_preprocessing(sequence_length, truncation=TRUNCATIONS[0]):
    if not is_integer(sequence_length, 2):
        _refuse("sequence_length", "an integer of at least 2", sequence_length)
    check_choice(TRUNCATIONS, truncation=truncation)


def _is_tensor(tensor):
    return (
        isinstance(tensor, dict)
        and isinstance(tensor.get("name"), str)
        and isinstance(tensor.get("dtype"), str)
        and isinstance(tensor.get("shape"), list)
        and tensor["shape"]
        and all(isinstance(n, str) or is_integer(n) for n in tensor["shape"])
    )


def _refuse(name, form, value):
    raise ValueError(
        f"`{name}` must be {form}. Received: {name}={value!r}. Export again."
    )


def _check_file(folder, name, checksum):
    relative = pathlib.PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise ValueError(
            "The files of a manifest must lie in its folder. Received: "
            f"{name!r}."
        )
    if not (folder / relative).is_file():
        raise FileNotFoundError(
            f"{str(folder)!r} must hold every file of its manifest. Missing: "
            f"{name!r}. Copy or export it again."
        )
    if checksum is None:
        return
    if file_checksum(folder / relative) != checksum:
        raise ValueError(
            f"The files of {str(folder)!r} must be those of its manifest. "
            f"Received: another {name!r}, cut off or from another export. "
            "Copy or export it again."
        )
