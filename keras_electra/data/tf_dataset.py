"""Support for `tf.data`; TensorFlow only."""

import keras
import numpy as np


def as_tf_dataset(batches):
    """Let `fit` on the TensorFlow backend take batches of any length.

    Keras reads the shapes of a `PyDataset` off its first two batches, and then
    refuses a third whose texts are longer. Here only the ranks are read.

    Args:
        batches: `keras.utils.PyDataset` with a known number of batches.

    Returns:
        `tf.data.Dataset`; every pass over it is an epoch of `batches`.

    Raises:
        ValueError: if `batches` is empty.
    """
    import tensorflow as tf

    count = batches.num_batches
    if not count:
        raise ValueError(
            "The data set must hold at least one batch. Received: "
            f"num_batches={count}."
        )

    def spec(value):
        value = np.asarray(value)
        return tf.TensorSpec((None,) * value.ndim, value.dtype)

    def epoch():
        batches.on_epoch_begin()
        for index in range(count):
            yield batches[index]
        batches.on_epoch_end()

    dataset = tf.data.Dataset.from_generator(
        epoch, output_signature=keras.tree.map_structure(spec, batches[0])
    )
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return without_tuning(dataset.prefetch(tf.data.AUTOTUNE))


def without_tuning(dataset):
    """A data set whose iterators end when they are done with.

    TensorFlow tunes the stages of a pipeline in a thread that wakes up after
    10 ms, and then after twice as long each time, up to a minute. On one core,
    and at times on a busy machine, whoever drops an iterator waits until it
    does: an epoch of 6 seconds takes 10, one of 11 takes 20 (seen in TensorFlow
    2.21). Without tuning, parallel stages have as many threads as there are.

    Args:
        dataset: `tf.data.Dataset`.

    Returns:
        `tf.data.Dataset`, the same one if it has been said already.
    """
    import tensorflow as tf

    if dataset.options().autotune.enabled is not None:
        return dataset
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def assert_range(values, low, high, message):
    """Stop a `tf.data` pipeline at a number that is not in [low, high]."""
    if values.dtype.name == "string":
        return values
    numbers = _wide(values)
    high = _wide(high, numbers.dtype)
    return _assert_all(values, (numbers >= low) & (numbers <= high), message)


def assert_classes(labels, count, message, ignored=None, like=None):
    """Stop a `tf.data` pipeline at a label that is no class.

    JAX would train on it in silence.

    Args:
        labels: tensor of a TensorFlow graph. Strings are returned unchecked.
        count: int or int tensor. Classes, C.
        message: string. What must hold.
        ignored: int. A label that is allowed too.
        like: tensor with the shape that the labels must have; default: any.

    Returns:
        `labels`.
    """
    import tensorflow as tf

    if labels.dtype.name == "string":
        return labels
    if like is not None:
        labels = assert_shape(labels, like, message)
    ids = _wide(labels)
    holds = (ids >= 0) & (ids < _wide(count, ids.dtype))
    if ids.dtype.is_floating:
        holds &= tf.equal(ids, tf.floor(ids))
    if ignored is not None:
        holds |= tf.equal(ids, ignored)
    return _assert_all(labels, holds, message)


def assert_choice_labels(labels, token_ids):
    """As `assert_classes`, where `token_ids`, `(B, C, T)`, are the choices."""
    import tensorflow as tf

    message = (
        "Labels must be the numbers of the right choices, integers from 0 and "
        f"below {token_ids.shape[1] or 'their number'}."
    )
    return assert_classes(labels, tf.shape(token_ids)[1], message)


def assert_finite(values, message):
    """Stop a `tf.data` pipeline at a number that is NaN or infinity."""
    import tensorflow as tf

    if not values.dtype.is_floating:
        return values
    return _assert_all(values, tf.math.is_finite(values), message)


def assert_shape(values, like, message):
    """Stop a `tf.data` pipeline at a tensor of another shape than `like`."""
    import tensorflow as tf

    found, wanted = tf.shape(values), tf.shape(like)
    check = tf.debugging.assert_equal(found, wanted, message=message)
    with tf.control_dependencies([check]):
        return tf.identity(values)


def assert_length(token_ids, limit):
    """Stop a `tf.data` pipeline at sequences longer than `limit` tokens."""
    import tensorflow as tf

    message = (
        "Sequences must not be longer than the model's `max_sequence_length`, "
        f"{limit}."
    )
    length = tf.shape(token_ids)[-1]
    with tf.control_dependencies([assert_range(length, 0, limit, message)]):
        return tf.identity(token_ids)


