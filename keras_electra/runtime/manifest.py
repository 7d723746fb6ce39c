"""Read and write `manifest.json`, which describes an exported model."""

import hashlib
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
    files = contents["files"]
    whole_folder = contents["model"] == "."  # A SavedModel.
    if not isinstance(files, dict) or not (
        whole_folder or contents["model"] in files
    ):
        raise ValueError(
            "`files` must be a dict with the checksum of each file, "
            f"{contents['model']!r} among them. Received: {files!r} in "
            f"{str(path)!r}. Export again."
        )
    names = contents["task_settings"].get("class_names")
    size = contents["outputs"][0]["shape"][-1]
    if names is not None and isinstance(size, int) and len(names) != size:
        raise ValueError(
            f"`class_names` must name each of the {size} classes of "
            f"{str(path)!r}. Received: {names}. Export again."
        )
    for name, checksum in files.items():
        _check_file(folder, name, checksum if verify else None)
    return contents


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
    with (folder / relative).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != checksum:
        raise ValueError(
            f"The files of {str(folder)!r} must be those of its manifest. "
            f"Received: another {name!r}, cut off or from another export. "
            "Copy or export it again."
        )
