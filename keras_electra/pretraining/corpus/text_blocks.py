"""Read text files in blocks of complete documents."""

import codecs
import contextlib
import gzip
import json
import lzma
import pathlib
import zlib
from typing import NamedTuple

_COMPRESSED = {".gz": gzip.open, ".xz": lzma.open}
_EXTENSIONS = (".txt", ".jsonl")
# Files beside the texts that are not text, in lower case.
_NOT_TEXT = {
    f"{name}.txt"
    for name in ("license", "merges", "readme", "vocab", "vocabulary")
}
_WAY_OUT = (
    "Files must end in .txt (a blank line between documents) or .jsonl (an "
    "object with a `text` in each line), optionally followed by .gz or .xz."
)


class TextBlock(NamedTuple):
    """Complete documents of a file."""

    index: int  # Across all files.
    path: str
    line: int  # Number of the first line, from 1.
    content: bytes
    done: int  # Bytes of all files read so far, before decompression.


def read_documents(inputs):
    """Read the documents of text files, in the formats of `build_corpus`.

    Args:
        inputs: path, or list of paths, of files and folders: `.txt` with a
            blank line between documents, or `.jsonl` with a `text` in each
            line, optionally compressed as `.gz` or `.xz`. Subfolders are
            ignored.

    Yields:
        list of str. The lines of a document that are not blank.

    Raises:
        FileNotFoundError: if an input does not exist, or there are no files.
        ValueError: if a file has an unknown extension, is damaged, or is not
            UTF-8.

    Example:
    ```python
    lines = [line for lines in read_documents("texts") for line in lines]
    ```
    """
    for block in read_blocks(find_files(inputs), block_bytes=1 << 20):
        yield from documents(block)


def find_files(inputs, vocabulary=None):
    """List text files, and the text files in folders in the order of names.

    In a folder, `vocab.txt` and the like and the file of `vocabulary` (a path,
    or pieces) are left out, and folders are not entered.
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
                f"Files must have a known extension. Received: {str(path)!r}. "
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
            f"`inputs` must not repeat a file. Received twice: {twice[0]!r}."
        )
    if not files:
        raise FileNotFoundError(
            "`inputs` must contain a text file. Received: inputs="
            f"{[str(path) for path in inputs]}. {_WAY_OUT}"
        )
    return files


def read_blocks(files, block_bytes):
    """Yield a `TextBlock` for about `block_bytes` of text.

    A block ends between documents, or with a line if no document ends within
    twice the size.
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
    """Yield the documents of a block, each as a list of its non-blank lines."""
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
    """`.txt`, `.jsonl` or None, without the suffix of a compression."""
    *_, inner, last = (".txt", *(path.suffixes or [""]))
    kind = inner if last in _COMPRESSED else last
    return kind if kind in _EXTENSIONS else None


def _lines(raw, path):
    decompress = _COMPRESSED.get(path.suffix)
    try:
        yield from raw if decompress is None else decompress(raw)
    except (gzip.BadGzipFile, lzma.LZMAError, EOFError, zlib.error) as error:
        raise ValueError(
            f"A {path.suffix} file must be intact. Received: {str(path)!r}, "
            f"{error}. Download or compress it again."
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
