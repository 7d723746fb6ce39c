"""Causal attention mask."""

from keras import ops


def causal_mask(key_mask, query_positions=None):
    """Let every token look at itself and at the tokens before it.

    Args:
        key_mask: int or bool, `(B, S)`; 1 for a token that may be looked at.
        query_positions: int, `(T,)`, where in the sequence the queries stand.
            Default: there is one query a key, and T is S.

    Returns:
        bool, `(B, T, S)`; true where a query may look at a key.
    """
    ones = ops.ones_like(key_mask, dtype="int32")
    # Counted as in `ElectraEmbeddings`, for lengths that are not known.
    places = ops.cumsum(ones, axis=-1)  # (B, S), from 1
    if query_positions is None:
        queries = ops.expand_dims(places, 2)  # (B, T, 1)
    else:
        queries = ops.reshape(ops.add(query_positions, 1), (1, -1, 1))
    before = ops.less_equal(ops.expand_dims(places, 1), queries)
    return ops.logical_and(
        before, ops.expand_dims(ops.cast(key_mask, "bool"), 1)
    )
