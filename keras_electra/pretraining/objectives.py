"""The two losses of pre-training, as the 2020 code computes them."""

from keras import ops


def masked_lm_loss(logits, labels, weights):
    """Mean cross-entropy of the right tokens.

    Args:
        logits: float, `(B, M, V)`.
        labels: int, `(B, M)`. The original tokens.
        weights: float, `(B, M)`. 0 takes a position out of the mean.

    Returns:
        A scalar, float32.
    """
    logits = ops.cast(logits, "float32")
    right = ops.take_along_axis(
        logits, ops.expand_dims(ops.cast(labels, "int32"), -1), axis=-1
    )[..., 0]
    losses = ops.logsumexp(logits, axis=-1) - right  # (B, M)
    return weighted_mean(losses, weights)


def detector_loss(logits, replaced, padding_mask):
    """Mean binary cross-entropy over the tokens, padding left out.

    Args:
        logits: float, `(B, T)`.
        replaced: int or bool, `(B, T)`; 1 where a token was replaced.
        padding_mask: int or bool, `(B, T)`; 1 for a token.

    Returns:
        A scalar, float32.
    """
    logits = ops.cast(logits, "float32")
    replaced = ops.cast(replaced, "float32")
    losses = ops.softplus(logits) - logits * replaced  # (B, T)
    return weighted_mean(losses, ops.cast(padding_mask, "float32"))


def weighted_mean(values, weights):
    """Mean of `values`; 0 where all weights are.

    Args:
        values: float, any shape.
        weights: float, the same shape.

    Returns:
        A scalar.
    """
    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1e-6)
