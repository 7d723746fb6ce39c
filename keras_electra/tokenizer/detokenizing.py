"""Ids back to text."""

import numpy as np

# What Transformers' `clean_up_tokenization` replaces, in its order.
SPACE_CLEAN_UP = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def join_tokens(tokens, suffix_indicator, clean_up):
    """Joins tokens to a text.

    Args:
        tokens: list of str.
        suffix_indicator: str. What marks a piece that continues a word.
        clean_up: bool. Whether to take blanks away before punctuation.

    Returns:
        str.
    """
    words = []
    for token in tokens:
        if words and suffix_indicator and token.startswith(suffix_indicator):
            words.append(token[len(suffix_indicator) :])
        else:
            words.append(f" {token}" if words else token)
    text = "".join(words)
    if clean_up:
        for old, new in SPACE_CLEAN_UP:
            text = text.replace(old, new)
    return text


def as_ids(inputs, vocabulary_size):
    """Reads one sequence of ids or a batch of sequences.

    Args:
        inputs: list of int, list of such lists (of any lengths), or an
            integer array or tensor of rank 1 or 2.
        vocabulary_size: int. Ids must be below.

    Returns:
        A tuple `(rows, batched)`: list of lists of int, and whether the input
        had a batch axis.

    Raises:
        ValueError: if an id is no integer or not in the vocabulary.
    """
    if hasattr(inputs, "to_list"):  # tf.RaggedTensor
        inputs = inputs.to_list()
    if isinstance(inputs, (list, tuple)):
        batched = any(hasattr(row, "__len__") for row in inputs)
    else:
        inputs = np.asarray(
            inputs.detach().cpu() if hasattr(inputs, "detach") else inputs
        )
        batched = inputs.ndim > 1
    rows = [
        _row(row, vocabulary_size) for row in (inputs if batched else [inputs])
    ]
    return rows, batched


def _row(row, vocabulary_size):
    ids = np.asarray(row.detach().cpu() if hasattr(row, "detach") else row)
    if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
        raise ValueError(
            "Ids to detokenize must be integers, in one sequence or a list "
            f"of sequences. Received: {row!r}."
        )
    wrong = ids[(ids < 0) | (ids >= vocabulary_size)]
    if wrong.size:
        raise ValueError(
            f"Ids to detokenize must be in [0, {vocabulary_size}). Received: "
            f"{wrong[:5].tolist()}. They come from another vocabulary, or "
            "mark positions to ignore; drop those."
        )
    return ids.tolist()
