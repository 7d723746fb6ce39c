"""Read small files of presets and checkpoints, with errors that name them."""

import contextlib
import hashlib
import json
import pathlib

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def read_json(path, kind=dict):
    """A JSON object, or a list, from a file.

    Args:
        path: `pathlib.Path`.
        kind: `dict`, the default, or `list`.

    Returns:
        A `kind`.

    Raises:
        ValueError: if the file is not JSON, or holds something else than an
            object.
    """
    try:
        content = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(
            f"`{path.name}` must be valid JSON; download or save it again. "
            f"Received: {path}, {error}."
        ) from error
    if not isinstance(content, kind):
        name = "object" if kind is dict else "list"
        raise ValueError(
            f"`{path.name}` must hold a JSON {name}. Received: {path} with a "
            f"{type(content).__name__}."
        )
    return content


def read_text(path, newline=None):
    """The text of a UTF-8 file, without a byte order mark.

    Args:
        path: `pathlib.Path`.
        newline: string or `None`, as in `open`.

    Returns:
        A string.

    Raises:
        ValueError: if the file is not UTF-8, or is a Git LFS pointer.
    """
    refuse_lfs_pointer(path)
    try:
        with path.open(encoding="utf-8-sig", newline=newline) as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"`{path.name}` must be a UTF-8 file; convert it, for instance "
            f"with iconv. Received: {path}, {error}."
        ) from error


def check_file_name(name, where):
    """Refuse a name, read from a file, that leads out of its folder.

    Args:
        name: string, the name of a file beside `where`.
        where: `pathlib.Path` of the file that says so.

    Raises:
        ValueError: if `name` is anything but the bare name of a file.
    """
    # Windows' rules know both kinds of slash, and drive letters.
    if (
        not isinstance(name, str)
        or name in ("", ".", "..")
        or name != pathlib.PureWindowsPath(name).name
    ):
        raise ValueError(
            f"`{where.name}` must name files in its own folder. Received: "
            f"{name!r} in {where}."
        )


def file_checksum(path):
    """Return the SHA-256 of a file as a hexadecimal string."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_lfs_pointer(path):
    """Refuse the short text that Git LFS puts in the place of a large file.

    Args:
        path: `pathlib.Path` of a file that is about to be read.

    Raises:
        ValueError: if it is such a pointer.
    """
    if not path.is_file():
        return  # The reader reports what is there instead.
    with path.open("rb") as file:
        is_pointer = file.read(len(_LFS_POINTER)) == _LFS_POINTER
    if is_pointer:
        raise ValueError(
            f"`{path.name}` must be the file itself, and is a Git LFS pointer "
            f"to it: run `git lfs pull` in its folder. Received: {path}."
        )


def weight_files(index):
    """The files that the index of a preset's weights names.

    Args:
        index: `pathlib.Path`.

    Returns:
        A sorted list of strings, names of files beside it.

    Raises:
        ValueError: if it has no `weight_map`, or names files elsewhere.
    """
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise ValueError(
            f"`{index.name}` must have a `weight_map` of weights to files. "
            f"Received: weight_map={weight_map!r} in {index}. Copy or save "
            "the preset again."
        )
    found = {}
    for names in weight_map.values():
        for name in names if isinstance(names, list) else [names]:
            check_file_name(name, index)
            found[name] = None
    return sorted(found)


@contextlib.contextmanager
def naming(path):
    """Name the file that an error comes from."""
    try:
        yield
    except Exception as error:
        text = str(error)
        is_clear = isinstance(error, (TypeError, ValueError, FileNotFoundError))
        if is_clear and str(path.parent) in text:
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        if not is_clear:
            text = f"{type(error).__name__}: {text}"
        raise kind(f"{path} cannot be loaded: {text}") from error
