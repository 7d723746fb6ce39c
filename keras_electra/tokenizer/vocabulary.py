"""Vocabularies: reading and writing their files, training a new one."""

import os
import pathlib

from keras_electra.json_file import read_json, read_text
from keras_electra.tokenizer.huggingface.tokenizer_json import (
    json_settings,
    pieces_by_id,
    vocabulary_of_json,
)
from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.pieces import check_pieces, pieces_of_lines
from keras_electra.tokenizer.training import count_words, learn_pieces


def read_vocabulary(path, exact=False):
    """Read the pieces of a `vocab.txt` or of a Hugging Face `tokenizer.json`.

    Args:
        path: string or path. A text file with one piece a line, or a
            `tokenizer.json`. From the latter only the pieces are taken;
            `ElectraTokenizer.from_huggingface` takes its settings as well.
        exact: bool, default `False`. Whether the file is one that
            `write_vocabulary` wrote: every line is a piece as it stands.

    Returns:
        list of str; the index of a piece is its id. Blank and repeated lines
        are numbered as Transformers numbers them, with a warning.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is not UTF-8, is broken JSON, holds no pieces,
            or gives an id to two.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"`vocabulary` must be the path of an existing file. Received: "
            f"{str(path)!r}."
        )
    if path.suffix == ".json":
        return vocabulary_of_json(read_json(path), path)
    # Only line feeds end a line: U+2028 is a piece of Chinese BERT.
    lines = read_text(path, newline="\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    return check_pieces(lines if exact else pieces_of_lines(lines, path), path)


def check_size(pieces, size, path):
    """Refuses a vocabulary file that lacks lines, or is another one.

    Args:
        pieces: list of str.
        size: int, the number of pieces when the file was written, or `None`.
        path: path of the file.

    Raises:
        ValueError: if there are more or fewer pieces.
    """
    if size is not None and len(pieces) != size:
        raise ValueError(
            f"{path} must hold the {size} pieces that it was saved with. "
            f"Received: {len(pieces)} pieces. The file was cut off or "
            "replaced: download or save it again."
        )


def as_vocabulary(vocabulary, options):
    """Reads what a caller gave as vocabulary.

    Args:
        vocabulary: list of str, dict from str to id, or a path.
        options: `TokenizerOptions`. A `tokenizer.json` must not say otherwise.

    Returns:
        list of str.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it cannot be a vocabulary, or is a `tokenizer.json`
            with other settings.
    """
    if isinstance(vocabulary, dict):
        return pieces_by_id(vocabulary, "vocabulary")
    if not hasattr(vocabulary, "__iter__") and not isinstance(
        vocabulary, os.PathLike
    ):
        raise ValueError(
            "`vocabulary` must be a list of strings, a dict of strings to ids, "
            f"or the path of a file. Received: vocabulary={vocabulary!r}."
        )
    if not isinstance(vocabulary, (str, os.PathLike)):
        return check_pieces(vocabulary)
    pieces = read_vocabulary(vocabulary)
    if pathlib.Path(vocabulary).suffix == ".json":
        contents = read_json(pathlib.Path(vocabulary))
        differences = {
            name: value
            for name, value in json_settings(contents, vocabulary).items()
            if value != getattr(options, name)
        }
        known = {*pieces, *(t["content"] for t in options.tokens_to_add)}
        more = [
            token["content"]
            for token in contents.get("added_tokens") or ()
            if token["content"] not in known
        ]
        if differences or more:
            raise ValueError(
                f"{vocabulary} must agree with the options of the tokenizer. "
                f"Received: options {differences}, added tokens {more}. Use "
                "`ElectraTokenizer.from_huggingface` with its folder to take "
                "over everything, or pass the same options."
            )
    return pieces


def write_vocabulary(vocabulary, path):
    """Writes a `vocab.txt`: UTF-8, one piece a line.

    Args:
        vocabulary: list of str.
        path: string or path of the file.

    Raises:
        ValueError: if a piece holds a line feed, or ends in a carriage
            return, which the file could not give back.
    """
    for index, piece in enumerate(vocabulary):
        if "\n" in piece or piece.endswith("\r"):
            raise ValueError(
                "A piece of a `vocab.txt` must not hold a line break. "
                f"Received: vocabulary[{index}]={piece!r}. Save the tokenizer "
                "without it."
            )
    text = "".join(f"{piece}\n" for piece in vocabulary)
    # In bytes, lest Windows turns line feeds into pairs.
    pathlib.Path(path).write_bytes(text.encode("utf-8"))


def train_vocabulary(
    files=None,
    vocabulary_size=30522,
    *,
    texts=None,
    min_frequency=2,
    limit_alphabet=1000,
    unused_tokens=0,
    **options,
):
    """Learns the pieces of a WordPiece vocabulary from text.

    The merging is done by the Rust library's trainer. The same text gives the
    same vocabulary, in whatever order it comes: words and characters are
    counted here and handed over sorted, because the trainer numbers them in
    the order of a hash table and breaks ties by number.

    Args:
        files: path or list of paths of UTF-8 text files.
        vocabulary_size: int, default `30522`. Pieces at most, V.
        texts: iterable of str, instead of `files`.
        min_frequency: int, default `2`. How often two pieces must follow each
            other to be joined.
        limit_alphabet: int, default `1000`. Characters kept at most; words
            are learned without the rarer ones.
        unused_tokens: int, default `0`. How many `[unused0]`, `[unused1]`...
            to put in, for words that are to be added one day.
        **options: those of `ElectraTokenizer`, such as `lowercase`; give the
            tokenizer the same.

    Returns:
        list of str: special tokens, unused ones, characters, then joined
        pieces from the most frequent on.

    Raises:
        FileNotFoundError: if a file does not exist.
        ValueError: if there is no text, or the size leaves no room for the
            characters.

    Example:
    ```python
    texts = ["the quick fox jumped", "the lazy dog jumped"]
    pieces = train_vocabulary(texts=texts, vocabulary_size=50)
    tokenizer = keras_electra.ElectraTokenizer(pieces)
    ```

    Reference: `WordPieceTrainer` of the library `tokenizers`.
    """
    options = TokenizerOptions(**options)
    first = [*options.special_tokens]
    first += [f"[unused{index}]" for index in range(unused_tokens)]
    if (files is None) == (texts is None):
        raise ValueError(
            "Exactly one of `files` and `texts` must be given. Received: "
            f"files={files!r}, texts={texts!r}."
        )
    words = count_words(_lines(files) if texts is None else texts, options)
    return learn_pieces(
        words,
        first,
        options.suffix_indicator,
        vocabulary_size,
        min_frequency,
        limit_alphabet,
    )


def _lines(files):
    """The lines of text files."""
    if isinstance(files, (str, os.PathLike)):
        files = [files]
    for path in files:
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield line.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise ValueError(
                        f"Texts must be UTF-8. Received: {path}, line "
                        f"{number}: {error}. Convert the file first, for "
                        "instance with iconv."
                    ) from error
