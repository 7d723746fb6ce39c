"""`[CLS] a [SEP] b [SEP]` as TensorFlow ops."""

from keras_electra.preprocessors.truncation import room_for_pieces
from keras_electra.tokenizer.in_graph import (
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
        parts.append(tokenizer.engine.in_graph(pairs))
        kept = _kept_lengths(tf, *parts, limit, truncation)
    size = tf.shape(texts)[0]

    def column(value):
        return tf.fill([size, 1], tf.constant(value, "int32"))

    ids, segments = [column(tokenizer.cls_token_id)], [column(0)]
    for segment, (part, count) in enumerate(zip(parts, kept, strict=True)):
        part = _cut(tf, part, count, options.truncation_side == "left")
        ids += [part, column(tokenizer.sep_token_id)]
        segments += [tf.ones_like(part) * segment, column(segment)]
    ids = tf.concat(ids, axis=1)
    segments = tf.concat(segments, axis=1)
    from_end = options.padding_side == "left"
    return {
        "token_ids": _dense(tf, ids, tokenizer.pad_token_id, from_end),
        "segment_ids": _dense(tf, segments, 0, from_end),
        "padding_mask": _dense(tf, tf.ones_like(ids), 0, from_end),
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


def _cut(tf, part, count, left):
    """The first or the last `count` pieces of each row."""
    starts = part.row_starts()
    if left:
        starts += part.row_lengths() - count
    places = tf.ragged.range(starts, starts + count)
    return tf.gather(part.flat_values, places)


def _dense(tf, ragged, value, from_end):
    """Pads rows; they are reversed to pad them on the left."""
    if from_end:
        return ragged[:, ::-1].to_tensor(value)[:, ::-1]
    return ragged.to_tensor(value)
