"""Endless shuffled batches in an order that depends on the seed only."""

import functools

import grain
import keras
import numpy as np

from keras_electra.argument_checks import check_integers


class CorpusBatches(keras.utils.PyDataset):
    """Endless batches; batch `i` belongs to step `first_step + i`.

    See `ElectraCorpus.batches`. Keras shuffles the batches of a dataset that
    has a length, so this one has none.
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
        check_integers(batch_size=batch_size, num_replicas=num_replicas)
        check_integers(0, seed=seed, first_step=first_step, replica=replica)
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
        """Indices of the examples of a step, int64, `(B / num_replicas,)`."""
        part = self.batch_size // self.num_replicas
        start = step * self.batch_size + self.replica * part
        order = self._order
        return np.array([order[i] for i in range(start, start + part)], "int64")

    @functools.cached_property
    def _order(self):
        # Computes each position on its own: neither memory nor history needed.
        examples = grain.MapDataset.range(len(self.corpus))
        return examples.seed(self.seed).shuffle().repeat()
