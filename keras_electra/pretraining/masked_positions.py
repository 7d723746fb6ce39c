"""Which tokens the generator has to guess: pure functions of tensors."""

import keras
from keras import ops


def select_positions(
    token_ids, padding_mask, special_token_ids, rate, max_predictions, seed
):
    """Draw the positions to predict, anew for every batch.

    Of the tokens of a sequence, special ones counted, `rate` are chosen, at
    least one and at most `max_predictions`; special tokens and padding never
    are. The 2020 code draws with replacement and so predicts a little less;
    here all positions of a row differ.

    Args:
        token_ids: int, `(B, T)`.
        padding_mask: int or bool, `(B, T)`; 1 for a token.
        special_token_ids: ints that are never chosen: [CLS], [SEP], [PAD].
        rate: float. Share of the tokens, `0.15` in the paper.
        max_predictions: int. Width of the result, M; at most T.
        seed: `keras.random.SeedGenerator`.

    Returns:
        A pair: positions, int `(B, M)`, and weights, float `(B, M)`; 1 where
        a position is to be predicted, 0 where M is more than there is to do.

    Reference: Clark et al., 2020, section 3.1; `get_masked_input` of the
    2020 code.
    """
    is_token = ops.cast(padding_mask, "bool")
    candidate = is_token
    for special in special_token_ids:
        candidate = ops.logical_and(
            candidate, ops.not_equal(token_ids, special)
        )
    noise = keras.random.uniform(
        ops.shape(token_ids), dtype="float32", seed=seed
    )
    scores = ops.where(candidate, noise, -1.0)  # (B, T)
    best, positions = ops.top_k(scores, max_predictions)  # (B, M)
    tokens = ops.sum(ops.cast(is_token, "float32"), axis=-1, keepdims=True)
    wanted = ops.maximum(ops.round(tokens * rate), 1.0)  # (B, 1)
    order = ops.arange(max_predictions, dtype="float32")  # (M,)
    weights = ops.logical_and(order < wanted, best >= 0)
    return ops.cast(positions, "int32"), ops.cast(weights, "float32")


def mask_tokens(
    token_ids, positions, weights, mask_token_id, mask_token_rate, seed
):
    """Put [MASK] at most of the chosen positions.

    Args:
        token_ids: int, `(B, T)`.
        positions: int, `(B, M)`, all of a row different.
        weights: float, `(B, M)`. Positions of weight 0 stay as they are.
        mask_token_id: int. The id of [MASK].
        mask_token_rate: float. Share of the chosen that become [MASK], `0.85`
            in the paper; the others stay, and are predicted all the same.
        seed: `keras.random.SeedGenerator`.

    Returns:
        int, `(B, T)`.
    """
    chance = keras.random.uniform(
        ops.shape(positions), dtype="float32", seed=seed
    )
    hidden = ops.logical_and(weights > 0, chance < mask_token_rate)
    original = ops.take_along_axis(token_ids, positions, axis=1)  # (B, M)
    mask = ops.cast(mask_token_id, original.dtype)
    return replace_tokens(
        token_ids, positions, ops.where(hidden, mask, original)
    )


def replace_tokens(token_ids, positions, new_ids):
    """Write `new_ids` at `positions`.

    Args:
        token_ids: int, `(B, T)`.
        positions: int, `(B, M)`, all of a row different.
        new_ids: int, `(B, M)`.

    Returns:
        int, `(B, T)`.
    """
    rows = ops.zeros_like(positions) + ops.expand_dims(
        ops.arange(ops.shape(positions)[0], dtype="int32"), -1
    )
    indices = ops.reshape(ops.stack([rows, positions], axis=-1), (-1, 2))
    new_ids = ops.cast(ops.reshape(new_ids, (-1,)), token_ids.dtype)
    return ops.scatter_update(token_ids, indices, new_ids)


def predictions(length, rate, most=None):
    """How many positions a step predicts in each sequence, M.

    Args:
        length: int, or `None` where it is not known. T.
        rate: float. Share of the tokens to predict.
        most: int, or `None` for `rate + 0.005` of the length, as in the 2020
            code.

    Returns:
        int, at least 1 and at most T.

    Raises:
        ValueError: if the length is not known.
    """
    if length is None:
        raise ValueError(
            "The length of the sequences must be known when the step is "
            "compiled. Received: token_ids of unknown length. Give data of "
            "one fixed length, for instance `corpus.batches(...)`."
        )
    if most is None:
        most = int((rate + 0.005) * length)
    return max(1, min(most, length))
