"""Preprocess the batches of a data set."""

import keras


class MappedBatches(keras.utils.PyDataset):
    """A caller's data set of batches of raw texts, tokenized.

    Args:
        preprocess: function of one item of the data set to a batch.
        dataset: `keras.utils.PyDataset`, or a `grain.MapDataset`: of those
            Keras cannot tell the length, and warns that data ran out.
    """

    def __init__(self, preprocess, dataset):
        options = ("workers", "use_multiprocessing", "max_queue_size")
        self._is_keras = isinstance(dataset, keras.utils.PyDataset)
        super().__init__(
            **{name: getattr(dataset, name) for name in options}
            if self._is_keras
            else {}
        )
        self._preprocess = preprocess
        self._dataset = dataset

    def __getitem__(self, index):
        return self._preprocess(self._dataset[index])

    @property
    def num_batches(self):
        if self._is_keras:
            return self._dataset.num_batches
        return len(self._dataset)

    def on_epoch_begin(self):
        if self._is_keras:
            self._dataset.on_epoch_begin()

    def on_epoch_end(self):
        if self._is_keras:
            self._dataset.on_epoch_end()
