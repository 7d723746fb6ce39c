"""The files of a preset: checked as a whole, and named in errors."""

import hashlib
import json

import keras
import keras_hub

from keras_electra.json_file import (
    file_checksum,
    naming,
    read_json,
    weight_files,
)

_VOCABULARY = ("assets", "tokenizer", "vocabulary.txt")
# Parts of an object that are objects, too.
_PARTS = {
    "backbone": keras_hub.models.Backbone,
    "preprocessor": keras.layers.Layer,
    "tokenizer": keras_hub.tokenizers.Tokenizer,
}
_FILES = {
    "config.json": "backbone",
    "preprocessor.json": "preprocessor",
    "tokenizer.json": "tokenizer",
}
# In what two descriptions of a part may differ.
_FREE = ("name", "trainable", "dtype", *_PARTS)
# Our keys in `metadata.json`, and the one in `tokenizer.json`.
_TASK, _WEIGHTS = "task_class", "weights_sha256"
_PIECES = "vocabulary_sha256"


def add_checksums(folder):
    """Add checksums of weights and vocabulary to a preset that is written."""
    path = folder / "metadata.json"
    if path.is_file():
        content, task = read_json(path), folder / "task.json"
        content[_TASK] = (
            read_json(task)["class_name"] if task.exists() else None
        )
        content[_WEIGHTS] = {
            file.name: _checksum(file)
            for file in sorted(folder.glob("*.weights.h5"))
        }
        path.write_text(json.dumps(content, indent=4) + "\n", "utf-8")
    path = folder / "tokenizer.json"
    if path.is_file():
        content = read_json(path)
        content[_PIECES] = _checksum(folder.joinpath(*_VOCABULARY))
        path.write_text(json.dumps(content, indent=4) + "\n", "utf-8")


def read(folder):
    """Read the JSON files of a preset, and check that they fit together.

    Returns:
        A dict of their contents by name; of those that there are.

    Raises:
        FileNotFoundError: if a file is missing that another one needs.
        ValueError: if a file is damaged, or two do not fit together.
    """
    found = {}
    for name, kind in {"task.json": keras_hub.models.Task, **_FILES}.items():
        path = folder / name
        if path.is_file():
            found[name] = read_json(path)
            _check_object(found[name], _PARTS.get(kind, kind), path)
    expected = _metadata(folder).get(_TASK)
    received = found.get("task.json", {}).get("class_name")
    if not received and (expected or (folder / "task.weights.h5").is_file()):
        raise missing(folder / "task.json")
    if received and expected not in (None, received):
        raise ValueError(
            "`task.json` must describe the task that `metadata.json` names, "
            f"{expected!r}. Received: {received!r} in {folder}. Copy or save "
            "the preset again."
        )
    preprocessor = found.get("task.json", {"config": {}})["config"].get(
        "preprocessor"
    )
    if preprocessor and "preprocessor.json" not in found:
        raise missing(folder / "preprocessor.json")
    for part in _PARTS:
        files = _descriptions(part, found)
        for other in files:
            _check_same(folder, part, files, next(iter(files)), other)
        if part == "tokenizer" and files:
            _check_vocabulary(folder, found)
    return found


def _descriptions(part, found):
    """Each file that describes a part, and how."""
    files = {name: found[name] for name in found if _FILES.get(name) == part}
    for name in ("task.json", "preprocessor.json"):
        content = found.get(name, {"config": {}})["config"]
        if isinstance(content.get("preprocessor"), dict):
            content = {**content["preprocessor"]["config"], **content}
        if isinstance(content.get(part), dict):
            files[name] = content[part]
    return files


