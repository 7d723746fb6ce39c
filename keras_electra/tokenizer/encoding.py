"""What `ElectraTokenizer.encode` knows about a text."""

from typing import NamedTuple

import numpy as np


class Encoding(NamedTuple):
    """The word pieces of one text and where they come from.

    Attributes:
        token_ids: int32, `(T,)`.
        offsets: int32, `(T, 2)`. First character of a piece in the text and
            the one after its last.
        word_ids: int32, `(T,)`. Number of the word that a piece belongs to;
            punctuation marks and CJK characters are words of their own.
        special_tokens_mask: int32, `(T,)`; 1 for special tokens: those found
            in the text, and unknown words.
        tokens: list of str, T of them.
    """

    token_ids: np.ndarray
    offsets: np.ndarray
    word_ids: np.ndarray
    special_tokens_mask: np.ndarray
    tokens: list
