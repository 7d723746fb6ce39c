"""Truncate texts and choose batch lengths."""

import sys

import numpy as np

TRUNCATIONS = ("longest_first", "only_first", "only_second")


def room_for_pieces(paired, sequence_length, truncation):
    """Pieces that fit into a sequence beside [CLS] and [SEP].

    Args:
        paired: bool. Whether a sequence is of two texts.
        sequence_length: int.
        truncation: string.

    Returns:
        int.

    Raises:
        ValueError: if the length or the truncation is not possible.
    """
    if truncation not in TRUNCATIONS or (
        truncation == "only_second" and not paired
    ):
        raise ValueError(
            f"`truncation` must be one of {TRUNCATIONS}, and 'only_second' "
            f"needs pairs of texts. Received: truncation={truncation!r}."
        )
    framing = 3 if paired else 2
    if (
        not isinstance(sequence_length, (int, np.integer))
        or isinstance(sequence_length, bool)
        or sequence_length < framing
    ):
        raise ValueError(
            f"`sequence_length` must be an integer of at least {framing}, "
            f"for [CLS] and [SEP]. Received: {sequence_length!r}."
        )
    return int(sequence_length) - framing


def kept_lengths(first, second, limit, truncation, first_is_longer=None):
    """How many pieces of the two texts of a pair are kept.

    Args:
        first: int. Pieces of the first text.
        second: int. Pieces of the second text.
        limit: int. Pieces there is room for.
        truncation: string, one of `TRUNCATIONS`.
        first_is_longer: bool, default `first > second`. For texts that have
            not been tokenized to the end.

    Returns:
        Two ints.

    Raises:
        ValueError: if cutting only the one text cannot be enough.
    """
    if first + second <= limit:
        return first, second
    if truncation == "longest_first":
        # As Transformers: the shorter text keeps up to half of the room; where
        # both are cut and the room is odd, the longer gets the odd one, and of
        # equally long ones the second.
        if first_is_longer is None:
            first_is_longer = first > second
        short = min(first, second, limit // 2)
        return (
            (limit - short, short)
            if first_is_longer
            else (short, limit - short)
        )
    kept = limit - (second if truncation == "only_first" else first)
    if kept < 0:
        raise ValueError(
            f"`truncation='{truncation}'` must leave room for the other text. "
            f"Received: texts of at least {first} and {second} pieces for "
            f"{limit} places. Use truncation='longest_first' or a longer "
            "`sequence_length`."
        )
    return (kept, second) if truncation == "only_first" else (first, kept)


def default_stride(sequence_length, width):
    """The stride of windows with room for `width` pieces of the text."""
    stride = min(128, sequence_length // 2)
    return stride if stride < width else width // 2


def windows(total, width, stride, from_end=False):
    """Overlapping windows over the pieces of a text.

    Args:
        total: int. Pieces of the text.
        width: int. Pieces of a window, at most.
        stride: int. Pieces that neighboring windows share.
        from_end: bool, default `False`. Whether the first window is at the
            end of the text.

    Returns:
        list of tuples `(start, stop)`.

    Raises:
        ValueError: if `stride` leaves windows no room to move on.
    """
    if total <= width:
        return [(0, total)]
    if not 0 <= stride < width:
        raise ValueError(
            "`stride` must not be negative, and below the room that a window "
            f"has for the text. Received: stride={stride}, room for {width} "
            "pieces."
        )
    step = width - stride
    starts = range(0, total - width + step, step)
    spans = [(start, min(start + width, total)) for start in starts]
    if from_end:
        return [(total - stop, total - start) for start, stop in spans]
    return spans


def bucket_length(length):
    """The default bucket of a length.

    Multiples of 8 up to 64, of 16 to 128, of 32 to 256, of 64 to 512, and so
    on: at most an eighth of padding, and few shapes to compile.

    Args:
        length: int.

    Returns:
        int, not below `length`.
    """
    step = max(8, (1 << (max(int(length), 1) - 1).bit_length()) // 8)
    return -(-int(length) // step) * step


def length_buckets():
    """Lengths to pad to, for `padded_length`.

    Returns:
        `None` for the usual ones, where something compiles once a length; `()`
        for none on PyTorch, and where there is no Keras.
    """
    keras = sys.modules.get("keras")
    compiles = keras is not None and keras.config.backend() != "torch"
    return None if compiles else ()


def packing_lengths(model):
    """Return the arguments of `pack` that limit lengths for a model.

    `model` is a task or an exported model with a preprocessor.
    """
    longest = min(model.preprocessor.sequence_length, model.max_sequence_length)
    return {"sequence_length": longest, "buckets": length_buckets()}


def padded_length(longest, sequence_length, buckets=None, pad_to=None):
    """The length that a batch is padded to.

    Args:
        longest: int. The longest sequence of the batch.
        sequence_length: int. No batch is longer.
        buckets: list of int, default `bucket_length`'s; `()` for none.
        pad_to: int or None. The length itself.

    Returns:
        int.

    Raises:
        ValueError: if `pad_to` is too short, or above `sequence_length`.
    """
    if pad_to is not None:
        if not longest <= pad_to <= sequence_length:
            raise ValueError(
                "`pad_to` must not be below the longest sequence of the batch, "
                f"nor above `sequence_length`. Received: pad_to={pad_to}, "
                f"longest sequence {longest}, "
                f"sequence_length={sequence_length}."
            )
        return int(pad_to)
    if buckets is None:
        return min(bucket_length(longest), sequence_length)
    if not len(buckets):
        return int(longest)
    fitting = [int(bucket) for bucket in buckets if bucket >= longest]
    return min([*fitting, sequence_length])
