"""`manifest.json`: what an exported folder holds and how it is used."""

import json
import pathlib

NAME = "manifest.json"
VERSION = 1
_KEYS = (
    "manifest_version", "format", "model", "task", "task_settings",
    "input_kind", "inputs", "outputs", "max_sequence_length", "preprocessing",
    "tokenizer", "quantization", "source", "versions", "parity", "files",
)  # fmt: skip


def write(folder, contents):
    """Write a manifest.

    Args:
        folder: `pathlib.Path`.
        contents: dict with every key of a manifest.

    Raises:
        ValueError: if a key is missing or unknown.
    """
    contents = {"manifest_version": VERSION, **contents}
    wrong = sorted(set(contents) ^ set(_KEYS))
    if wrong:
        raise ValueError(
            f"A manifest must have the keys {_KEYS}. Missing or unknown: "
            f"{wrong}."
        )
    text = json.dumps(contents, indent=2, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder):
    """Read and check a manifest.

    Args:
        folder: string or path.

    Returns:
        dict.

    Raises:
        FileNotFoundError: if there is none, or a file that it names is not
            there.
        ValueError: if it is no manifest of a known version.
    """
    folder = pathlib.Path(folder)
    path = folder / NAME
    if not path.is_file():
        raise FileNotFoundError(
            f"An exported model must have a `{NAME}`. Received: "
            f"{str(folder)!r}, without. Write one with `task.export(folder)`."
        )
    try:
        contents = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(
            f"`{NAME}` must be JSON. Received: {str(path)!r}: {error}. Export "
            "again."
        ) from error
    version = isinstance(contents, dict) and contents.get("manifest_version")
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
    for name in contents["files"]:
        _check_file(folder, name)
    return contents


def _check_file(folder, name):
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
