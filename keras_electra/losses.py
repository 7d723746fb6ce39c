"""Loss of replaced token detection."""

import keras
from keras import ops

from keras_electra.ignored_label import IGNORED_LABEL

__all__ = ["ReplacedTokenLoss"]


@keras.saving.register_keras_serializable(package="keras_electra")
class ReplacedTokenLoss(keras.losses.Loss):
    """Binary cross-entropy over tokens, ignoring those labeled -100.

    The loss is the weighted mean over all tokens that are not ignored.

    Args:
        name: string, default `"replaced_token_loss"`.
        reduction: string, default `"mean_with_sample_weight"`.
        **kwargs: other arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: int, `(B, T)`: 1 for replaced, 0 for original tokens, -100 for
            ignored ones.
        y_pred: float, `(B, T)`. Logits.
        sample_weight: float, `(B, T)`, or `(B,)` for one weight per text.

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
    """Weights of labels, float, `(B, T)`; 0 where `counts` is false.

    `sample_weight` is a float tensor, `(B, T)`, or `(B,)` for one weight per
    text.
    """
    weights = ops.cast(counts, "float32")
    if sample_weight is None:
        return weights
    given = ops.cast(sample_weight, "float32")
    # TensorFlow does not know the rank if a caller has used both.
    given = ops.reshape(given, (ops.shape(counts)[0], -1))
    weights = ops.multiply(weights, given)
    # Nor the width, by which Keras' metrics tell rows with a single label.
    return ops.reshape(weights, ops.shape(counts))


def replaced_token_losses(replaced, logits):
    """Binary cross-entropy of each token, float32, `(B, T)`."""
    logits = ops.cast(logits, "float32")
    # softplus(x) - x * y is the cross-entropy, and cannot overflow.
    return ops.softplus(logits) - logits * ops.cast(replaced, "float32")
