"""Text and JSON files, read with errors that name the file."""

import json
import pathlib


def read_text(path):
    """Reads a UTF-8 file, with or without a byte order mark.

    Args:
        path: string or path.

    Returns:
        str, with the line ends that the file has.

    Raises:
        ValueError: if the file is not UTF-8.
    """
    try:
        return pathlib.Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be a UTF-8 file, and is not: {error}."
        ) from error


def read_json(path):
    """Reads a JSON object from a file.

    Args:
        path: `pathlib.Path`.

    Returns:
        dict.

    Raises:
        ValueError: if the file is not UTF-8, not JSON, or no JSON object.
    """
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path} must be valid JSON, and is not: {error}. The file may "
            "be cut short; fetch it again."
        ) from error
    if not isinstance(value, dict):
        raise ValueError(
            f"{path} must hold a JSON object. Received: a "
            f"{type(value).__name__}."
        )
    return value
