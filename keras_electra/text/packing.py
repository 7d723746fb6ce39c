"""`[CLS] a [SEP] b [SEP]`: raw strings to padded integer arrays.

This and `packing_in_graph` alone know how a sequence is framed.
"""

import itertools

import numpy as np

from keras_electra.text.packing_in_graph import pack_in_graph
from keras_electra.text.truncation import (
    default_stride,
    kept_lengths,
    padded_length,
    room_for_pieces,
    windows,
)
from keras_electra.text.words import are_words, as_words, encode_words
from keras_electra.tokenizer.texts import as_texts

__all__ = ["pack", "pack_in_graph", "pack_with_offsets"]


def pack(
    tokenizer,
    texts,
    pairs=None,
    sequence_length=512,
    truncation="longest_first",
    buckets=None,
    pad_to=None,
):
    """Raw strings to the inputs of the backbone.

    Args:
        tokenizer: `ElectraTokenizer`.
        texts: str or list of str, B of them.
        pairs: as `texts`, or None. The second text of each sequence.
        sequence_length: int, default `512`. Longer sequences are cut.
        truncation: which text of a pair to cut: `"longest_first"` (piece by
            piece from the longer one), `"only_first"` or `"only_second"`.
        buckets: list of int, default `bucket_length`'s. Lengths to pad to;
            `()` for the longest of the batch as it is.
        pad_to: int. The length T itself, instead of a bucket.

    Returns:
        dict of int32 arrays `(B, T)`: `token_ids`, `segment_ids` (0, and 1
        for the second text with its separator) and `padding_mask` (1 for a
        token). T is the longest sequence rounded up to a bucket, at most
        `sequence_length`.

    Raises:
        ValueError: if the texts are not text, pairs and texts differ in
            number, or a length or the truncation is not possible.
    """
    texts, pairs, limit = _arguments(texts, pairs, sequence_length, truncation)
    engine, options = tokenizer.engine, tokenizer.options
    left = options.truncation_side == "left"
    cls, sep = (
        np.int32(index).tobytes()
        for index in (tokenizer.cls_token_id, tokenizer.sep_token_id)
    )
    rows = []  # of packed int32
    starts = []  # of the second segment
    first = engine.tokenize(texts, limit, left)
    if pairs is None:
        rows = [cls + _cut(row, limit, left) + sep for row in first]
    else:
        second = engine.tokenize(pairs, limit, left)
        for a, b, *raw in zip(first, second, texts, pairs, strict=True):
            n, m = _kept(
                engine, raw, len(a) // 4, len(b) // 4, limit, truncation
            )
            rows.append(cls + _cut(a, n, left) + sep + _cut(b, m, left) + sep)
            starts.append(n + 2)
    lengths = np.array([len(row) // 4 for row in rows])
    length = padded_length(lengths.max(), sequence_length, buckets, pad_to)
    if options.padding_side == "left":
        rows = [row.rjust(4 * length, b"\0") for row in rows]
        begin = length - lengths
    else:
        rows = [row.ljust(4 * length, b"\0") for row in rows]
        begin = np.zeros_like(lengths)
    ids = np.frombuffer(bytearray().join(rows), dtype="int32")
    ids = ids.reshape(len(rows), length)  # (B, T)
    position = np.arange(length) - begin[:, None]  # (B, T)
    mask = (position >= 0) & (position < lengths[:, None])
    if tokenizer.pad_token_id != 0:
        ids[~mask] = tokenizer.pad_token_id
    if starts:
        segments = mask & (position >= np.array(starts)[:, None])
    else:
        segments = np.zeros(mask.shape, dtype="int32")
    return {
        "token_ids": ids,
        "segment_ids": segments.astype("int32"),
        "padding_mask": mask.astype("int32"),
    }


def pack_with_offsets(
    tokenizer,
    texts,
    pairs=None,
    sequence_length=512,
    truncation="longest_first",
    buckets=None,
    pad_to=None,
    stride=0,
    return_overflow=False,
):
    """As `pack`, and where in the texts each token comes from.

    Args:
        tokenizer: `ElectraTokenizer`.
        texts: str or list of str, B of them; or B lists of words, whose
            offsets are those of the words with blanks between them.
        pairs: str or list of str, or None.
        sequence_length: int, default `512`.
        truncation: as for `pack`.
        buckets: as for `pack`.
        pad_to: as for `pack`.
        stride: int, default `0`. Pieces that two windows of a text share;
            `None` for `default_stride`.
        return_overflow: bool, default `False`. Whether what does not fit into
            a sequence goes into further windows, which are rows of their own,
            instead of being cut off.

    Returns:
        dict of int32 arrays: those of `pack`, and `offsets` `(B, T, 2)`,
        characters in the text of the token's segment, (0, 0) for framing
        tokens and padding; `word_ids` `(B, T)`, -1 for these; for lists of
        words their numbers in the list;
        `special_tokens_mask` `(B, T)`, 1 for these; `text_index` `(B,)`, the
        text that a row comes from.

    Raises:
        ValueError: as `pack`; if `stride` does not leave windows room to move
            on; for windows over both texts of a pair at once.
    """
    words = as_words(texts) if are_words(texts) else None
    if words is not None:
        texts = [" ".join(row) for row in words]
    texts, pairs, limit = _arguments(texts, pairs, sequence_length, truncation)
    if return_overflow and pairs is not None and truncation == "longest_first":
        raise ValueError(
            "`truncation` must be 'only_first' or 'only_second' where windows "
            "over pairs are asked for. Received: truncation='longest_first', "
            "return_overflow=True."
        )
    engine = tokenizer.engine
    left = tokenizer.options.truncation_side == "left"
    wanted = None if return_overflow or left else limit
    if words is None:
        first = engine.encode(texts, wanted)
    else:
        first = encode_words(engine, words)
    second = None if pairs is None else engine.encode(pairs, wanted)
    rows = []
    for index, a in enumerate(first):
        if second is None:
            kept, parts = (min(len(a), limit),), (a,)
        else:
            b = second[index]
            raw = texts[index], pairs[index]
            kept = _kept(engine, raw, len(a), len(b), limit, truncation)
            parts = a, b
        if return_overflow:
            spans = [
                windows(
                    len(part),
                    width,
                    default_stride(sequence_length, width)
                    if stride is None
                    else stride,
                    left,
                )
                for part, width in zip(parts, kept, strict=True)
            ]
        else:
            spans = [
                [(len(part) - width, len(part)) if left else (0, width)]
                for part, width in zip(parts, kept, strict=True)
            ]
        for window in itertools.product(*spans):
            rows.append(
                (
                    index,
                    [p[slice(*w)] for p, w in zip(parts, window, strict=True)],
                )
            )
    return _assemble(tokenizer, rows, sequence_length, buckets, pad_to)


def _arguments(texts, pairs, sequence_length, truncation):
    """Checks what is the same for all; returns texts, pairs and the room."""
    texts, _ = as_texts(texts, "texts")
    if pairs is not None:
        pairs, _ = as_texts(pairs, "pairs")
        if len(texts) != len(pairs):
            raise ValueError(
                "`pairs` must hold one text for each of `texts`. Received: "
                f"{len(texts)} texts and {len(pairs)} pairs."
            )
    return (
        texts,
        pairs,
        room_for_pieces(pairs is not None, sequence_length, truncation),
    )


def _kept(engine, raw, first, second, limit, truncation):
    """`kept_lengths`, where texts may have been tokenized in part only."""
    longer = None
    if (
        truncation == "longest_first"
        and limit % 2
        and min(first, second) >= limit
    ):
        longer = engine.has_more_tokens(*raw)
    return kept_lengths(first, second, limit, truncation, longer)


def _cut(row, count, left):
    if len(row) <= 4 * count:
        return row
    return row[len(row) - 4 * count :] if left else row[: 4 * count]


def _assemble(tokenizer, rows, sequence_length, buckets, pad_to):
    """Rows of column tables to padded arrays."""
    lengths = [sum(map(len, parts)) + len(parts) + 1 for _, parts in rows]
    length = padded_length(max(lengths), sequence_length, buckets, pad_to)
    size = len(rows)
    table = np.zeros((size, length, 4), dtype="int32")  # (B, T, 4)
    table[..., 0] = tokenizer.pad_token_id
    table[..., 3] = -1
    segments = np.zeros((size, length), dtype="int32")
    mask = np.zeros((size, length), dtype="int32")
    special = np.ones((size, length), dtype="int32")
    left = tokenizer.options.padding_side == "left"
    for row, ((_, parts), used) in enumerate(zip(rows, lengths, strict=True)):
        at = length - used if left else 0
        mask[row, at : at + used] = 1
        table[row, at, 0] = tokenizer.cls_token_id
        at += 1
        for segment, part in enumerate(parts):
            stop = at + len(part)
            table[row, at:stop] = part
            special[row, at:stop] = 0
            table[row, stop, 0] = tokenizer.sep_token_id
            segments[row, at : stop + 1] = segment
            at = stop + 1
    return {
        "token_ids": np.ascontiguousarray(table[..., 0]),
        "segment_ids": segments,
        "padding_mask": mask,
        "offsets": np.ascontiguousarray(table[..., 1:3]),
        "word_ids": np.ascontiguousarray(table[..., 3]),
        "special_tokens_mask": special,
        "text_index": np.array([index for index, _ in rows], dtype="int32"),
    }
