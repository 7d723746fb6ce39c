"""Batches of raw texts for `fit` and `evaluate`."""

import keras
import numpy as np

# Batches among which texts of like length are brought together.
_GROUP_BATCHES = 64


class TextBatches(keras.utils.PyDataset):
    """Batches of raw texts, tokenized when asked for.

    When shuffled, every epoch has a new order, in which texts of like length
    share a batch: random within groups of 64 batches, so that little is
    padding and batches stay random.

    Args:
        preprocess: function of `(x, y, sample_weight)` to a batch.
        x: tuple of one or two equally long lists of texts.
        y: array with N rows, or `None`.
        sample_weight: array with N rows, or `None`.
        batch_size: int, default `32`.
        shuffle: bool, default `False`.

    Raises:
        ValueError: if the numbers of texts, labels and weights differ.
    """

    def __init__(
        self,
        preprocess,
        x,
        y=None,
        sample_weight=None,
        batch_size=None,
        shuffle=False,
    ):
        super().__init__()
        self._preprocess = preprocess
        self._x = x
        self._y = y
        self._sample_weight = sample_weight
        self._batch_size = batch_size or 32
        self._shuffle = shuffle
        self._check_lengths()
        self._sizes = np.array(
            [sum(map(len, row)) for row in zip(*x, strict=True)]
        )
        if shuffle:
            # numpy's global state is what `keras.utils.set_random_seed` sets.
            self._rng = np.random.default_rng(np.random.randint(2**31))
        self._order = self._new_order()

    def _check_lengths(self):
        counts = {"texts": len(self._x[0])}
        if len(self._x) > 1:
            counts["second texts"] = len(self._x[1])
        for name, values in (
            ("labels", self._y),
            ("sample weights", self._sample_weight),
        ):
            if values is not None:
                counts[name] = len(values)
        if len(set(counts.values())) > 1:
            raise ValueError(
                "There must be one label and one weight for each text. "
                f"Received: {counts}."
            )

    def _new_order(self):
        count, size = len(self._sizes), self._batch_size
        if not self._shuffle:
            return [
                np.arange(i, min(i + size, count))
                for i in range(0, count, size)
            ]
        order = self._rng.permutation(count)
        batches = []
        for start in range(0, count, size * _GROUP_BATCHES):
            group = order[start : start + size * _GROUP_BATCHES]
            group = group[np.argsort(self._sizes[group], kind="stable")]
            batches += [group[i : i + size] for i in range(0, len(group), size)]
        self._rng.shuffle(batches)
        return batches

    def __getitem__(self, index):
        rows = self._order[index]
        x = tuple([column[i] for i in rows] for column in self._x)
        return self._preprocess(
            x if len(x) > 1 else x[0],
            _take(self._y, rows),
            _take(self._sample_weight, rows),
        )

    @property
    def num_batches(self):
        return len(self._order)

    def on_epoch_end(self):
        self._order = self._new_order()


def _take(values, rows):
    if values is None:
        return None
    if isinstance(values, list):
        return [values[i] for i in rows]
    return values[rows]
