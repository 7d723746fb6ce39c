"""The loss of replaced token detection."""

import keras
from keras import ops

# The label that Hugging Face, and so every data set made for it, skips.
IGNORED_LABEL = -100


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
        counts = ops.cast(ops.not_equal(y_true, IGNORED_LABEL), "float32")
        if sample_weight is not None:
            weights = ops.cast(sample_weight, "float32")
            if len(weights.shape) == 1:  # One a text, not one a token.
                weights = ops.expand_dims(weights, -1)
            counts = ops.multiply(counts, weights)
        return super().__call__(y_true, y_pred, sample_weight=counts)

    def call(self, y_true, y_pred):
        logits = ops.cast(y_pred, "float32")  # (B, T)
        labels = ops.cast(ops.equal(y_true, 1), "float32")
        # softplus(x) - x * y is the cross-entropy that cannot overflow.
        return ops.subtract(ops.softplus(logits), ops.multiply(logits, labels))
