"""Replace a folder whole or not at all."""

import contextlib
import contextvars
import errno
import os
import pathlib
import shutil
import tempfile

# What a save writes. Anything else in the folder (a model card, a `.git`, a
# log) is the owner's and survives. A file named here that the new save does
# not write goes: an old `task.json` beside a new backbone would be loaded.
_WRITTEN = (
    "config.json",
    "metadata.json",
    "preprocessor.json",
    "task.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "assets",
    "*.weights.h5",
    "*.weights.json",
    "model*.safetensors",
    "model.safetensors.index.json",
)

# Folders being written right now: a task's save calls its backbone's save on
# the same folder, and the inner call has to write straight into it.
_staging = contextvars.ContextVar("staging", default=frozenset())


def replace_folder(write, target):
    """Write a folder beside `target`, then move it there.

    If `write` fails or is interrupted, `target` is what it was before. Files
    in an existing `target` that no save writes (`README.md`, `.git`) stay.

    Args:
        write: function of one `pathlib.Path`, an empty folder to fill.
        target: string or path. The folder to create or replace.

    Returns:
        `target` as an absolute `pathlib.Path`.

    Raises:
        NotADirectoryError: if `target` is a file.
        ValueError: if `target` is the current folder or one above it, or
            holds files but nothing that looks like a saved model.
        OSError: if the disk is full; `target` is as it was.

    Example:
    ```python
    replace_folder(lambda folder: model.save(folder / "model.keras"), "out")
    ```
    """
    target = pathlib.Path(os.path.abspath(target))
    if target in _staging.get():
        write(target)
        return target
    target = target.resolve()  # A link stays a link; its folder is replaced.
    _check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = pathlib.Path(
        tempfile.mkdtemp(prefix=f".{target.name}.saving-", dir=target.parent)
    )
    token = _staging.set(_staging.get() | {staging})
    try:
        write(staging)
        _copy_mode(target, staging)
        _swap(staging, target)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise OSError(
            error.errno,
            f"no space left to save {str(target)!r}; what was there before is "
            "unchanged. Free some space, or save to another disk",
        ) from error
    finally:
        _staging.reset(token)
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _check_target(target):
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(
            "`target` must be a folder, existing or new. Received a file: "
            f"target={str(target)!r}."
        )
    here = pathlib.Path.cwd()
    if target == here or target in here.parents:
        raise ValueError(
            "`target` must not be the current folder or one above it, because "
            "the whole folder is replaced; name a folder below. Received: "
            f"target={str(target)!r}."
        )
    if not target.is_dir():
        return
    names = [entry.name for entry in target.iterdir()]
    owned = [name for name in names if _is_written(name)]
    if not owned and any(not name.startswith(".") for name in names):
        raise ValueError(
            "`target` must be new, empty, or hold a saved model, which is "
            "replaced; this folder holds other things: "
            f"{', '.join(sorted(names)[:5])}. Received: "
            f"target={str(target)!r}."
        )


def _is_written(name):
    return any(pathlib.PurePath(name).match(pattern) for pattern in _WRITTEN)


def _copy_mode(target, staging):
    """`mkdtemp` makes a private folder; give it the rights of a normal one."""
    if target.is_dir():
        shutil.copymode(target, staging)
    else:
        mask = os.umask(0)
        os.umask(mask)
        staging.chmod(0o777 & ~mask)


def _swap(staging, target):
    if not target.exists():
        staging.rename(target)
        return
    old = staging.with_name(staging.name.replace(".saving-", ".replaced-"))
    target.rename(old)
    try:
        staging.rename(target)
    except BaseException:
        old.rename(target)
        raise
    for entry in old.iterdir():
        if not _is_written(entry.name) and not (target / entry.name).exists():
            entry.rename(target / entry.name)
    with contextlib.suppress(OSError):  # The new folder is in place already.
        shutil.rmtree(old)