def assert_positions(positions, every):
    """Check where to predict: int32 `(B, M)`, among `every_position`."""
    import tensorflow as tf

    message = (
        "`mask_positions` must have as many rows as `token_ids`, and lie in "
        "[0, T), where T is the length of the sequences."
    )
    rows = assert_shape(positions[:, :0], every[:, :0], message)
    with tf.control_dependencies([rows]):
        positions = assert_range(positions, 0, tf.shape(every)[1] - 1, message)
    return tf.cast(positions, tf.int32)


def every_position(token_ids):
    """Every position of every row: int32 tensor, `(B, T)`."""
    import tensorflow as tf

    return tf.zeros_like(token_ids) + tf.range(tf.shape(token_ids)[1])


def ones_mask(states):
    """A mask of 1 for every state: int32 tensor, `(B, S)`."""
    import tensorflow as tf

    return tf.ones(tf.shape(states)[:2], tf.int32)


def as_int32(values):
    """A tensor of a TensorFlow graph as int32."""
    import tensorflow as tf

    return tf.cast(values, tf.int32)


def _wide(values, dtype=None):
    """Numbers in 64 bits, where every limit can be represented."""
    import tensorflow as tf

    if dtype is None:
        dtype = tf.float64 if values.dtype.is_floating else tf.int64
    return tf.cast(values, dtype)


def _assert_all(values, holds, message):
    """Return `values`; stop the pipeline unless all of them hold."""
    import tensorflow as tf

    numbers = _wide(values)
    received = [tf.reduce_min(numbers), "to", tf.reduce_max(numbers)]
    check = tf.debugging.Assert(
        tf.reduce_all(holds), [f"{message} Received: values from", *received]
    )
    with tf.control_dependencies([check]):
        return tf.identity(values)


def class_ids(names, class_names):
    """Labels given by name as int32 ids, in a `tf.data` pipeline."""
    import tensorflow as tf

    found = tf.equal(names[..., None], tf.constant(class_names))
    known = tf.debugging.assert_equal(
        tf.reduce_any(found, axis=-1),
        True,
        message=f"Labels given by name must be among {class_names}.",
    )
    with tf.control_dependencies([known]):
        return tf.argmax(tf.cast(found, tf.int32), -1, output_type=tf.int32)


def assert_choices(counts, num_choices=None, labels=None):
    """Stop a `tf.data` pipeline at choices that cannot be.

    Args:
        counts: int tensor of a TensorFlow graph, `(B,)`. Choices of a prompt.
        num_choices: int or `None`. What they must all be.
        labels: int tensor, `(B,)` or `(B, 1)`, or `None`.

    Returns:
        `counts`.
    """
    import tensorflow as tf

    check = tf.debugging
    if num_choices is None:
        wanted = check.assert_greater_equal(
            counts,
            tf.constant(2, counts.dtype),
            message="A prompt must have at least two choices.",
        )
    else:
        wanted = check.assert_equal(
            counts,
            tf.constant(num_choices, counts.dtype),
            message=f"Every prompt must have {num_choices} choices, the "
            "`num_choices` of the preprocessor.",
        )
    checks = [wanted]
    if labels is not None:
        labels = tf.cast(tf.reshape(labels, (-1,)), counts.dtype)
        message = "Labels must be the numbers of choices that are there."
        checks += [
            check.assert_non_negative(labels, message=message),
            check.assert_less(labels, counts, message=message),
        ]
    with tf.control_dependencies(checks):
        return tf.identity(counts)


def next_tokens(packed, ignored):
    """The token after each, in a `tf.data` pipeline.

    Args:
        packed: dict of `token_ids` and `padding_mask`, int tensors `(B, T)`.
        ignored: int. The label where no token comes after.

    Returns:
        int32 tensor, `(B, T)`.
    """
    import tensorflow as tf

    ids = tf.where(packed["padding_mask"] == 1, packed["token_ids"], ignored)
    end = tf.fill((tf.shape(ids)[0], 1), tf.constant(ignored, ids.dtype))
    return tf.concat([ids[:, 1:], end], axis=1)


def joint_labels(starts, padding_mask):
    """What the 2020 head of question answering learns from, inside a graph.

    Args:
        starts: int tensor, `(B,)` or `(B, 1)`.
        padding_mask: int tensor, `(B, T)`.

    Returns:
        Two int32 tensors: starts within the sequence, `(B,)`; and, `(B, 1)`,
        which of them are [CLS], the first token.
    """
    import tensorflow as tf

    starts = tf.cast(tf.reshape(starts, (-1,)), tf.int32)
    starts = tf.clip_by_value(starts, 0, tf.shape(padding_mask)[1] - 1)
    first = tf.argmax(padding_mask, axis=1, output_type=tf.int32)
    none = tf.cast(tf.equal(starts, first), tf.int32)
    return starts, tf.expand_dims(none, -1)
