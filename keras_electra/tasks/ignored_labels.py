"""Labels of -100, which count for nothing."""

from keras import ops

from keras_electra.losses import IGNORED_LABEL


class IgnoredLabelsMixin:
    """Take labels of -100 out of any loss and any weighted metric.

    Goes before a task class in the bases. However the data came, a label of
    -100 becomes class 0 of weight 0.
    """

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        y, sample_weight = _without_ignored(y, sample_weight)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        y, sample_weight = _without_ignored(y, sample_weight)
        return super().compute_metrics(x, y, y_pred, sample_weight)


def label_weights(counts, sample_weight=None):
    """A weight for each label of each text.

    Args:
        counts: bool, `(B, T)`. Whether a label counts.
        sample_weight: float, `(B, T)`, or `(B,)` for one a text.

    Returns:
        float, `(B, T)`.
    """
    weights = ops.cast(counts, "float32")
    if sample_weight is None:
        return weights
    given = ops.cast(sample_weight, "float32")
    if len(given.shape) == 1:
        given = ops.expand_dims(given, -1)
    return ops.multiply(weights, given)


def _without_ignored(y, sample_weight):
    counts = ops.not_equal(y, IGNORED_LABEL)
    classes = ops.where(counts, y, ops.zeros_like(y))
    return classes, label_weights(counts, sample_weight)
