"""Pearson correlation over a dataset."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_electra")
class PearsonCorrelation(keras.metrics.Metric):
    """Pearson correlation over all values seen, a metric of STS-B.

    `keras.metrics.PearsonCorrelation` averages over rows or batches instead.
    Means and deviations of batches are merged as in Chan et al. (1979), because
    sums of squares are not accurate in float32.

    Args:
        name: string, default `"pearson"`.
        **kwargs: other arguments of `keras.metrics.Metric`.

    Call arguments:
        y_true: float, `(B,)` or `(B, 1)`.
        y_pred: float, `(B,)` or `(B, 1)`.
        sample_weight: float, `(B,)`.

    Example:
    ```python
    metric = keras_electra.metrics.PearsonCorrelation()
    regressor.compile(metrics=[metric])
    ```
    """

    def __init__(self, name="pearson", **kwargs):
        super().__init__(name=name, **kwargs)
        self.count = self.add_weight(initializer="zeros", name="count")
        self.means = self.add_weight(
            shape=(2,), initializer="zeros", name="means"
        )
        # Sums of products of deviations of (true, true), (true, predicted) and
        # (predicted, predicted).
        self.products = self.add_weight(
            shape=(3,), initializer="zeros", name="products"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        columns = [
            ops.reshape(ops.cast(y, self.dtype), (-1,))
            for y in (y_true, y_pred)
        ]
        pairs = ops.stack(columns, axis=-1)  # (B, 2)
        weights = ops.ones_like(columns[0])
        if sample_weight is not None:
            weights = ops.reshape(ops.cast(sample_weight, self.dtype), (-1,))
        count = ops.sum(weights)
        some = ops.maximum(count, 1e-9)
        means = ops.sum(pairs * weights[:, None], axis=0) / some
        products = _products(pairs - means, weights[:, None])
        total = ops.maximum(self.count + count, 1e-9)
        gap = means - self.means
        between = _products(gap[None], self.count * count / total)
        self.products.assign(self.products + products + between)
        self.means.assign(self.means + gap * count / total)
        self.count.assign_add(count)

    def result(self):
        truth, both, found = ops.unstack(ops.convert_to_tensor(self.products))
        spread = ops.sqrt(truth * found)
        return ops.where(spread > 0, both / ops.maximum(spread, 1e-12), 0.0)


def _products(deviations, weights):
    """Sums of squares and products of two columns, `(3,)`."""
    x, y = deviations[:, :1], deviations[:, 1:]
    return ops.sum(
        ops.concatenate([x * x, x * y, y * y], axis=-1) * weights, axis=0
    )
