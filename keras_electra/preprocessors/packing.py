"""`[CLS] a [SEP] b [SEP]`: the only place that knows how a sequence is framed.

Raw strings to padded integer arrays. Everything here is numpy but
`pack_in_graph`, which needs TensorFlow.
"""

import numpy as np

from keras_electra.tokenizer.texts import as_texts

TRUNCATIONS = ("longest_first", "only_first", "only_second")


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
    first = tokenizer.engine.tokenize(texts)
    second = None if pairs is None else tokenizer.engine.tokenize(pairs)
    rows = []
    starts = []  # of the second segment
    cls, sep = (
        np.int32(tokenizer.cls_token_id).tobytes(),
        np.int32(tokenizer.sep_token_id).tobytes(),
    )
    left = tokenizer.options.truncation_side == "left"
    if second is None:
        for row in first:
            rows.append(cls + _cut(row, limit, left) + sep)
    else:
        for a, b in zip(first, second, strict=True):
            n, m = kept_lengths(len(a) // 4, len(b) // 4, limit, truncation)
            a = _cut(a, n, left)
            starts.append(len(a) // 4 + 2)
            rows.append(cls + a + sep + _cut(b, m, left) + sep)
    lengths = np.array([len(row) // 4 for row in rows])
    length = _padded_length(lengths.max(), sequence_length, buckets, pad_to)
    if tokenizer.options.padding_side == "left":
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
        texts: str or list of str, B of them.
        pairs: as `texts`, or None.
        sequence_length: int, default `512`.
        truncation: as for `pack`.
        buckets: as for `pack`.
        pad_to: as for `pack`.
        stride: int, default `0`. Pieces that two windows of a text share.
        return_overflow: bool, default `False`. Whether what does not fit into
            a sequence goes into further windows, which are rows of their own,
            instead of being cut off.

    Returns:
        dict of int32 arrays: those of `pack`, and `offsets` `(B, T, 2)`,
        characters in the text of the token's segment, (0, 0) for framing
        tokens and padding; `word_ids` `(B, T)`, -1 for these;
        `special_tokens_mask` `(B, T)`, 1 for these; `text_index` `(B,)`, the
        text that a row comes from.

    Raises:
        ValueError: as `pack`; if `stride` does not leave windows room to move
            on; for windows over both texts of a pair at once.
    """
    texts, pairs, limit = _arguments(texts, pairs, sequence_length, truncation)
    if return_overflow and pairs is not None and truncation == "longest_first":
        raise ValueError(
            "`truncation` must be 'only_first' or 'only_second' where windows "
            "over pairs are asked for. Received: truncation='longest_first', "
            "return_overflow=True."
        )
    engine = tokenizer.engine
    first = engine.encode(texts)
    second = [None] * len(first) if pairs is None else engine.encode(pairs)
    left = tokenizer.options.truncation_side == "left"
    rows = []
    for index, (a, b) in enumerate(zip(first, second, strict=True)):
        a = _columns(a)
        b = None if b is None else _columns(b)
        if b is None:
            n, m = min(len(a), limit), 0
        else:
            n, m = kept_lengths(len(a), len(b), limit, truncation)
        spans_a = _windows(len(a), n, stride, return_overflow, left)
        spans_b = (
            [(0, 0)]
            if b is None
            else _windows(len(b), m, stride, return_overflow, left)
        )
        for start_a, stop_a in spans_a:
            for start_b, stop_b in spans_b:
                parts = [a[start_a:stop_a]]
                if b is not None:
                    parts.append(b[start_b:stop_b])
                rows.append((index, parts))
    return _assemble(tokenizer, rows, sequence_length, buckets, pad_to)


def kept_lengths(first, second, limit, truncation):
    """How many pieces of the two texts of a pair are kept.

    Args:
        first: int. Pieces of the first text.
        second: int. Pieces of the second text.
        limit: int. Pieces there is room for.
        truncation: string.

    Returns:
        Two ints.

    Raises:
        ValueError: if cutting only the one text cannot be enough.
    """
    if first + second <= limit:
        return first, second
    if truncation == "longest_first":
        # As Transformers: the shorter text keeps up to half of the room; if
        # the room is odd and both are cut, the longer, or else the second,
        # gets the odd one.
        short = min(first, second)
        if short > limit // 2:
            short = limit // 2
        if first > second:
            return limit - short, short
        return short, limit - short
    kept = limit - (second if truncation == "only_first" else first)
    if kept < 0:
        raise ValueError(
            f"`truncation='{truncation}'` must leave room for the other text. "
            f"Received: texts of {first} and {second} pieces for {limit} "
            "places. Use truncation='longest_first' or a longer "
            "`sequence_length`."
        )
    return (kept, second) if truncation == "only_first" else (first, kept)


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
    if truncation not in TRUNCATIONS or (
        pairs is None and truncation == "only_second"
    ):
        raise ValueError(
            f"`truncation` must be one of {TRUNCATIONS}, and 'only_second' "
            f"needs `pairs`. Received: truncation={truncation!r}."
        )
    framing = 2 if pairs is None else 3
    if not isinstance(sequence_length, (int, np.integer)) or (
        sequence_length < framing
    ):
        raise ValueError(
            f"`sequence_length` must be an integer of at least {framing}, "
            f"for [CLS] and [SEP]. Received: {sequence_length!r}."
        )
    return texts, pairs, sequence_length - framing


def _cut(row, count, left):
    if len(row) <= 4 * count:
        return row
    return row[len(row) - 4 * count :] if left else row[: 4 * count]


def _padded_length(longest, sequence_length, buckets, pad_to):
    if pad_to is not None:
        if not longest <= pad_to <= sequence_length:
            raise ValueError(
                "`pad_to` must not be below the longest sequence nor above "
                f"`sequence_length`. Received: pad_to={pad_to}, longest "
                f"{longest}, sequence_length={sequence_length}."
            )
        return int(pad_to)
    if buckets is None:
        return min(bucket_length(longest), sequence_length)
    fitting = [int(b) for b in buckets if b >= longest]
    return min([*fitting, sequence_length]) if buckets else int(longest)


def _columns(encoding):
    """ids, start, stop, word number of each piece: int32, `(T, 4)`."""
    table = np.empty((len(encoding.ids), 4), dtype="int32")
    table[:, 0] = encoding.ids
    table[:, 1:3] = np.array(encoding.offsets, dtype="int32").reshape(-1, 2)
    table[:, 3] = encoding.word_ids
    return table


def _windows(total, width, stride, overflow, left):
    """Spans of the windows of at most `width` pieces over `total`."""
    if total <= width or not overflow:
        return [(total - width, total) if left else (0, min(width, total))]
    if not 0 <= stride < width:
        raise ValueError(
            "`stride` must be below the room that a window has for the text. "
            f"Received: stride={stride}, room for {width} pieces."
        )
    step = width - stride
    count = -(-(total - width) // step) + 1
    if left:
        return [
            (max(total - i * step - width, 0), total - i * step)
            for i in range(count)
        ]
    return [(i * step, min(i * step + width, total)) for i in range(count)]


def _assemble(tokenizer, rows, sequence_length, buckets, pad_to):
    """Rows of column tables to padded arrays."""
    lengths = [sum(map(len, parts)) + len(parts) + 1 for _, parts in rows]
    length = _padded_length(max(lengths), sequence_length, buckets, pad_to)
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