def _check_object(content, kind, path):
    config, name = content.get("config"), content.get("registered_name")
    if not (
        isinstance(config, dict)
        and isinstance(name, str)
        and isinstance(content.get("class_name"), str)
    ):
        raise ValueError(
            f"`{path.name}` must describe a Keras object by `class_name`, "
            f"`registered_name` and `config`. Received: {path} with "
            f"class_name={content.get('class_name')!r}, "
            f"registered_name={name!r}, config={config!r:.40}. Copy or save "
            "the preset again."
        )
    cls = keras.saving.get_registered_object(name)
    is_kind = isinstance(cls, type) and issubclass(cls, kind)
    if kind is _PARTS["preprocessor"]:  # Any layer may be one.
        is_kind = is_kind and not issubclass(cls, _PARTS["tokenizer"])
    if not is_kind:
        raise ValueError(
            f"`{path.name}` must describe a registered {kind.__name__}. "
            f"Received: {name!r} in {path}. Import the module that defines the "
            "class, or copy or save the preset again."
        )
    with naming(path):
        dtype = keras.dtype_policies.get(config.get("dtype"))
        if not isinstance(dtype, keras.dtype_policies.DTypePolicy):
            raise ValueError(
                "`dtype` must be a dtype policy. Received: "
                f"dtype={config['dtype']!r}."
            )
    for key, kind in _PARTS.items():
        if isinstance(config.get(key), dict):
            _check_object(config[key], kind, path)


def _check_same(folder, part, files, first, other):
    """What two files say of a part must be the same."""
    one, two = files[first], files[other]
    if part == "preprocessor" and one["class_name"] != two["class_name"]:
        return  # `preprocessor.json` may be that of another task.
    a, b = one["config"], two["config"]
    different = [
        f"{key}={a.get(key)!r} and {b.get(key)!r}"
        for key in sorted({*a, *b} - {*_FREE})
        if key not in a or key not in b or a[key] != b[key]
    ]
    if one["class_name"] != two["class_name"]:
        different = [f"{one['class_name']} and {two['class_name']}"]
    if different:
        raise ValueError(
            f"`{first}` and `{other}` must describe the same {part}. Received: "
            f"{', '.join(different)} in {folder}. Change both files, or copy "
            "or save the preset again."
        )


def _check_vocabulary(folder, found):
    path = folder / "tokenizer.json"
    if "tokenizer.json" not in found:
        raise missing(path)
    _check_file(folder.joinpath(*_VOCABULARY), found[path.name], _PIECES, path)


def task_weights(folder):
    """The file with the weights of the head, which is checked."""
    _check_weights(folder / "task.weights.h5")
    return folder / "task.weights.h5"


def backbone_weights(folder):
    """The file for `backbone.load_weights`, and the files with weights."""
    index, path = folder / "model.weights.json", folder / "model.weights.h5"
    files = [path]
    if index.is_file() and not path.is_file():
        path, files = index, [folder / name for name in weight_files(index)]
    for file in files:
        _check_weights(file)
    return path, files


def _check_weights(path):
    content = _metadata(path.parent).get(_WEIGHTS, {})
    where = path.with_name("metadata.json")
    if not isinstance(content, dict):
        raise ValueError(
            f"`{_WEIGHTS}` must be an object. Received: {content!r} in "
            f"{where}. Copy or save the preset again."
        )
    _check_file(path, content, path.name, where)


def _check_file(path, content, key, where):
    """Check a file, and its checksum where there is one."""
    if not path.is_file():
        raise missing(path)
    if key in content and content[key] != _checksum(path):
        raise ValueError(
            f"`{path.name}` must be the file that was saved with the preset: "
            f"its checksum is not the one in `{where.name}`. Received: {path}, "
            "truncated, damaged or from another preset. Copy or save the "
            "preset again."
        )


def _metadata(folder):
    path = folder / "metadata.json"
    return read_json(path) if path.is_file() else {}


def _checksum(path):
    if path.suffix == ".txt":  # Git may change the ends of its lines.
        content = path.read_bytes().replace(b"\r\n", b"\n")
        return hashlib.sha256(content).hexdigest()
    return file_checksum(path)


def missing(path):
    """The error about a file that is not there."""
    return FileNotFoundError(
        f"The preset must hold `{path.name}`. Received: {path.parent}, without "
        "that file. Copy or save the preset again."
    )
