"""Batches of a corpus in an order that depends on nothing but the step."""

import numbers

import keras
import numpy as np

from keras_electra.pretraining.corpus.shuffled_order import shuffled


class CorpusBatches(keras.utils.PyDataset):
    """Batch `i` is that of step `first_step + i`, for ever.

    Every example comes once before any comes again, in a new order each time.
    To resume at a step, that step and the seed are all it takes. There is no
    length, so that `fit`, which would shuffle batches, leaves them in order:
    pass it `steps_per_epoch`, and `shuffle=False` lest it warns.

    Args:
        corpus: `ElectraCorpus`, or any object with `get_batch` and a length.
        batch_size: int. Examples of a step, of all replicas together, B.
        seed: int, default `0`.
        first_step: int, default `0`.
        replica: int, default `0`. Which part of each batch to give.
        num_replicas: int, default `1`. Parts of a batch.
        **kwargs: those of `keras.utils.PyDataset`.

    Raises:
        ValueError: if a number is not possible, or the batch cannot be shared
            out evenly.
    """

    def __init__(
        self,
        corpus,
        batch_size,
        seed=0,
        first_step=0,
        replica=0,
        num_replicas=1,
        **kwargs,
    ):
        super().__init__(**kwargs)
        given = {
            "batch_size": (batch_size, 1),
            "seed": (seed, 0),
            "first_step": (first_step, 0),
            "replica": (replica, 0),
            "num_replicas": (num_replicas, 1),
        }
        for name, (value, least) in given.items():
            if not isinstance(value, numbers.Integral) or value < least:
                raise ValueError(
                    f"`{name}` must be an integer of at least {least}. "
                    f"Received: {name}={value!r}."
                )
        if batch_size % num_replicas or replica >= num_replicas:
            raise ValueError(
                "`batch_size` must be divisible by `num_replicas`, and "
                f"`replica` below it. Received: batch_size={batch_size}, "
                f"num_replicas={num_replicas}, replica={replica}."
            )
        self.corpus = corpus
        self.batch_size = batch_size
        self.seed = seed
        self.first_step = first_step
        self.replica = replica
        self.num_replicas = num_replicas

    @property
    def num_batches(self):
        return None

    def __getitem__(self, index):
        return self.corpus.get_batch(self.indices(self.first_step + index))

    def indices(self, step):
        """Which examples a step takes.

        Args:
            step: int.

        Returns:
            int64 array `(B / num_replicas,)`.
        """
        size = len(self.corpus)
        part = self.batch_size // self.num_replicas
        start = step * self.batch_size + self.replica * part
        positions = np.arange(start, start + part, dtype="int64")
        rounds = positions // size
        return np.concatenate(
            [
                shuffled(
                    positions[rounds == number] % size,
                    size,
                    (self.seed, int(number)),
                )
                for number in np.unique(rounds)
            ]
        )
