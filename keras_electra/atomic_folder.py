"""Replace a folder whole or not at all."""

import contextlib
import contextvars
import errno
import os
import pathlib
import shutil
import tempfile

# What saves write, in groups that belong together: a new backbone beside the
# `task.json` of another one, or a new tokenizer beside the vocabulary of
# another one, would be loaded as one model. Anything else in a folder (a model
# card, a `.git`, a log) is the owner's.
_GROUPS = (
    (
        "config.json",
        "metadata.json",
        "task.json",
        "*.weights.h5",
        "*.weights.json",
        "model*.safetensors",
        "model.safetensors.index.json",
    ),
    (
        "assets",
        "preprocessor.json",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    ),
)

# A full disk, or an exhausted quota, which not every system knows.
DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

# Folders being written right now: a task's save calls its backbone's save on
# the same folder, and the inner call has to write straight into it.
_staging = contextvars.ContextVar("staging", default=frozenset())


def replace_folder(write, target, whole=False):
    """Write a folder beside `target`, then move it there.

    If `write` fails or is interrupted, `target` is what it was before. Of an
    existing `target`, whatever the new content does not make obsolete stays:
    `README.md` and `.git`; the tokenizer, where only a backbone is written;
    and the backbone, where only a tokenizer is.

    Args:
        write: function of one `pathlib.Path`, an empty folder to fill.
        target: string or path. The folder to create or replace.
        whole: bool, default `False`. Whether everything that a save can write
            is obsolete, written anew or not.

    Returns:
        `target` as an absolute `pathlib.Path`.

    Raises:
        NotADirectoryError: if `target` is a file.
        ValueError: if `target` is the current folder or one above it, or
            holds other `assets` than a tokenizer's.
        OSError: if the disk is full; `target` is as it was.
    """
    target = pathlib.Path(os.path.abspath(target))
    if target in _staging.get():
        write(target)
        return target
    target = target.resolve()  # A link stays a link; its folder is replaced.
    _check_target(target)
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = pathlib.Path(
        tempfile.mkdtemp(prefix=f".{target.name}.saving-", dir=target.parent)
    )
    token = _staging.set(_staging.get() | {staging})
    try:
        write(staging)
        _copy_mode(target, staging)
        _swap(staging, target, _obsolete(staging, whole))
    except Exception as error:
        number = _full(error)
        if number is None:
            raise
        raise OSError(
            number,
            f"no space left to save {str(target)!r}; what was there before is "
            "unchanged. Free some space, or save to another disk",
        ) from error
    finally:
        _staging.reset(token)
        shutil.rmtree(staging, ignore_errors=True)
        with contextlib.suppress(OSError):  # Of a failure nothing is left,
            for folder in missing:  # and nothing is removed that holds a file.
                folder.rmdir()
    return target


def _full(error):
    """The number of the error that says so, or `None`.

    Writers that are not Python have exceptions of their own, with the words of
    the system in them.
    """
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno if error.errno in DISK_FULL else None
    words = str(error)
    return next((n for n in DISK_FULL if os.strerror(n) in words), None)


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
    assets = target / "assets"
    if assets.is_dir() and {p.name for p in assets.iterdir()} - {"tokenizer"}:
        raise ValueError(
            "`target` must not hold a folder `assets` of something else, which "
            "would be replaced; name another folder. Received: "
            f"target={str(target)!r}."
        )


def _is_written(name, groups=_GROUPS):
    name = pathlib.PurePath(name)
    return any(name.match(pattern) for group in groups for pattern in group)


def _obsolete(staging, whole):
    """The groups of which the new content has something."""
    names = [entry.name for entry in staging.iterdir()]
    return [
        group
        for group in _GROUPS
        if whole or any(_is_written(name, [group]) for name in names)
    ]


def _copy_mode(target, staging):
    """`mkdtemp` makes a private folder; give it the rights of a normal one."""
    if target.is_dir():
        shutil.copymode(target, staging)
    else:
        mask = os.umask(0)
        os.umask(mask)
        staging.chmod(0o777 & ~mask)


def _swap(staging, target, obsolete):
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
        kept = target / entry.name
        if not kept.exists() and not _is_written(entry.name, obsolete):
            entry.rename(kept)
    with contextlib.suppress(OSError):  # The new folder is in place already.
        shutil.rmtree(old)
