"""Texts from arguments, a file or standard input, a batch at a time."""

import codecs
import contextlib
import io
import sys

from keras_electra.cli.errors import USAGE_STATUS, fail

# Texts that go to the model in one call: enough to sort by length, few enough
# that results keep flowing.
BATCH_TEXTS = 512
READ_BYTES = 1 << 20
# Longer lines are a mistake (no line ends at all), and must not eat memory.
LINE_BYTES = 64 << 20


def check_input(texts, file, pair=False):
    """Stops the command unless there is something to read.

    Args:
        texts: list of strings: the arguments.
        file: `pathlib.Path`, or `None`.
        pair: bool. Whether each text is two.
    """
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
    """Returns the bytes of a file; `None` for standard input and devices."""
    if path is None or not path.is_file():
        return None
    return path.stat().st_size


def read_texts(texts, path, pair, advance):
    """Yields batches of texts from wherever the user has them.

    Args:
        texts: list of strings: the arguments; empty to read lines instead.
        path: `pathlib.Path` to read; `None` or `-` for standard input.
        pair: bool. Whether each text is two: arguments two by two, lines with
            a tab between them.
        advance: function of (texts done, bytes read), called when a batch has
            been dealt with.

    Returns:
        An iterator over (list of texts, list of second texts or `None`).

    Raises:
        ValueError: if the input cannot be read as texts, or as pairs.
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
    """Yields the lines of a stream in batches, as they come in.

    A line ends with LF or CRLF and nothing else; an empty line is a text.
    A slow pipe gives small batches at once rather than full ones later.

    Args:
        stream: buffered binary stream. It is read with `read1`, which returns
            what there is instead of waiting for more.
        name: string. What to call it in errors.

    Returns:
        An iterator over (list of strings, bytes that they and all lines
        before them take).

    Raises:
        ValueError: if a line is not UTF-8, or longer than 64 MiB.
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
    """Splits each line at its tab into a pair of texts.

    Args:
        lines: list of strings.
        number: int. Lines before these.
        name: string. What to call the input in errors.

    Returns:
        Two lists of strings.

    Raises:
        ValueError: if a line does not hold exactly one tab.
    """
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
