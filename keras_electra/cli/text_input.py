"""Read texts from arguments, a file or standard input, in batches."""

import codecs
import contextlib
import io
import sys

from keras_electra.cli.errors import USAGE_STATUS, fail

# Texts per call of the model: enough to sort them by length, and few enough to
# print results steadily.
BATCH_TEXTS = 512
READ_BYTES = 1 << 20
# Longer lines are taken for a file without line ends, and must not fill memory.
LINE_BYTES = 64 << 20


def check_input(texts, file, pair=False):
    """Exit with a usage error if there is no text to read."""
    if texts and file:
        fail("give texts or --file, not both", USAGE_STATUS)
    if file is not None and str(file) != "-" and not file.exists():
        fail(f"there is no file {str(file)!r}", USAGE_STATUS)
    from_stdin = not texts and (file is None or str(file) == "-")
    if from_stdin and sys.stdin is None:
        fail(
            "standard input is closed: give texts as arguments, or name a "
            "--file",
            USAGE_STATUS,
        )
    if from_stdin and file is None and sys.stdin.isatty():
        fail(
            "no text: give it as an argument, name a --file, or pipe it in",
            USAGE_STATUS,
        )
    if pair and texts and len(texts) % 2:
        fail(
            f"--pair takes arguments two by two; there are {len(texts)}",
            USAGE_STATUS,
        )


def input_size(path):
    """Return the size of a file; `None` for standard input and devices."""
    if path is None or not path.is_file():
        return None
    return path.stat().st_size


def read_texts(texts, path, pair, advance):
    """Yield pairs of a list of texts and a list of second texts or `None`.

    Args:
        texts: list of strings, the arguments; empty to read lines instead.
        path: `pathlib.Path` to read; `None` or `-` for standard input.
        pair: bool. Whether each text is a pair: two arguments, or a line with
            a tab between its texts.
        advance: function of the number of texts and of all bytes read so far,
            called when a batch is done.
    """
    if texts:
        yield (texts[::2], texts[1::2]) if pair else (texts, None)
        return
    name = str(path or "-")
    stdin = name == "-"
    name = "standard input" if stdin else name
    number = 0
    with contextlib.ExitStack() as stack:
        stream = sys.stdin.buffer
        if not stdin:
            stream = stack.enter_context(path.open("rb"))
        for lines, done in read_lines(stream, name):
            if pair:
                yield split_pairs(lines, number, name)
            else:
                yield lines, None
            number += len(lines)
            advance(len(lines), done)


def read_lines(stream, name="standard input"):
    """Yield pairs of a list of lines and the number of bytes up to their end.

    A line ends with LF or CRLF only; an empty line is a text. A slow pipe gives
    small batches at once rather than full ones later: `read1` returns the
    available bytes instead of waiting for more.

    Args:
        stream: buffered binary stream.
        name: string. Name of the stream in error messages.
    """
    number, done, rest = 0, 0, io.BytesIO()
    while chunk := stream.read1(READ_BYTES):
        *lines, tail = chunk.split(b"\n")
        if lines:
            lines[0] = rest.getvalue() + lines[0]
            rest = io.BytesIO()
        rest.write(tail)
        if rest.tell() > LINE_BYTES:
            raise ValueError(
                f"Lines must be at most {LINE_BYTES} bytes. Received: {name}, "
                f"line {number + len(lines) + 1}, without an end. Split the "
                "text into lines."
            )
        for start in range(0, len(lines), BATCH_TEXTS):
            batch = lines[start : start + BATCH_TEXTS]
            done += sum(map(len, batch)) + len(batch)
            yield _decode(batch, number, name), done
            number += len(batch)
    if rest.tell():
        yield _decode([rest.getvalue()], number, name), done + rest.tell()


def split_pairs(lines, number, name="standard input"):
    """Split lines at their tab into two lists; `number` lines came before."""
    firsts, seconds = [], []
    for offset, line in enumerate(lines):
        parts = line.split("\t")
        if len(parts) != 2:
            raise ValueError(
                "Every line must hold two texts with a tab between them. "
                f"Received: {name}, line {number + offset + 1}, "
                f"with {len(parts) - 1} tabs."
            )
        firsts.append(parts[0])
        seconds.append(parts[1])
    return firsts, seconds


def _decode(lines, number, name):
    texts = []
    for offset, line in enumerate(lines):
        if number + offset == 0:
            line = line.removeprefix(codecs.BOM_UTF8)
        try:
            texts.append(line.removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"Texts must be UTF-8. Received: {name}, line "
                f"{number + offset + 1}, byte {error.start + 1}: "
                f"{line[error.start : error.start + 1]!r}. Convert it first, "
                "for instance with iconv."
            ) from error
    return texts
