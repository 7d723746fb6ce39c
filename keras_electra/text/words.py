"""Tokenize texts that are lists of words."""

import numpy as np

from keras_electra.tokenizer.texts import as_column


def are_words(texts):
    """Whether a batch of texts holds lists of words instead of strings.

    Args:
        texts: any input.

    Returns:
        bool.
    """
    # A tuple is a pair, of lists or of texts.
    return (
        isinstance(texts, (list, np.ndarray))
        and len(texts) > 0
        and isinstance(texts[0], (list, np.ndarray))
    )


def as_words(texts, name="texts"):
    """Check lists of words, and bring them into one form.

    Args:
        texts: list of B lists of words; arrays will do.
        name: string. What the message calls the argument.

    Returns:
        list of B lists of str.

    Raises:
        ValueError: if one of them is not a list of strings.
    """
    rows = [
        row.tolist() if isinstance(row, np.ndarray) else as_column(row)
        for row in texts
    ]
    for index, row in enumerate(rows):
        wrong = not isinstance(row, (list, tuple)) or any(
            not isinstance(word, str) for word in row
        )
        if wrong:
            raise ValueError(
                f"`{name}` must be lists of words, every word a string, where "
                f"the first one is such a list. Received: {name}[{index}]="
                f"{row!r:.200}. Texts that are not split yet are strings, all "
                "of them."
            )
    return [list(row) for row in rows]


def encode_words(engine, rows):
    """Tokenize each word for itself.

    Args:
        engine: `RustEngine`.
        rows: list of B lists of str.

    Returns:
        list of int32 arrays `(T, 4)`, as `RustEngine.encode` makes of the
        words with blanks between them; but the last column is the number of
        the word in its list.
    """
    words = {word: None for row in rows for word in row}
    tables = dict(zip(words, engine.encode(list(words)), strict=True))
    return [_join(row, tables) for row in rows]


def _join(row, tables):
    if not row:
        return np.empty((0, 4), dtype="int32")
    parts = [tables[word] for word in row]
    table = np.concatenate(parts).astype("int32")
    counts = [len(part) for part in parts]
    lengths = [len(word) + 1 for word in row]  # With the blank.
    starts = np.cumsum([0, *lengths[:-1]])
    table[:, 1:3] += np.repeat(starts, counts)[:, None].astype("int32")
    table[:, 3] = np.repeat(np.arange(len(row)), counts)
    return table
