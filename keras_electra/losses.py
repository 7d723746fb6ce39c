"""The loss of replaced token detection, and what losses of tokens share."""

import keras
from keras import ops

from keras_electra.ignored_label import IGNORED_LABEL


@keras.saving.register_keras_serializable(package="keras_electra")
class ReplacedTokenLoss(keras.losses.Loss):
    """Binary cross-entropy for each token, skipping those labelled -100.

    The mean is over tokens that count: a weight of 0 takes a token out of the
    numerator and of the denominator.

    Args:
        name: string, default `"replaced_token_loss"`.
        **kwargs: other arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: int, `(B, T)`: 1 replaced, 0 original, -100 ignored.
        y_pred: logits, float, `(B, T)`.
        sample_weight: float, `(B, T)`, or `(B,)` for one a text.

    Returns:
        A scalar.

    Example:
    ```python
    loss = keras_electra.losses.ReplacedTokenLoss()
    loss(np.array([[0, 1, -100]]), np.array([[-2.0, 3.0, 0.0]]))
    ```

    Reference: Clark et al., 2020, section 3.1.
    """

    def __init__(
        self,
        name="replaced_token_loss",
        reduction="mean_with_sample_weight",
        **kwargs,
    ):
        super().__init__(name=name, reduction=reduction, **kwargs)

    def __call__(self, y_true, y_pred, sample_weight=None):
        counts = ops.not_equal(y_true, IGNORED_LABEL)
        weights = label_weights(counts, sample_weight)
        return super().__call__(y_true, y_pred, sample_weight=weights)

    def call(self, y_true, y_pred):
        return replaced_token_losses(ops.equal(y_true, 1), y_pred)


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
    # TensorFlow forgets the rank of what has come in both.
    given = ops.reshape(given, (ops.shape(counts)[0], -1))
    return ops.multiply(weights, given)


def replaced_token_losses(replaced, logits):
    """Binary cross-entropy of each token.

    Args:
        replaced: bool or int, `(B, T)`; 1 where a token was replaced.
        logits: float, `(B, T)`.

    Returns:
        float32, `(B, T)`.
    """
    logits = ops.cast(logits, "float32")
    # softplus(x) - x * y is the cross-entropy that cannot overflow.
    return ops.softplus(logits) - logits * ops.cast(replaced, "float32")
