"""Spearman rank correlation, and a callback that computes it."""

import keras
import numpy as np


class SpearmanCallback(keras.callbacks.Callback):
    """Compute the rank correlation of predictions after every epoch.

    It is a metric of STS-B. A Keras metric cannot compute it, because ranks
    need all predictions at once. This callback predicts on held-out data and
    adds `val_spearman` to the logs, which later callbacks such as
    `EarlyStopping` can monitor.

    Args:
        x: N texts, as for `predict`; for pairs, a tuple of two lists.
        y: float, `(N,)`.
        batch_size: int, default `32`.

    Example:
    ```python
    callback = keras_electra.metrics.SpearmanCallback(dev_x, dev_y)
    regressor.fit(x, y, callbacks=[callback])
    ```
    """

    def __init__(self, x, y, batch_size=32):
        super().__init__()
        self.x, self.y, self.batch_size = x, y, batch_size

    def on_epoch_end(self, epoch, logs=None):
        found = self.model.predict(self.x, self.batch_size, verbose=0)
        if logs is not None:
            logs["val_spearman"] = spearman(
                self.y, np.asarray(found, "float32")
            )


def spearman(first, second):
    """Spearman rank correlation.

    Args:
        first: float, `(N,)` or `(N, 1)`.
        second: float, `(N,)` or `(N, 1)`.

    Returns:
        float from -1 to 1; 0 if all values of one argument are equal.

    Raises:
        ImportError: if `scipy` is not installed.
        ValueError: if the numbers of values differ.

    Example:
    ```python
    keras_electra.metrics.spearman([1.0, 2.0, 3.0], [0.1, 0.5, 0.4])  # 0.5
    ```
    """
    first, second = np.ravel(first), np.ravel(second)
    if len(first) != len(second):
        raise ValueError(
            "`first` and `second` must have the same length. Received: "
            f"{len(first)} and {len(second)} values."
        )
    try:
        from scipy import stats
    except ImportError as error:
        raise ImportError(
            "Rank correlations need `scipy`. Received: "
            f"{error}. Install it with `pip install keras-electra[metrics]`."
        ) from error
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(stats.spearmanr(first, second).statistic)
