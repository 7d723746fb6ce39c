"""JSON files of presets and checkpoints."""

import json
import pathlib


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
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
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
