"""Vocabularies: reading and writing their files, training a new one."""

import json
import pathlib

import tokenizers

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def read_vocabulary(path):
    """Reads the pieces of a `vocab.txt` or of a Hugging Face `tokenizer.json`.

    Args:
        path: string or path. A text file with one piece a line, or a
            `tokenizer.json`. From the latter only the pieces are taken;
            `ElectraTokenizer.from_huggingface` takes its settings as well.

    Returns:
        list of str; the index of a piece is its id.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is not UTF-8, is broken JSON, holds no pieces,
            holds one twice, or leaves ids without a piece.
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
    lines = _read_text(path).split("\n")
    if lines[-1] == "":
        lines.pop()
    return check_vocabulary([line.removesuffix("\r") for line in lines], path)


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


def check_vocabulary(vocabulary, origin="vocabulary"):
    """Checks that a list of pieces can be a vocabulary.

    Args:
        vocabulary: iterable of str.
        origin: string or path. Where it came from, for the error messages.

    Returns:
        The pieces as a list.

    Raises:
        ValueError: if it is empty, or a piece is no string or occurs twice.
    """
    vocabulary = list(vocabulary)
    if not vocabulary:
        raise ValueError(f"A vocabulary must hold pieces. {origin} is empty.")
    seen = {}
    for index, piece in enumerate(vocabulary):
        if not isinstance(piece, str):
            raise ValueError(
                "A vocabulary must consist of strings. Received: "
                f"vocabulary[{index}]={piece!r} in {origin}."
            )
        if piece in seen:
            raise ValueError(
                "A vocabulary must hold every piece once. Received: "
                f"{piece!r} as ids {seen[piece]} and {index} in {origin}. "
                "Rename one of the two, so that the other ids stay as they "
                "are."
            )
        seen[piece] = index
    return vocabulary


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
        value = json.loads(_read_text(path))
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


def vocabulary_of_json(contents, origin):
    """The pieces of the WordPiece model in a parsed `tokenizer.json`.

    Args:
        contents: dict.
        origin: string or path, for the error messages.

    Returns:
        list of str; the index of a piece is its id.

    Raises:
        ValueError: if the model is not WordPiece or ids have no piece.
    """
    model = contents.get("model")
    pieces = model.get("vocab") if isinstance(model, dict) else None
    # Files of 2020 do not name the type of their model.
    kind = model.get("type", "WordPiece") if isinstance(model, dict) else None
    if kind != "WordPiece" or not isinstance(pieces, dict):
        raise ValueError(
            f"The model in {origin} must be WordPiece with a vocabulary. "
            f"Received: model type {kind!r}."
        )
    by_id = {index: piece for piece, index in pieces.items()}
    missing = sorted(set(range(len(pieces))) - set(by_id))
    if missing:
        raise ValueError(
            f"The ids in {origin} must run from 0 without a gap, one piece "
            f"each. Missing: {missing[:10]}, of {len(pieces)} pieces."
        )
    return check_vocabulary([by_id[i] for i in range(len(by_id))], origin)


def _read_text(path):
    try:
        return pathlib.Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be a UTF-8 file, and is not: {error}."
        ) from error
