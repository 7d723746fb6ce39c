"""A `tf.data.Dataset` over batches whose lengths differ; TensorFlow only."""

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
    return dataset.prefetch(tf.data.AUTOTUNE)
