"""Spearman's rank correlation, epoch by epoch."""

import keras
import numpy as np


class SpearmanCallback(keras.callbacks.Callback):
    """Ranks what the model predicts after every epoch, as STS-B is scored.

    Ranks need all numbers at once, which a metric of fixed size cannot keep;
    so this predicts over held-out data and adds `val_spearman` to the logs.
    Callbacks that come after it, such as `EarlyStopping`, can monitor that.

    Args:
        x: N texts, as for `predict`; a tuple of two lists for pairs.
        y: float, `(N,)`.
        batch_size: int, default `32`.

    Example:
    ```python
    regressor.fit(x, y, callbacks=[SpearmanCallback(dev_x, dev_y)])
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
    """The correlation of ranks.

    Args:
        first: numbers, `(N,)` or `(N, 1)`.
        second: as `first`.

    Returns:
        float from -1 to 1; 0 where all of one are equal.

    Raises:
        ImportError: if scipy is not installed.
        ValueError: if the numbers are not as many.
    """
    first, second = np.ravel(first), np.ravel(second)
    if len(first) != len(second):
        raise ValueError(
            "Numbers to correlate must come in pairs. Received: "
            f"{len(first)} and {len(second)}."
        )
    try:
        from scipy import stats
    except ImportError as error:
        raise ImportError(
            "Rank correlations need the library `scipy`. Received: "
            f"{error}. Install it with `pip install keras-electra[metrics]`."
        ) from error
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(stats.spearmanr(first, second).statistic)
