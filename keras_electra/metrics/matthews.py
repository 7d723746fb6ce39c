"""Matthews correlation coefficient."""

import keras
from keras import ops

from keras_electra.argument_checks import check_integers


@keras.saving.register_keras_serializable(package="keras_electra")
class MatthewsCorrelation(keras.metrics.Metric):
    """Matthews correlation coefficient, the metric of CoLA.

    1 if all predictions are correct, about 0 for random predictions, 0 for a
    constant class. For more than two classes, this is the generalization by
    Gorodkin (2004), as in scikit-learn.

    Args:
        num_classes: int, default `2`.
        name: string, default `"matthews"`.
        **kwargs: other arguments of `keras.metrics.Metric`.

    Call arguments:
        y_true: int, `(B,)` or `(B, 1)`. Class ids.
        y_pred: float, `(B, C)`. Logits or probabilities.
        sample_weight: float, `(B,)`.

    Raises:
        ValueError: if `num_classes` is below 2.

    Example:
    ```python
    metric = keras_electra.metrics.MatthewsCorrelation()
    classifier.compile(metrics=[metric])
    ```

    Reference: Matthews, 1975; Gorodkin, 2004.
    """

    def __init__(self, num_classes=2, name="matthews", **kwargs):
        (num_classes,) = check_integers(2, num_classes=num_classes)
        super().__init__(name=name, **kwargs)
        self.num_classes = num_classes
        self.confusion = self.add_weight(
            shape=(num_classes, num_classes),
            initializer="zeros",
            name="confusion",
        )  # (true, predicted)

    def update_state(self, y_true, y_pred, sample_weight=None):
        count, dtype = self.num_classes, self.dtype
        truth = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        found = ops.reshape(ops.argmax(y_pred, axis=-1), (-1,))
        truth = ops.one_hot(truth, count, dtype=dtype)  # (B, C)
        found = ops.one_hot(found, count, dtype=dtype)
        if sample_weight is not None:
            weights = ops.reshape(ops.cast(sample_weight, dtype), (-1, 1))
            truth = truth * weights
        self.confusion.assign_add(ops.matmul(ops.transpose(truth), found))

    def result(self):
        table = ops.convert_to_tensor(self.confusion)
        total = ops.sum(table)
        truth, found = ops.sum(table, axis=1), ops.sum(table, axis=0)
        covariance = total * ops.trace(table) - ops.sum(truth * found)
        spread = ops.sqrt(
            (total**2 - ops.sum(truth**2)) * (total**2 - ops.sum(found**2))
        )
        return ops.where(
            spread > 0, covariance / ops.maximum(spread, 1e-9), 0.0
        )

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
