"""Exclude labels of -100 from losses and metrics."""

import keras
from keras import ops

from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.losses import label_weights
from keras_electra.training.default_compile import DefaultCompile


class IgnoredLabelsMixin(DefaultCompile):
    """Take labels of -100 out of any loss and any weighted metric.

    Goes before a task class in the bases. However the data came, a label of
    -100 becomes class 0 of weight 0.
    """

    label_kind = "token"

    def default_loss(self):
        """Cross-entropy, the mean over labels that count."""
        return keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        )

    def default_weighted_metrics(self):
        """Accuracy over labels that count."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        y, sample_weight = _without_ignored(y, sample_weight)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        y, sample_weight = _without_ignored(y, sample_weight)
        return super().compute_metrics(x, y, y_pred, sample_weight)


def _without_ignored(y, sample_weight):
    counts = ops.not_equal(y, IGNORED_LABEL)
    classes = ops.where(counts, y, ops.zeros_like(y))
    return classes, label_weights(counts, sample_weight)
