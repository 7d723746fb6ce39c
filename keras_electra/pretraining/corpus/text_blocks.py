"""Text files of several kinds, a block of whole documents at a time."""

import codecs
import contextlib
import gzip
import json
import lzma
import pathlib
import zlib
from typing import NamedTuple

_PACKED = {".gz": gzip.open, ".xz": lzma.open}
_EXTENSIONS = (".txt", ".jsonl")
# Files that lie beside texts and are none, in lower case.
_NOT_TEXT = {
    f"{name}.txt"
    for name in ("license", "merges", "readme", "vocab", "vocabulary")
}
_WAY_OUT = (
    "Files must end in .txt (a blank line between documents), .jsonl (an "
    "object with a `text` in each line), or either followed by .gz or .xz."
)


class TextBlock(NamedTuple):
    """Whole documents of one file.

    Args:
        index: int. How many blocks of all files come before.
        path: string. The file.
        line: int. Number of the first line, from 1.
        content: bytes.
        done: int. Bytes of all files read so far, as they lie on the disk.
    """

    index: int
    path: str
    line: int
    content: bytes
    done: int


def find_files(inputs, vocabulary=None):
    """List the text files among files and folders.

    Args:
        inputs: path, or list of paths, of files and folders. Of a folder, the
            files with a known extension are taken, in the order of names,
            except `vocab.txt` and the like; folders in it are not entered.
        vocabulary: path, or pieces. The file of a vocabulary is no text.

    Returns:
        list of `pathlib.Path`.

    Raises:
        FileNotFoundError: if one does not exist, or there are none at all.
        ValueError: if the extension of a file is not known, or a file is
            given twice.
    """
    if isinstance(inputs, (str, pathlib.Path)):
        inputs = [inputs]
    files = []
    for path in map(pathlib.Path, inputs):
        if path.is_dir():
            entries = sorted(path.iterdir())
            files += [
                p
                for p in entries
                if _kind(p) and p.is_file() and p.name.lower() not in _NOT_TEXT
            ]
        elif not path.is_file():
            raise FileNotFoundError(
                f"`inputs` must be existing files or folders. Received: "
                f"{str(path)!r}."
            )
        elif _kind(path) is None:
            raise ValueError(
                f"The kind of a file must be known. Received: {str(path)!r}. "
                f"{_WAY_OUT}"
            )
        else:
            files.append(path)
    if isinstance(vocabulary, (str, pathlib.Path)):
        own = pathlib.Path(vocabulary).resolve()
        files = [path for path in files if path.resolve() != own]
    twice = [str(path) for path in files if files.count(path) > 1]
    if twice:
        raise ValueError(
            f"Every file must be given once. Received twice: {twice[0]!r}."
        )
    if not files:
        raise FileNotFoundError(
            "There must be a text file to read. Received: inputs="
            f"{[str(path) for path in inputs]}. {_WAY_OUT}"
        )
    return files


def read_blocks(files, block_bytes):
    """Yields the texts of files, cut between documents.

    Where no document ends within twice the size, a block ends with a line.

    Args:
        files: list of `pathlib.Path`, as `find_files` gives.
        block_bytes: int. Bytes of text in a block, about.

    Yields:
        `TextBlock`.

    Raises:
        ValueError: if a packed file is broken.
    """
    index = before = 0
    for path in files:
        any_line = _kind(path) == ".jsonl"
        with contextlib.closing(path.open("rb")) as raw:
            lines, size, number, first = [], 0, 0, 1
            for line in _lines(raw, path):
                number += 1
                lines.append(line)
                size += len(line)
                if size < block_bytes:
                    continue
                if any_line or not line.strip() or size >= 2 * block_bytes:
                    done = before + raw.tell()
                    content = b"".join(lines)
                    yield TextBlock(index, str(path), first, content, done)
                    lines, size, first = [], 0, number + 1
                    index += 1
            before += raw.tell()
            if lines:
                content = b"".join(lines)
                yield TextBlock(index, str(path), first, content, before)
                index += 1


def documents(block):
    """Yields the documents of a block.

    Args:
        block: `TextBlock`.

    Yields:
        list of str, the lines that are not blank.

    Raises:
        ValueError: if the text is not UTF-8, or a line of a `.jsonl` is not
            an object with a `text`.
    """
    lines = _decode(block).split("\n")
    if _kind(pathlib.Path(block.path)) == ".jsonl":
        for number, line in enumerate(lines, block.line):
            if line.strip():
                text = _text_of(line, f"{block.path}, line {number}")
                yield [part for part in text.split("\n") if part.strip()]
        return
    document = []
    for line in lines:
        if line.strip():
            document.append(line)
        elif document:
            yield document
            document = []
    if document:
        yield document


def _kind(path):
    """`.txt`, `.jsonl` or None, whether packed or not."""
    *_, inner, last = (".txt", *(path.suffixes or [""]))
    kind = inner if last in _PACKED else last
    return kind if kind in _EXTENSIONS else None


def _lines(raw, path):
    unpack = _PACKED.get(path.suffix)
    try:
        yield from raw if unpack is None else unpack(raw)
    except (gzip.BadGzipFile, lzma.LZMAError, EOFError, zlib.error) as error:
        raise ValueError(
            f"A {path.suffix} file must be whole. Received: {str(path)!r}, "
            f"{error}. Download or pack it again."
        ) from error


def _decode(block):
    content = block.content
    if block.line == 1:
        content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = block.line + content.count(b"\n", 0, error.start)
        raise ValueError(
            f"Texts must be UTF-8. Received: {block.path}, line {line}: "
            f"{content[error.start : error.start + 1]!r}. Convert the file "
            "first, for instance with iconv."
        ) from error


def _text_of(line, where):
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str):
        raise ValueError(
            "Every line of a .jsonl file must be an object with a string "
            f"`text`. Received: {where}: {line[:80]!r}."
        )
    return text
