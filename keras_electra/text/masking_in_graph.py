"""`masking.py` as TensorFlow ops."""

import numpy as np

from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.text.masking import ordinary_ids
from keras_electra.tokenizer.in_graph.in_graph_tokenizer import (
    import_tensorflow_text,
)


def mask_tokens_in_graph(packed, tokenizer, rates):
    """As `mask_tokens`, inside a TensorFlow graph.

    Args:
        packed: dict of int32 tensors `(B, T)`.
        tokenizer: `ElectraTokenizer`.
        rates: `MaskingRates`.

    Returns:
        A pair as from `mask_tokens`, of tensors.
    """
    tf, _ = import_tensorflow_text()
    ids, padding = packed["token_ids"], packed["padding_mask"]
    length = tf.shape(ids)[1]
    special = tf.constant(tokenizer.special_token_ids, "int32")
    free = tf.reduce_all(ids[..., None] != special, axis=-1) & (padding == 1)
    # At least one, and a share of a number of tokens.
    share = lambda n: tf.maximum(  # noqa: E731
        1, tf.cast(tf.round(rates.selection * tf.cast(n, "float32")), "int32")
    )
    width = share(length) if rates.length is None else rates.length
    counts = tf.minimum(share(tf.reduce_sum(padding, 1)), width)
    counts = tf.minimum(counts, tf.reduce_sum(tf.cast(free, "int32"), 1))
    seeds = tf.ensure_shape(tf.numpy_function(_seeds, [], "int64"), (3, 2))
    draw = tf.random.stateless_uniform
    score = tf.where(free, draw(tf.shape(ids), seeds[0]), 2.0)
    chosen = tf.argsort(tf.argsort(score)) < counts[:, None]  # (B, T)
    positions = _packed(tf, chosen, length, width)  # (B, M)
    real = positions < length
    positions = tf.where(real, positions, 0)
    labels = tf.gather(ids, positions, batch_dims=1)
    others = tf.constant(ordinary_ids(tokenizer), "int32")
    random = tf.gather(
        others,
        draw(tf.shape(ids), seeds[1], 0, others.shape[0], dtype="int32"),
    )
    draw = draw(tf.shape(ids), seeds[2])
    hidden = tf.where(draw < rates.mask, tokenizer.mask_token_id, random)
    hidden = tf.where(chosen & (draw < rates.mask + rates.random), hidden, ids)
    return {
        **packed,
        "token_ids": hidden,
        "mask_positions": positions,
    }, tf.where(real, labels, IGNORED_LABEL)


def _seeds():
    """From numpy's state, as outside a graph.

    After `keras.utils.set_random_seed` the random operations of a `tf.data`
    pipeline begin anew with each epoch, and every epoch would hide the same.
    """
    return np.random.randint(2**31, size=(3, 2)).astype("int64")


def find_mask_tokens_in_graph(packed, tokenizer):
    """As `find_mask_tokens`, inside a TensorFlow graph.

    Args:
        packed: dict of int32 tensors `(B, T)`.
        tokenizer: `ElectraTokenizer`.

    Returns:
        The dict with `mask_positions`, a tensor `(B, M)`.
    """
    tf, _ = import_tensorflow_text()
    found = packed["token_ids"] == tokenizer.mask_token_id
    length = tf.shape(found)[1]
    most = tf.reduce_max(tf.reduce_sum(tf.cast(found, "int32"), 1))
    positions = _packed(tf, found, length, tf.maximum(1, most))
    positions = tf.where(positions < length, positions, 0)
    return {**packed, "mask_positions": positions}


def _packed(tf, chosen, length, width):
    """The places of true entries in front, then `length`; `(B, width)`."""
    places = tf.sort(tf.where(chosen, tf.range(length), length))[:, :width]
    missing = tf.maximum(width - length, 0)
    return tf.pad(places, [[0, 0], [0, missing]], constant_values=length)
