"""The 2020 question-answering head against its formulas, in float64."""

import numpy as np
import pytest
from keras import ops

from keras_electra.layers import ElectraJointSpanHead, ElectraPairDense
from tests import tiny

B, T, D, K = 3, 9, 8, 4
SEGMENTS = np.array([[0, 0, 0, 1, 1, 1, 1, 1, 1]] * B, "int32")
MASK = np.ones((B, T), "int32")
MASK[1, 7:] = 0
SEGMENTS[1, 7:] = 0


def numpy_of(x):
    return ops.convert_to_numpy(x)


@pytest.fixture(scope="module")
def head():
    head = ElectraJointSpanHead(beam_size=K)
    head.build((None, None, D))
    return tiny.spread_weights(head, 0.5)


@pytest.fixture(scope="module")
def hidden():
    return np.random.default_rng(0).normal(size=(B, T, D)).astype("float32")


def gelu(x):
    from scipy.special import erf

    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def dense(layer, x):
    kernel, bias = (
        numpy_of(v).astype("float64") for v in (layer.kernel, layer.bias)
    )
    return x @ kernel + bias


def barred(mask, segments):
    answer = (mask * segments).astype("float64")
    answer[:, 0] += 1
    return 1000.0 * (answer - 1)


def expected_ends(head, x, starts):
    """Vectors tiled and concatenated, as the 2020 code does. `(B, T)`"""
    chosen = np.repeat(x[np.arange(B), starts][:, None], T, axis=1)
    both = np.concatenate([chosen, x], axis=-1)
    ends = dense(head.end, gelu(dense(head.end_hidden, both)))[..., 0]
    return ends + barred(MASK, SEGMENTS)


def test_given_starts(head, hidden):
    starts = np.array([4, 3, 0])
    outputs = head(hidden, SEGMENTS, MASK, start_positions=starts)
    x = hidden.astype("float64")
    start = dense(head.start, x)[..., 0] + barred(MASK, SEGMENTS)
    assert np.abs(numpy_of(outputs["start"]) - start).max() < 1e-4
    ends = expected_ends(head, x, starts)
    assert np.abs(numpy_of(outputs["end"]) - ends).max() < 1e-4
    weights = np.exp(start - start.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    mean = np.einsum("bt,btd->bd", weights, x)
    summary = gelu(
        dense(head.impossible_hidden, np.concatenate([x[:, 0], mean], -1))
    )
    impossible = dense(head.impossible, summary)
    assert np.abs(numpy_of(outputs["impossible"]) - impossible).max() < 1e-4


def test_best_starts(head, hidden):
    outputs = head(hidden, SEGMENTS, MASK)
    tops = numpy_of(outputs["top_starts"]).astype("int32")
    start = numpy_of(outputs["start"])
    np.testing.assert_array_equal(tops, np.argsort(-start, axis=1)[:, :K])
    ends = numpy_of(outputs["end"])  # (B, T, K)
    for column in range(K):
        theirs = expected_ends(head, hidden.astype("float64"), tops[:, column])
        assert np.abs(ends[..., column] - theirs).max() < 1e-4


def test_fewer_starts_than_the_beam(head, hidden):
    """Three tokens of context and [CLS]; what is left is [CLS] again."""
    short = {"segment_ids": SEGMENTS[:, :5], "padding_mask": MASK[:, :5]}
    tops = numpy_of(head(hidden[:, :5], **short)["top_starts"])
    assert set(tops[0]) == {0, 3, 4} and tops[0, -1] == 0
    outputs = head(hidden[:, :3], SEGMENTS[:, :3], MASK[:, :3])
    assert numpy_of(outputs["end"]).shape == (B, 3, K)
    assert not np.any(numpy_of(outputs["top_starts"]))


def test_padding_on_the_left(head, hidden):
    """[CLS] is the first token, not the first position."""
    right = head(hidden, SEGMENTS, MASK)
    moved = [np.roll(a[1:2], 2, axis=1) for a in (hidden, SEGMENTS, MASK)]
    left = head(*moved)
    for name in ("start", "end"):
        ours = np.roll(numpy_of(left[name])[0], -2, axis=0)[:7]
        theirs = numpy_of(right[name])[1][:7]
        assert np.abs(ours - theirs).max() < 1e-4
    ours, theirs = numpy_of(left["top_starts"]), numpy_of(right["top_starts"])
    np.testing.assert_array_equal(ours[0] - 2, theirs[1])
    ours, theirs = numpy_of(left["impossible"]), numpy_of(right["impossible"])
    assert abs(ours[0] - theirs[1]) < 1e-4


def test_pairs_equal_a_dense_layer_over_pairs(hidden):
    layer = ElectraPairDense(6)
    layer.build((None, None, D), (None, None, D))
    tiny.spread_weights(layer, 0.5)
    x = hidden.astype("float64")
    pairs = np.concatenate(
        np.broadcast_arrays(x[:, None, :2], x[:, :, None]), axis=-1
    )
    ours = numpy_of(layer(hidden[:, :2], hidden))
    assert ours.shape == (B, T, 2, 6)
    assert np.abs(ours - gelu(dense(layer, pairs))).max() < 1e-5
