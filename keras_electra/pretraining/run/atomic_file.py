"""Write a file as a whole or not at all."""

import contextlib
import json
import os

from keras_electra.atomic_folder import DISK_FULL


def write_json(path, content):
    """Write `content` as a JSON file."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    write_file(path, f"{text}\n".encode())


def write_file(path, content):
    """Write bytes to a file; if that fails, the old file is unchanged."""
    beside = path.with_name(f".{path.name}.writing")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        if error.errno not in DISK_FULL:
            raise
        raise OSError(
            error.errno,
            f"no space left to write {str(path)!r}. Completed files are kept. "
            "Free some space and start again, or use another disk",
        ) from error
