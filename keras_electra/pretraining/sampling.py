"""What the generator puts in: a draw from its own distribution."""

import math

import keras
from keras import ops


def sample_tokens(
    log_probabilities, seed, temperature=1.0, disallowed_ids=None
):
    """Draw tokens from softmax(log_probabilities / temperature).

    The 2020 code adds Gumbel noise and takes the largest, which has the same
    distribution and needs a random number for every piece of the vocabulary at
    every position. This needs one a position: it says how far along the sum of
    all probabilities the token lies. Which part of the vocabulary that is is
    looked up in the sums of some 175 parts, and then the token in that part.
    Probabilities below 1e-7, the step between two random numbers, are rounded.

    No gradient flows back: the paper trains the generator by maximum
    likelihood, not against the discriminator.

    Args:
        log_probabilities: float32, `(B, M, V)`, of `log_softmax`.
        seed: `keras.random.SeedGenerator`.
        temperature: float, default `1.0`.
        disallowed_ids: int, `(B, M)`, or `None`. One token a position that is
            never drawn, for instance the right one.

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
    # Of a draw of [0, 1): rounding must not make it the whole sum.
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
    """The sum of each part of the last axis, and how wide a part is."""
    size = weights.shape[-1]
    width = math.isqrt(size)
    even = size - size % width
    rows = ops.shape(weights)[:2]
    # No padding: that would copy the largest tensor of the step.
    sums = ops.sum(
        ops.reshape(weights[..., :even], (*rows, even // width, width)), axis=-1
    )
    if even < size:
        rest = ops.sum(weights[..., even:], axis=-1, keepdims=True)
        sums = ops.concatenate([sums, rest], axis=-1)
    return sums, width


def _first_beyond(weights, sums, draw):
    """The first place with a weight where `sums` exceed `draw`, `(B, M, 1)`."""
    # Prefix sums made as a tree can rise by a rounding error where nothing is.
    found = ops.logical_and(ops.greater(sums, draw), ops.greater(weights, 0))
    place = ops.argmax(ops.cast(found, "int32"), axis=-1, keepdims=True)
    return ops.cast(place, "int32")


def sample_uniformly(shape, vocabulary_size, seed, disallowed_ids=None):
    """Draw tokens that all are equally likely: the simplest generator.

    Args:
        shape: tuple, `(B, M)`.
        vocabulary_size: int, V.
        seed: `keras.random.SeedGenerator`.
        disallowed_ids: int, `(B, M)`, or `None`. As in `sample_tokens`.

    Returns:
        int, `(B, M)`.
    """
    if disallowed_ids is None:
        return keras.random.randint(
            shape, 0, vocabulary_size, dtype="int32", seed=seed
        )
    drawn = keras.random.randint(
        shape, 0, vocabulary_size - 1, dtype="int32", seed=seed
    )
    # One fewer to draw from: those from the disallowed one on move up.
    disallowed = ops.cast(disallowed_ids, "int32")
    return drawn + ops.cast(ops.greater_equal(drawn, disallowed), "int32")


def sample_replacements(
    log_probabilities,
    original_ids,
    vocabulary_size,
    seed,
    temperature,
    disallow_correct,
):
    """Draw from a generator, or uniformly where there is none.

    Args:
        log_probabilities: float32, `(B, M, V)`, or `None`.
        original_ids: int, `(B, M)`.
        vocabulary_size: int, V.
        seed: `keras.random.SeedGenerator`.
        temperature: float.
        disallow_correct: bool. Whether the original is never drawn.

    Returns:
        int, `(B, M)`.
    """
    disallowed = original_ids if disallow_correct else None
    if log_probabilities is None:
        shape = ops.shape(original_ids)
        return sample_uniformly(shape, vocabulary_size, seed, disallowed)
    return sample_tokens(log_probabilities, seed, temperature, disallowed)
