"""A caller's own batches of raw texts, tokenized."""

import keras


class MappedBatches(keras.utils.PyDataset):
    """A caller's `keras.utils.PyDataset` of raw texts, tokenized.

    Args:
        preprocess: function of one item of the data set to a batch.
        dataset: `keras.utils.PyDataset`.
    """

    def __init__(self, preprocess, dataset):
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self._preprocess = preprocess
        self._dataset = dataset

    def __getitem__(self, index):
        return self._preprocess(self._dataset[index])

    @property
    def num_batches(self):
        return self._dataset.num_batches

    def on_epoch_begin(self):
        self._dataset.on_epoch_begin()

    def on_epoch_end(self):
        self._dataset.on_epoch_end()
