"""Masks and samples, compared with their distributions."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_electra.pretraining.corruption import (
    mask_tokens,
    num_predictions,
    replace_tokens,
    sample_replacements,
    sample_tokens,
    sample_uniformly,
    select_positions,
)

SPECIAL = (0, 2, 3)
MASK = 4
RATE = 0.15


def numpy_of(x):
    return ops.convert_to_numpy(x)


@pytest.fixture(scope="module")
def masked():
    """400 rows of 64, of which row r has 64 - r % 60 tokens."""
    rng = np.random.default_rng(0)
    lengths = 64 - np.arange(400) % 60
    mask = (np.arange(64) < lengths[:, None]).astype("int32")
    ids = rng.integers(5, 100, (400, 64)).astype("int32") * mask
    ids[:, 0] = 2
    ids[np.arange(400), lengths - 1] = 3
    seed = keras.random.SeedGenerator(7)
    positions, weights = select_positions(ids, mask, SPECIAL, RATE, 12, seed)
    out = mask_tokens(ids, positions, weights, MASK, 0.85, seed)
    return ids, lengths, *(numpy_of(x) for x in (positions, weights, out))


def test_share_of_the_tokens_is_predicted(masked):
    _, lengths, _, weights, _ = masked
    wanted = np.maximum(1, np.round(lengths * RATE))
    # No more than there are tokens that are not special.
    wanted = np.minimum(wanted, lengths - 2)
    np.testing.assert_array_equal(weights.sum(1), wanted)


def test_special_tokens_and_padding_stay(masked):
    ids, _, positions, weights, out = masked
    chosen = np.take_along_axis(ids, positions, 1)[weights > 0]
    assert not np.isin(chosen, SPECIAL).any()
    fixed = np.isin(ids, SPECIAL)
    np.testing.assert_array_equal(out[fixed], ids[fixed])


def test_positions_of_a_row_differ(masked):
    _, _, positions, _, _ = masked
    assert all(len(set(row)) == len(row) for row in positions.tolist())


def test_most_of_the_predicted_are_masked(masked):
    ids, _, positions, weights, out = masked
    chosen = np.take_along_axis(out, positions, 1)[weights > 0]
    share, count = np.mean(chosen == MASK), len(chosen)
    assert abs(share - 0.85) < 4 * np.sqrt(0.85 * 0.15 / count)
    untouched = np.ones_like(ids, dtype=bool)
    rows = np.nonzero(weights > 0)[0]
    untouched[rows, positions[weights > 0]] = False
    np.testing.assert_array_equal(out[untouched], ids[untouched])


def test_every_position_is_as_likely():
    ids = np.full((4000, 12), 9, dtype="int32")
    ids[:, 0], ids[:, -1] = 2, 3
    positions, weights = select_positions(
        ids, np.ones_like(ids), SPECIAL, RATE, 2, keras.random.SeedGenerator(1)
    )
    chosen = numpy_of(positions)[numpy_of(weights) > 0]
    counts = np.bincount(chosen, minlength=12)[1:-1]
    expected = len(chosen) / 10
    # Chi squared with 9 degrees of freedom: 27.9 is passed once in a thousand.
    assert np.sum((counts - expected) ** 2 / expected) < 27.9


def test_replace_tokens():
    ids = np.arange(8, dtype="int32").reshape(2, 4)
    positions = np.array([[3, 0], [1, 2]], dtype="int32")
    new = np.array([[30, 31], [32, 33]], dtype="int32")
    out = numpy_of(replace_tokens(ops.convert_to_tensor(ids), positions, new))
    np.testing.assert_array_equal(out, [[31, 1, 2, 30], [4, 32, 33, 7]])


def draws(logits, count=20000, **kwargs):
    tiled = np.broadcast_to(logits, (count // 10, 10, len(logits)))
    tiled = ops.log_softmax(ops.convert_to_tensor(tiled.astype("float32")))
    ids = sample_tokens(tiled, keras.random.SeedGenerator(3), **kwargs)
    return np.bincount(numpy_of(ids).ravel(), minlength=len(logits)) / count


LOGITS = np.array([2.0, 1.0, 0.0, -1.0, 0.5, 1.5, -0.5, 0.2])


@pytest.mark.parametrize("temperature", [1.0, 2.0, 0.5])
def test_samples_follow_the_softmax(temperature):
    expected = np.exp(LOGITS / temperature)
    expected /= expected.sum()
    seen = draws(LOGITS, temperature=temperature)
    # Chi squared with 7 degrees of freedom: 24.3 once in a thousand.
    assert np.sum((seen - expected) ** 2 / expected) * 20000 < 24.3


@pytest.mark.parametrize("size", [1, 2, 5, 16, 23, 30])
def test_samples_of_any_vocabulary(size):
    """Parts of equal width, and what is left at the end."""
    logits = np.linspace(-2, 2, size)
    expected = np.exp(logits) / np.exp(logits).sum()
    seen = draws(logits)
    # Of chi squared, five standard deviations above its mean.
    limit = size - 1 + 5 * np.sqrt(2 * size)
    assert np.sum((seen - expected) ** 2 / expected) * 20000 < limit


@pytest.mark.parametrize("size", [8192, 30522])
def test_samples_of_a_real_vocabulary(size):
    """By rank and by place, in groups of about the same probability."""
    rng = np.random.default_rng(size)
    logits = rng.normal(0, 2.5, size)
    expected = np.exp(logits) / np.exp(logits).sum()
    seen = draws(logits, count=2000) * 2000
    for order in (np.argsort(expected), np.arange(size)):
        before = np.cumsum(expected[order]) - expected[order]
        # One token may be more than a group.
        _, groups = np.unique((before * 20).astype(int), return_inverse=True)
        wanted = np.bincount(groups, expected[order]) * 2000
        found = np.bincount(groups, seen[order])
        # 19 degrees of freedom: 43.8 once in a thousand.
        assert np.sum((found - wanted) ** 2 / wanted) < 43.8


def test_nothing_impossible_is_sampled():
    logits = np.full(23, -1e9)
    logits[[4, 7, 22]] = 0.0
    assert set(np.flatnonzero(draws(logits))) == {4, 7, 22}
    disallowed = np.full((2000, 10), 22, dtype="int32")
    seen = draws(logits, disallowed_ids=disallowed)
    assert set(np.flatnonzero(seen)) == {4, 7}


def test_what_is_left_of_a_sure_token_is_sampled():
    """The probabilities of the others would all round to nothing."""
    logits = np.zeros(9)
    logits[8] = 200.0
    disallowed = np.full((2000, 10), 8, dtype="int32")
    seen = draws(logits, disallowed_ids=disallowed)
    assert seen[8] == 0
    assert np.sum((seen[:8] - 1 / 8) ** 2 * 8) * 20000 < 24.3


def test_a_disallowed_token_is_never_sampled():
    disallowed = np.zeros((2000, 10), dtype="int32")
    seen = draws(LOGITS, disallowed_ids=disallowed)
    expected = np.exp(LOGITS) * (np.arange(8) > 0)
    expected /= expected.sum()
    assert seen[0] == 0
    gap = (seen - expected)[1:] ** 2 / expected[1:]
    assert np.sum(gap) * 20000 < 22.5  # 6 degrees of freedom.


def test_uniform_samples():
    seed = keras.random.SeedGenerator(3)
    ids = numpy_of(sample_uniformly((200, 50), 8, seed))
    assert ids.min() == 0 and ids.max() == 7
    counts = np.bincount(ids.ravel())
    assert np.sum((counts - 1250) ** 2 / 1250) < 24.3


def test_number_of_predictions():
    assert num_predictions(128, 0.15) == 19
    assert num_predictions(3, 0.15) == 1
    assert num_predictions(128, 0.15, limit=7) == 7
    with pytest.raises(ValueError, match="must be known when the step is"):
        num_predictions(None, 0.15)


def test_a_disallowed_token_is_never_drawn_uniformly():
    """And all others are as likely as each other."""
    seed = keras.random.SeedGenerator(0)
    original = np.tile(np.array([[0, 4, 6]], "int32"), (3000, 1))
    drawn = numpy_of(
        sample_replacements(None, original, 7, seed, 1.0, disallow_correct=True)
    )
    assert drawn.shape == original.shape
    for column, token in enumerate(original[0]):
        counts = np.bincount(drawn[:, column], minlength=7)
        assert counts[token] == 0
        expected = 3000 / 6
        chi = ((np.delete(counts, token) - expected) ** 2 / expected).sum()
        assert chi < 25.7  # 5 degrees of freedom: once in 10,000.
