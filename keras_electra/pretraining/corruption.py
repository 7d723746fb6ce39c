"""Mask tokens, and sample their replacements."""

import math

import keras
from keras import ops


# === Masking ===
def num_predictions(length, rate, limit=None):
    """Number of positions to predict in a text of `length` tokens, M.

    By default `rate + 0.005` of the length, as in the 2020 code.
    """
    if length is None:
        raise ValueError(
            "The length of the sequences must be known when the step is "
            "compiled. Received: `token_ids` of unknown length. Pass data of a "
            "fixed length, for instance `corpus.batches(...)`."
        )
    if limit is None:
        limit = int((rate + 0.005) * length)
    return max(1, min(limit, length))


def select_positions(
    token_ids, padding_mask, special_token_ids, rate, max_predictions, seed
):
    """Draw the positions to predict.

    `rate` is a share of all tokens, special tokens included, but special tokens
    and padding are never selected. At least one position is. The 2020 code
    draws with replacement; here the positions of a text are distinct.

    Args:
        token_ids: int, `(B, T)`.
        padding_mask: int or bool, `(B, T)`.
        special_token_ids: tuple of int.
        rate: float.
        max_predictions: int, at most T. M.
        seed: `keras.random.SeedGenerator`.

    Returns:
        Positions, int, `(B, M)`, and weights, float, `(B, M)`; 0 for unused
        positions.

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
    """Put `[MASK]` at a share `mask_token_rate` of the selected positions.

    The other selected tokens are kept, but also predicted.
    """
    chance = keras.random.uniform(
        ops.shape(positions), dtype="float32", seed=seed
    )
    hidden = ops.logical_and(weights > 0, chance < mask_token_rate)
    original = ops.take_along_axis(token_ids, positions, axis=1)  # (B, M)
    mask = ops.cast(mask_token_id, original.dtype)
    return replace_tokens(
        token_ids, positions, ops.where(hidden, mask, original)
    )  # (B, T)


def replace_tokens(token_ids, positions, new_ids):
    """Write `new_ids`, `(B, M)`, at distinct `positions`, `(B, M)`."""
    rows = ops.zeros_like(positions) + ops.expand_dims(
        ops.arange(ops.shape(positions)[0], dtype="int32"), -1
    )
    indices = ops.reshape(ops.stack([rows, positions], axis=-1), (-1, 2))
    new_ids = ops.cast(ops.reshape(new_ids, (-1,)), token_ids.dtype)
    return ops.scatter_update(token_ids, indices, new_ids)  # (B, T)


# === Sampling ===
def sample_replacements(
    log_probabilities,
    original_ids,
    vocabulary_size,
    seed,
    temperature,
    disallow_correct,
):
    """Sample from the generator, or uniformly if there is none. `(B, M)`."""
    disallowed = original_ids if disallow_correct else None
    if log_probabilities is None:
        shape = ops.shape(original_ids)
        return sample_uniformly(shape, vocabulary_size, seed, disallowed)
    return sample_tokens(log_probabilities, seed, temperature, disallowed)


def sample_tokens(
    log_probabilities, seed, temperature=1.0, disallowed_ids=None
):
    """Sample from `softmax(log_probabilities / temperature)`.

    The 2020 code adds Gumbel noise and takes the maximum, which needs a random
    number for each token of the vocabulary. This is inverse transform sampling,
    which has the same distribution and needs one number for each position. The
    number is looked up in two stages: first in the cumulative sums of about 175
    parts of the vocabulary, then within a part. Probabilities below 1e-7, the
    resolution of the random numbers, are rounded.

    No gradient flows back: the generator is trained by maximum likelihood, not
    against the discriminator.

    Args:
        log_probabilities: float32, `(B, M, V)`, the output of `log_softmax`.
        seed: `keras.random.SeedGenerator`.
        temperature: float.
        disallowed_ids: int, `(B, M)`, or `None`. For each position a token that
            is never drawn.

    Returns:
        int, `(B, M)`.

    Reference: Clark et al., 2020, section 3.1.
    """
    logits = ops.stop_gradient(log_probabilities)
    size = logits.shape[-1]
    if temperature != 1.0:
        logits = logits / temperature
    if disallowed_ids is not None:
        disallowed = ops.equal(
            ops.expand_dims(ops.cast(disallowed_ids, "int32"), -1),
            ops.arange(size, dtype="int32"),
        )
        logits = ops.where(disallowed, -1e9, logits)
    if temperature != 1.0 or disallowed_ids is not None:
        logits = logits - ops.max(logits, axis=-1, keepdims=True)
    weights = ops.exp(logits)  # (B, M, V)
    parts, width = _sums_of_parts(weights)
    # Keeps the draw below the total in spite of rounding.
    below = 1 - 2**-22
    draw = keras.random.uniform(
        (*ops.shape(weights)[:2], 1), dtype="float32", seed=seed
    )
    sums = ops.cumsum(parts, axis=-1)
    draw = draw * (sums[..., -1:] * below)
    part = _first_beyond(parts, sums, draw)  # (B, M, 1)
    before = ops.where(
        ops.greater(part, 0),
        ops.take_along_axis(sums, ops.maximum(part - 1, 0), axis=-1),
        0.0,
    )
    places = part * width + ops.arange(width, dtype="int32")
    own = ops.take_along_axis(weights, ops.minimum(places, size - 1), axis=-1)
    own = ops.where(ops.less(places, size), own, 0.0)
    sums = ops.cumsum(own, axis=-1)
    draw = ops.minimum(draw - before, sums[..., -1:] * below)
    return ops.squeeze(part * width + _first_beyond(own, sums, draw), -1)


def _sums_of_parts(weights):
    """The sum of each part of the last axis, and the width of a part."""
    size = weights.shape[-1]
    width = math.isqrt(size)
    even = size - size % width
    rows = ops.shape(weights)[:2]
    # Padding would copy the largest tensor of the step.
    sums = ops.sum(
        ops.reshape(weights[..., :even], (*rows, even // width, width)), axis=-1
    )
    if even < size:
        rest = ops.sum(weights[..., even:], axis=-1, keepdims=True)
        sums = ops.concatenate([sums, rest], axis=-1)
    return sums, width


def _first_beyond(weights, sums, draw):
    """First index of nonzero weight where `sums` exceed `draw`, `(B, M, 1)`."""
    # Parallel prefix sums can increase by a rounding error where weights are 0.
    found = ops.logical_and(ops.greater(sums, draw), ops.greater(weights, 0))
    place = ops.argmax(ops.cast(found, "int32"), axis=-1, keepdims=True)
    return ops.cast(place, "int32")


def sample_uniformly(shape, vocabulary_size, seed, disallowed_ids=None):
    """Sample tokens that are all equally likely, `(B, M)`."""
    if disallowed_ids is None:
        return keras.random.randint(
            shape, 0, vocabulary_size, dtype="int32", seed=seed
        )
    drawn = keras.random.randint(
        shape, 0, vocabulary_size - 1, dtype="int32", seed=seed
    )
    # Drawn from one token fewer: ids from the disallowed one on shift by one.
    disallowed = ops.cast(disallowed_ids, "int32")
    return drawn + ops.cast(ops.greater_equal(drawn, disallowed), "int32")
