"""Loss for the start or the end of a span."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_electra")
class SpanLoss(keras.losses.Loss):
    """Cross-entropy over the positions of a sequence.

    A position at or beyond the end of the sequence is ignored: it counts in
    no mean. A negative one is position 0. Both as in Transformers.

    Args:
        name: string, default `"span_loss"`.
        reduction: string, default `"mean_with_sample_weight"`.
        **kwargs: other arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: int, `(B,)`: the position of the start or the end.
        y_pred: logits, float, `(B, T)`.
        sample_weight: float, `(B,)`.

    Returns:
        A scalar.

    Example:
    ```python
    SpanLoss()(np.array([1, 3]), np.array([[0.0, 9, 0], [0, 0, 9]]))
    ```
    """

    def __init__(
        self, name="span_loss", reduction="mean_with_sample_weight", **kwargs
    ):
        super().__init__(name=name, reduction=reduction, **kwargs)

    def __call__(self, y_true, y_pred, sample_weight=None):
        counts = ops.cast(
            ops.less(_positions(y_true), ops.shape(y_pred)[-1]), "float32"
        )
        if sample_weight is not None:
            weights = ops.cast(sample_weight, "float32")
            counts = ops.multiply(counts, ops.reshape(weights, (-1,)))
        return super().__call__(y_true, y_pred, sample_weight=counts)

    def call(self, y_true, y_pred):
        logits = ops.cast(y_pred, "float32")  # (B, T)
        last = ops.shape(logits)[-1] - 1
        positions = ops.clip(_positions(y_true), 0, last)  # (B,)
        chosen = ops.take_along_axis(
            logits, ops.expand_dims(positions, -1), axis=-1
        )
        return ops.subtract(
            ops.logsumexp(logits, axis=-1), ops.squeeze(chosen, -1)
        )


def _positions(y_true):
    """Keras makes a column of labels that have one axis."""
    return ops.cast(ops.reshape(y_true, (-1,)), "int32")
