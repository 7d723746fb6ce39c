"""Files that are written whole or not at all."""

import contextlib
import errno
import json
import os

# No space, or none left of one's share, which not every system knows.
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_json(path, content):
    """Writes a JSON file whole or not at all.

    Args:
        path: `pathlib.Path`.
        content: dict.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False)
    write_file(path, f"{text}\n".encode())


def write_file(path, content):
    """Writes a file whole or not at all.

    Args:
        path: `pathlib.Path`.
        content: bytes.

    Raises:
        OSError: if it cannot be written; what was there before is unchanged.
    """
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
        if error.errno not in _FULL:
            raise
        raise OSError(
            error.errno,
            f"no space left to write {str(path)!r}; what was finished before "
            "is kept. Free some space and start again, or choose another "
            "disk",
        ) from error
