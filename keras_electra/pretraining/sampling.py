"""What the generator puts in: a draw from its own distribution."""

import keras
from keras import ops


def sample_tokens(logits, seed, temperature=1.0, disallowed_ids=None):
    """Draw tokens from softmax(logits / temperature), by Gumbel noise.

    No gradient flows back: the paper trains the generator by maximum
    likelihood, not against the discriminator.

    Args:
        logits: float, `(B, M, V)`.
        seed: `keras.random.SeedGenerator`.
        temperature: float, default `1.0`.
        disallowed_ids: int, `(B, M)`, or `None`. One token a position that is
            never drawn, for instance the right one.

    Returns:
        int, `(B, M)`.

    Reference: Clark et al., 2020, section 3.1; Gumbel, 1954, for the trick.
    """
    logits = ops.cast(ops.stop_gradient(logits), "float32") / temperature
    if disallowed_ids is not None:
        vocabulary = ops.arange(logits.shape[-1], dtype="int32")
        disallowed = ops.equal(
            ops.expand_dims(ops.cast(disallowed_ids, "int32"), -1), vocabulary
        )
        logits = ops.where(disallowed, -1e9, logits)
    noise = keras.random.uniform(ops.shape(logits), dtype="float32", seed=seed)
    noise = -ops.log(-ops.log(ops.maximum(noise, 1e-20)))
    return ops.cast(ops.argmax(logits + noise, axis=-1), "int32")


def sample_uniformly(shape, vocabulary_size, seed):
    """Draw tokens that all are equally likely: the simplest generator.

    Args:
        shape: tuple, `(B, M)`.
        vocabulary_size: int, V.
        seed: `keras.random.SeedGenerator`.

    Returns:
        int, `(B, M)`.
    """
    return keras.random.randint(
        shape, 0, vocabulary_size, dtype="int32", seed=seed
    )


def sample_replacements(
    logits, original_ids, vocabulary_size, seed, temperature, disallow_correct
):
    """Draw from a generator, or uniformly where there is none.

    Args:
        logits: float, `(B, M, V)`, or `None`.
        original_ids: int, `(B, M)`.
        vocabulary_size: int, V.
        seed: `keras.random.SeedGenerator`.
        temperature: float.
        disallow_correct: bool. Whether the original is never drawn.

    Returns:
        int, `(B, M)`.
    """
    if logits is None:
        shape = ops.shape(original_ids)
        return sample_uniformly(shape, vocabulary_size, seed)
    disallowed = original_ids if disallow_correct else None
    return sample_tokens(logits, seed, temperature, disallowed)
