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


def assert_classes(labels, num_classes):
    """Stop a `tf.data` pipeline at a label that is no class.

    JAX would train on it in silence.

    Args:
        labels: int or float tensor of a TensorFlow graph.
        num_classes: int. Classes, C.

    Returns:
        `labels`.
    """
    import tensorflow as tf

    if labels.dtype.is_bool:
        return labels
    message = f"Labels must lie in [0, {num_classes})."
    limit = tf.cast(num_classes, labels.dtype)
    with tf.control_dependencies(
        [
            tf.debugging.assert_non_negative(labels, message=message),
            tf.debugging.assert_less(labels, limit, message=message),
        ]
    ):
        return tf.identity(labels)


def assert_finite(weights):
    """Stop a `tf.data` pipeline at a weight that is NaN or infinity."""
    import tensorflow as tf

    if not weights.dtype.is_floating:
        return weights
    return tf.debugging.assert_all_finite(
        weights, "`sample_weight` must hold finite numbers."
    )


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
