"""Align labels of words with their tokens."""

import numpy as np

from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.text.tag_scheme import read_tags


def align_labels(word_ids, word_counts, labels, all_pieces=False):
    """Give the label of each word to its first piece, or to all of them.

    Args:
        word_ids: int array, `(B, T)`. The word of each token, -1 for [CLS],
            [SEP] and padding.
        word_counts: list of B ints. Words of each text, of which the last may
            have been cut off.
        labels: B lists of class ids, one a word; or of pairs of ids, of the
            first piece and of the others.
        all_pieces: bool, default `False`. Whether pieces after the first have
            labels too.

    Returns:
        int32 array `(B, T)`, -100 where there is no label.

    Raises:
        ValueError: if a text has not as many labels as words.
    """
    result = np.full(word_ids.shape, IGNORED_LABEL, "int32")
    if len(labels) != len(word_ids):
        raise ValueError(
            "There must be one list of labels for each text. Received: "
            f"{len(labels)} lists for {len(word_ids)} texts."
        )
    for row, (words, count, given) in enumerate(
        zip(word_ids, word_counts, labels, strict=True)
    ):
        given = np.asarray(given)
        if given.dtype.kind in "iu":  # A large id must not become another.
            given = given.clip(IGNORED_LABEL, 2**31 - 1)
        if len(given) != count:
            raise ValueError(
                "There must be one label for each word. Received: "
                f"{len(given)} labels for the {count} words of text {row} of "
                "the batch. The words of a string are what stands between "
                "white space; pass lists of words for others."
            )
        at = np.flatnonzero(words >= 0)
        if not len(at):
            continue
        word = words[at]
        first = np.diff(word, prepend=-1) != 0
        pairs = given if given.ndim == 2 else np.stack([given, given], axis=1)
        result[row, at[first]] = pairs[word[first], 0]
        if all_pieces:
            result[row, at[~first]] = pairs[word[~first], 1]
    return result


def continued(class_names):
    """The class of a word's further pieces: `I-X` for `B-X`.

    Args:
        class_names: list of C strings.

    Returns:
        int32 array, `(C,)`; classes without such a partner stay as they are.
    """
    tags = list(zip(*read_tags(class_names), strict=True))
    inside = {kind: i for i, (place, kind) in enumerate(tags) if place == "I"}
    return np.array(
        [
            inside.get(kind, index) if place == "B" else index
            for index, (place, kind) in enumerate(tags)
        ],
        dtype="int32",
    )


def with_further(row, further):
    """The label of each word with that of its further pieces.

    Args:
        row: int array, `(W,)`.
        further: int array, `(C,)`, as `continued` returns.

    Returns:
        int32 array, `(W, 2)`.
    """
    rest = np.where(row == IGNORED_LABEL, row, further[np.maximum(row, 0)])
    return np.stack([row, rest], axis=1).astype("int32")


def label_ids(labels, class_names):
    """Labels of words as class ids.

    Args:
        labels: N lists with a class name or id a word.
        class_names: list of C strings.

    Returns:
        list of N int32 arrays, `(W,)`.

    Raises:
        ValueError: if labels are no lists, or name no class.
    """
    ids = {name: index for index, name in enumerate(class_names)}
    rows = []
    for row in labels:
        given = np.asarray(row)
        if given.size == 0:
            given = np.zeros(0, "int32")
        if given.dtype.kind in "OUS":
            given = np.array(
                [ids.get(_text(name), -1) for name in given.flat], "int32"
            ).reshape(given.shape)
        good = given.dtype.kind in "iu" and given.ndim == 1
        if good:
            inside = (given >= 0) & (given < len(ids))
            good = (inside | (given == IGNORED_LABEL)).all()
        if not good:
            raise ValueError(
                "Labels must be lists with one entry a word: a name among "
                f"{list(class_names)}, an id in [0, {len(ids)}), or -100 "
                f"(ignored). Received: {row!r:.200}."
            )
        rows.append(given.astype("int32"))
    return rows


def _text(name):
    if isinstance(name, bytes):
        return name.decode("utf-8")
    return str(name) if isinstance(name, str) else None
