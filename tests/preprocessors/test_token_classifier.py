import numpy as np
import pytest

from keras_electra import ElectraTokenClassifierPreprocessor
from keras_electra.text.label_alignment import (
    align_labels,
    continued,
    label_ids,
)
from tests import tiny


def preprocessor(**kwargs):
    kwargs.setdefault("sequence_length", 16)
    return ElectraTokenClassifierPreprocessor(tiny.tokenizer(), **kwargs)


def test_the_first_piece_has_the_label():
    # "foxy" is fox + ##y.
    x, y = preprocessor()([["the", "foxy", "dog"], ["fox"]], y=[[1, 2, 0], [1]])
    assert y[:, :6].tolist() == [
        [-100, 1, 2, -100, 0, -100],
        [-100, 1, -100, -100, -100, -100],
    ]
    assert y.shape == x["token_ids"].shape
    assert y.dtype == np.int32


def test_all_pieces_have_the_label():
    call = preprocessor(label_all_pieces=True)
    _, y = call([["the", "foxy"]], y=[[1, 2]])
    assert y[0, :5].tolist() == [-100, 1, 2, 2, -100]
    _, y = call([["the", "foxy"]], y=[[[1, 5], [2, 3]]])
    assert y[0, :5].tolist() == [-100, 1, 2, 3, -100]


def test_strings_are_split_at_white_space():
    on_words = preprocessor()([["the", "fox!"]], y=[[1, 2]])
    on_text = preprocessor()(["the  fox!"], y=[[1, 2]])
    for mine, theirs in zip(on_text[0], on_words[0], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(on_text[1], on_words[1])


def test_weights_pass():
    batch = preprocessor()(["a", "b"], y=[[0], [1]], sample_weight=[1, 2])
    assert batch[2] == [1, 2]


def test_labels_of_words_that_are_cut_off_or_have_no_pieces():
    call = preprocessor(sequence_length=4)
    _, y = call(
        [["the", "quick", "fox"], ["a", "\u200b", "b"]], [[1, 2, 3]] * 2
    )
    assert y.tolist() == [[-100, 1, 2, -100], [-100, 1, 3, -100]]


def test_labels_equal_those_of_transformers():
    """The recipe of their token-classification example, on their tokenizer."""
    transformers = pytest.importorskip("transformers")
    words = ["the", "foxy", "dog", ",", "overly", "lazy!", "U.N.", "\u200b"]
    labels = list(range(len(words)))
    vocabulary = {piece: i for i, piece in enumerate(tiny.VOCABULARY)}
    theirs = transformers.ElectraTokenizer(vocab=vocabulary)
    encoding = theirs([words], is_split_into_words=True)
    numbers = encoding.word_ids(0)
    expected = [
        -100 if word is None or word == last else labels[word]
        for last, word in zip([None, *numbers], numbers, strict=False)
    ]
    x, y = preprocessor(sequence_length=32)([words], y=[labels])
    size = len(numbers)
    assert x["token_ids"][0, :size].tolist() == encoding["input_ids"][0]
    assert y[0, :size].tolist() == expected


def test_config():
    call = preprocessor(label_all_pieces=True)
    copy = type(call).from_config(call.get_config())
    assert copy.label_all_pieces
    assert copy.get_config() == call.get_config()


def test_further_pieces_continue():
    names = ["O", "B-X", "I-X", "B-Y", "NN"]
    assert continued(names).tolist() == [0, 2, 2, 3, 4]


def test_label_ids():
    names = ["O", "B-X"]
    rows = label_ids([["B-X", "O"], [], [0, -100], np.array([b"O"])], names)
    assert [row.tolist() for row in rows] == [[1, 0], [], [0, -100], [0]]


@pytest.mark.parametrize(
    "labels", [[["B-Z"]], [[2]], [[-1]], [0], [[0.5]], [[[0, 1]]], [[None]]]
)
def test_labels_that_are_no_classes(labels):
    with pytest.raises(ValueError, match="lists with one entry a word"):
        label_ids(labels, ["O", "B-X"])


@pytest.mark.parametrize("x", [["the foxy dog"], [["the", "foxy", "dog"]]])
def test_labels_that_do_not_match_the_words(x):
    with pytest.raises(ValueError, match="4 labels for the 3 words of text 0"):
        preprocessor()(x, y=[[0, 0, 0, 1]])


def test_labels_that_do_not_match_the_texts():
    ids = np.array([[-1, 0, -1]])
    with pytest.raises(ValueError, match="one list of labels for each text"):
        align_labels(ids, [1], [[0], [0]])


@pytest.mark.parametrize("x", [[["a"], "b"], [["a", 1]], [["a"], None]])
def test_words_that_are_none(x):
    with pytest.raises(ValueError, match="must be lists of words"):
        preprocessor()(x)


def test_pairs_have_no_labels():
    with pytest.raises(ValueError, match="must be single ones"):
        preprocessor()((["a"], ["b"]), y=[[0]])


def test_graphs_are_refused():
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    stream = tf.data.Dataset.from_tensors((["a"], [[0]]))
    with pytest.raises(ValueError, match="inside a TensorFlow graph"):
        stream.map(preprocessor())
