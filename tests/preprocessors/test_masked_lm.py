"""What is hidden, how much of it, and by what."""

import keras
import numpy as np
import pytest

from keras_electra import ElectraMaskedLMPreprocessor
from tests import tiny

LONG = " ".join(["the quick brown fox jumps over lazy dog"] * 50)
TEXTS = [LONG, "food", "", "this movie is very [UNK] good", LONG[:200]]
PLAIN = tiny.tokenizer()


def preprocessor(**kwargs):
    return ElectraMaskedLMPreprocessor(
        tiny.tokenizer(), **{"sequence_length": 400, **kwargs}
    )


def as_it_was(x, y):
    """The tokens before hiding, put back from the labels."""
    ids = x["token_ids"].copy()
    for row, (positions, labels) in enumerate(
        zip(x["mask_positions"], y, strict=True)
    ):
        real = labels != -100
        ids[row, positions[real]] = labels[real]
    return ids


def in_graph(preprocessor, texts):
    """The same through `tf.data`, whose functions are graphs."""
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    data = tf.data.Dataset.from_tensor_slices(texts).batch(len(texts))
    (batch,) = data.map(preprocessor)
    return keras.tree.map_structure(lambda tensor: tensor.numpy(), batch)


@pytest.fixture(params=["eager", "graph"])
def run(request):
    if request.param == "graph":
        return in_graph
    return lambda preprocessor, texts: preprocessor(texts)


def test_how_much_and_what(run):
    x, y = run(preprocessor(), TEXTS)
    ids = as_it_was(x, y)
    for row, text in enumerate(TEXTS):
        tokens = PLAIN.tokenize([text])[0]
        count = int(x["padding_mask"][row].sum())
        assert count == min(len(tokens) + 2, 400)
        expected = [PLAIN.cls_token_id, *tokens[: count - 2]]
        assert ids[row, : count - 1].tolist() == expected
        hidden = int((y[row] != -100).sum())
        free = np.setdiff1d(tokens, PLAIN.special_token_ids).size > 0
        assert hidden == (max(1, round(0.15 * count)) if free else 0)
        places = x["mask_positions"][row]
        assert (np.diff(places[:hidden]) > 0).all()
        assert not places[hidden:].any()
    assert not np.isin(y, PLAIN.special_token_ids).any()
    assert y.shape[1] == round(0.15 * x["token_ids"].shape[1])


@pytest.mark.parametrize("rates", [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_what_they_become(run, rates):
    masks, randoms = rates
    layer = preprocessor(
        mask_token_rate=masks, random_token_rate=randoms, mask_selection_rate=1
    )
    x, y = run(layer, [LONG])
    shown = x["token_ids"][0][x["mask_positions"][0]][y[0] != -100]
    labels = y[0][y[0] != -100]
    assert len(labels) == 398
    if masks:
        assert (shown == PLAIN.mask_token_id).all()
    elif randoms:
        assert not np.isin(shown, PLAIN.special_token_ids).any()
        assert 0 < (shown == labels).mean() < 0.1
        assert len(set(shown)) > 40
    else:
        assert (shown == labels).all()


def test_electras_own_rates():
    x, y = preprocessor(mask_selection_rate=0.5)([LONG] * 20)
    shown = np.take_along_axis(x["token_ids"], x["mask_positions"], axis=1)
    masked = (shown == PLAIN.mask_token_id)[y != -100].mean()
    assert abs(masked - 0.85) < 0.03
    counts = np.bincount(x["mask_positions"].ravel(), minlength=400)
    assert counts[1:200].sum() / counts.sum() == pytest.approx(0.5, abs=0.03)


def test_a_fixed_number_of_positions(run):
    x, y = run(preprocessor(mask_selection_length=6), TEXTS)
    assert x["mask_positions"].shape == y.shape == (5, 6)
    assert (y[0] != -100).all()
    x, y = run(preprocessor(mask_selection_length=90), ["food", "fox"])
    assert x["mask_positions"].shape == (2, 90)
    assert ((y != -100).sum(axis=1) == 1).all()


def test_new_ones_at_every_call_and_the_same_with_a_seed():
    layer = preprocessor()
    first, second = (layer([LONG])[0]["token_ids"] for _ in range(2))
    assert (first != second).any()
    again = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        again.append(layer([LONG])[0]["token_ids"])
    np.testing.assert_array_equal(*again)


def test_new_ones_in_each_epoch_of_a_graph():
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    data = tf.data.Dataset.from_tensors([LONG]).map(preprocessor())
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        runs.append([next(iter(data))[0]["token_ids"] for _ in range(2)])
    first, second = runs[0]
    assert (first.numpy() != second.numpy()).any()
    np.testing.assert_array_equal(*runs)


def test_masks_in_the_texts(run):
    texts = ["the [MASK] fox [MASK]", "no mask", "[MASK]"]
    x = run(preprocessor().find_masks, texts)
    assert x["mask_positions"].tolist() == [[2, 4], [0, 0], [1, 0]]


def test_pairs_and_weights():
    (x, y, weights) = preprocessor()(
        (["the fox"], ["the dog"]), sample_weight=np.array([2.0])
    )
    assert x["segment_ids"].max() == 1
    assert weights.tolist() == [2.0]
    assert y.shape == x["mask_positions"].shape


def test_configuration_comes_back():
    layer = preprocessor(mask_selection_rate=0.25, mask_selection_length=7)
    copy = ElectraMaskedLMPreprocessor.from_config(layer.get_config())
    assert copy.mask_selection_rate == 0.25
    assert copy.mask_selection_length == 7
    assert copy.mask_token_rate == 0.85


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"mask_selection_rate": 0}, r"`mask_selection_rate` must lie in"),
        ({"mask_token_rate": -0.1}, "`mask_token_rate` must be a finite"),
        ({"random_token_rate": 0.2}, "nor above 1 together"),
        ({"mask_selection_length": 0}, "`mask_selection_length` must be a pos"),
    ],
)
def test_impossible_settings(arguments, message):
    with pytest.raises(ValueError, match=message):
        preprocessor(**arguments)


def test_labels_are_not_given():
    with pytest.raises(ValueError, match="cannot be given"):
        preprocessor()(["a"], y=[1])
