"""Labels for each token, some of which count for nothing."""

from keras import ops

from keras_electra.losses import IGNORED_LABEL


def counted(y, sample_weight=None, mask=None):
    """Labels without -100, and a weight that says which of them count.

    Args:
        y: int, `(B, T)`; -100 where a token is ignored.
        sample_weight: float, `(B, T)`, or `(B,)` for one a text; or `None`.
        mask: int or bool, `(B, T)`; 0 where a token does not count either.

    Returns:
        A pair: labels, int `(B, T)`, 0 where ignored; weights, float `(B, T)`.
    """
    counts = ops.not_equal(y, IGNORED_LABEL)
    if mask is not None:
        counts = ops.logical_and(ops.cast(mask, "bool"), counts)
    weights = ops.cast(counts, "float32")
    if sample_weight is not None:
        given = ops.cast(sample_weight, "float32")
        if len(given.shape) == 1:
            given = ops.expand_dims(given, -1)
        weights = ops.multiply(weights, given)
    return ops.where(counts, y, ops.zeros_like(y)), weights
