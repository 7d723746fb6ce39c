"""Start and stop `fit` faster on TensorFlow."""

import contextlib

import keras

from keras_electra.keras_internals import replaces_iterator_dataset


@replaces_iterator_dataset
class TensorFlowFit:
    """`fit` and `evaluate` that start and end sooner on TensorFlow.

    Keras leaves the optimizer's variables to the first step, whose graph
    TensorFlow then records twice, once with the variables being made and once
    without, and wraps each variable in a condition. Here they are made before,
    of the weights that are trainable when `fit` begins, as on JAX.

    Data sets that Keras makes of arrays and batches go without tuning, for
    which the end of an epoch may have to wait; see `without_tuning`. A
    `tf.data.Dataset` of the caller's is left as it is.

    Both seen in Keras 3.15 and TensorFlow 2.21. On JAX and PyTorch there is
    nothing of the kind. Goes before `keras.Model` in the bases of a class.
    """

    def make_train_function(self, force=False):
        if keras.config.backend() == "tensorflow" and self.built:
            build_optimizer(self)
        return super().make_train_function(force)

    def prepare_dataset(self, dataset):
        from keras_electra.data.tf_dataset import without_tuning

        return without_tuning(dataset)


def build_optimizer(model):
    """Make the optimizer's variables, if there are none yet.

    Args:
        model: a built `keras.Model`; on TensorFlow its strategy counts,
            wherever this is called.
    """
    optimizer = getattr(model, "optimizer", None)  # None: not compiled.
    if optimizer is None or optimizer.built or not model.trainable_variables:
        return
    scope = contextlib.nullcontext()
    if keras.config.backend() == "tensorflow":
        scope = model.distribute_strategy.scope()
    with scope:
        optimizer.build(model.trainable_variables)
