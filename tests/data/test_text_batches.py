import keras
import numpy as np
import pytest

from keras_electra.data.text_batches import TextBatches
from keras_electra.data.tf_dataset import as_tf_dataset

TEXTS = ["word " * (i % 50) for i in range(1000)]


def unchanged(x, y, sample_weight):
    return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)


def batches(shuffle, **kwargs):
    return TextBatches(
        unchanged,
        (TEXTS,),
        np.arange(1000),
        batch_size=8,
        shuffle=shuffle,
        **kwargs,
    )


def test_order_is_kept_unless_shuffled():
    data = batches(shuffle=False)
    labels = [data[i][1] for i in range(data.num_batches)]
    np.testing.assert_array_equal(np.concatenate(labels), np.arange(1000))


def test_every_epoch_is_another_order_of_everything():
    data = batches(shuffle=True)
    epochs = []
    for _ in range(2):
        labels = [data[i][1] for i in range(data.num_batches)]
        epochs.append(np.concatenate(labels))
        data.on_epoch_end()
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), np.arange(1000))
    assert (epochs[0] != epochs[1]).mean() > 0.9


def test_texts_stay_with_their_labels_and_weights():
    data = batches(shuffle=True, sample_weight=np.arange(1000) / 2)
    for i in range(5):
        x, y, weights = data[i]
        assert x == [TEXTS[label] for label in y]
        np.testing.assert_array_equal(weights, y / 2)


def test_like_lengths_share_a_batch():
    data = batches(shuffle=True)
    waste = []
    for i in range(data.num_batches):
        lengths = [len(text) for text in data[i][0]]
        waste.append(1 - sum(lengths) / max(1, len(lengths) * max(lengths)))
    assert np.mean(waste) < 0.1


def test_the_seed_of_keras_decides_the_order():
    orders = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        data = batches(shuffle=True)
        orders.append(np.concatenate([data[i][1] for i in range(5)]))
    np.testing.assert_array_equal(orders[0], orders[1])
    assert (orders[0] != orders[2]).any()


def test_tf_dataset_takes_lengths_as_they_come():
    pytest.importorskip("tensorflow")

    class Growing(keras.utils.PyDataset):
        epochs = 0

        def __len__(self):
            return 4

        def __getitem__(self, index):
            return np.ones((2, max(3, index * 2)), "int32"), np.ones(2)

        def on_epoch_end(self):
            self.epochs += 1

    data = Growing()
    dataset = as_tf_dataset(data)
    shapes = [tuple(x.shape) for x, _ in dataset]
    assert shapes == [(2, 3), (2, 3), (2, 4), (2, 6)]
    assert data.epochs == 1
    assert len(dataset) == 4


def test_tf_dataset_must_not_be_empty():
    pytest.importorskip("tensorflow")
    data = TextBatches(unchanged, ([],), np.arange(0))
    with pytest.raises(ValueError, match="at least one batch"):
        as_tf_dataset(data)
