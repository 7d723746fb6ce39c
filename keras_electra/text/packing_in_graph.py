"""`[CLS] a [SEP] b [SEP]` as TensorFlow ops."""

from keras_electra.text.truncation import room_for_pieces
from keras_electra.tokenizer.in_graph.in_graph_tokenizer import (
    as_string_tensor,
    import_tensorflow_text,
)


def pack_in_graph(
    tokenizer,
    texts,
    pairs=None,
    sequence_length=512,
    truncation="longest_first",
):
    """As `pack`, inside a TensorFlow graph.

    Args:
        tokenizer: `ElectraTokenizer`.
        texts: `tf.string` tensor, `(B,)`.
        pairs: as `texts`, or None.
        sequence_length: int, default `512`. Longer sequences are cut.
        truncation: as for `pack`.

    Returns:
        dict of int32 tensors `(B, T)` as from `pack`, but T is the longest
        sequence as it is: shapes in a graph are dynamic anyway.

    Raises:
        ImportError: if tensorflow-text is not installed.
        ValueError: if the texts are not strings, or a length or the
            truncation is not possible.
    """
    tf, _ = import_tensorflow_text()
    limit = room_for_pieces(pairs is not None, sequence_length, truncation)
    options = tokenizer.options
    texts, _ = as_string_tensor(texts, "texts")
    parts = [tokenizer.engine.in_graph(texts)]
    if pairs is None:
        kept = [tf.minimum(parts[0].row_lengths(), limit)]
    else:
        pairs, _ = as_string_tensor(pairs, "pairs")
        if not texts.shape.is_compatible_with(pairs.shape):
            raise ValueError(
                "`pairs` must hold one text for each of `texts`. Received: "
                f"tensors of shapes {texts.shape} and {pairs.shape}."
            )
        parts.append(tokenizer.engine.in_graph(pairs))
        kept = _kept_lengths(tf, *parts, limit, truncation)
    total = tf.add_n(kept) + len(kept) + 1  # (B,)
    length = tf.maximum(tf.reduce_max(total), len(kept) + 1)  # of no texts
    begin = length - total if options.padding_side == "left" else total * 0
    place = tf.range(length)[None] - begin[:, None]  # (B, T)
    inside = (place >= 0) & (place < total[:, None])
    ids = tf.where(
        inside, tokenizer.sep_token_id, tokenizer.pad_token_id
    )  # (B, T)
    ids = tf.where(place == 0, tokenizer.cls_token_id, ids)
    segments = tf.zeros_like(ids)
    offset = tf.ones_like(total)  # where the part starts in the sequence
    for segment, (part, count) in enumerate(zip(parts, kept, strict=True)):
        skipped = 0
        if options.truncation_side == "left":
            skipped = part.row_lengths() - count
        own = place - offset[:, None]
        values = tf.gather(
            # One more, for rows of nothing at the end.
            tf.pad(part.flat_values, [[0, 1]]),
            tf.where(
                (own >= 0) & (own < count[:, None]),
                own + (part.row_starts() + skipped)[:, None],
                0,
            ),
        )
        ids = tf.where((own >= 0) & (own < count[:, None]), values, ids)
        if segment:
            segments = tf.cast((own >= 0) & inside, "int32")
        offset += count + 1
    return {
        "token_ids": ids,
        "segment_ids": segments,
        "padding_mask": tf.cast(inside, "int32"),
    }


def _kept_lengths(tf, first, second, limit, truncation):
    """`kept_lengths` of all rows at once; here everything is tokenized."""
    first, second = first.row_lengths(), second.row_lengths()
    fits = first + second <= limit
    if truncation == "longest_first":
        short = tf.minimum(tf.minimum(first, second), limit // 2)
        longer = first > second
        cut = (
            tf.where(longer, limit - short, short),
            tf.where(longer, short, limit - short),
        )
    elif truncation == "only_first":
        cut = limit - second, second
    else:
        cut = first, limit - first
    check = tf.debugging.assert_non_negative(
        tf.where(fits, tf.zeros_like(first), tf.minimum(*cut)),
        f"`truncation='{truncation}'` must leave room for the other text. Use "
        "truncation='longest_first' or a longer `sequence_length`.",
    )
    with tf.control_dependencies([] if check is None else [check]):
        return (
            tf.where(fits, first, cut[0]),
            tf.where(fits, second, cut[1]),
        )
