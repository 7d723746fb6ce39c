"""Where Keras on TensorFlow keeps `fit` waiting, and how not to."""

import keras


class TensorFlowFit:
    """`fit` and `evaluate` that start and end sooner on TensorFlow.

    Keras leaves the optimizer's variables to the first step, whose graph
    TensorFlow then records twice, once with the variables being made and once
    without, and wraps each variable in a condition. Here they are made before.

    When an iterator of `tf.data` is done with, TensorFlow waits for the thread
    that tunes it to wake up, which it does after 10 ms, and then after twice
    as long each time: an epoch of 6 seconds takes 10, one of 11 takes 20, up to
    a minute more. Data that Keras put into a `tf.data.Dataset` has nothing to
    tune but a buffer, so it goes without; a data set of the caller's is left
    as it is.

    Both seen in Keras 3.15 and TensorFlow 2.21. On JAX and PyTorch there is
    nothing of the kind. Goes before `keras.Model` in the bases of a class.
    """

    def make_train_function(self, force=False):
        if keras.config.backend() == "tensorflow" and self.built:
            optimizer = self.optimizer
            if optimizer is not None and not optimizer.built:
                with self.distribute_strategy.scope():
                    optimizer.build(self.trainable_variables)
        return super().make_train_function(force)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras calls it on TensorFlow, with the iterator it is about to use.
        dataset = getattr(iterator, "_distributed_dataset", None)
        if _is_made_by_keras(iterator) and hasattr(dataset, "with_options"):
            import tensorflow as tf

            options = tf.data.Options()
            options.autotune.enabled = False
            iterator._distributed_dataset = dataset.with_options(options)
        super()._maybe_symbolic_build(iterator=iterator, data_batch=data_batch)


def _is_made_by_keras(iterator):
    """Whether the data did not come as a `tf.data.Dataset`."""
    adapter = type(getattr(iterator, "data_adapter", None)).__name__
    return adapter != "TFDatasetAdapter"
