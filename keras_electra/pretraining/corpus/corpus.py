"""Random access to the examples of a corpus."""

import operator
import pathlib

import numpy as np

from keras_electra.json_file import read_json
from keras_electra.pretraining.corpus.shards import MANIFEST, SPLITS, open_shard


class ElectraCorpus:
    """Random access to the examples that `build_corpus` has written.

    The files are memory-mapped: opening is immediate, and only the examples
    that are used are read. Can be a source of `grain` and `tf.data` pipelines.

    Args:
        folder: path of a corpus, written by `build_corpus` or
            `keras-electra build-corpus`.
        split: `"train"` (default) or `"validation"`.

    Raises:
        FileNotFoundError: if there is no corpus.
        ValueError: if it is not complete, a file is broken, or the split is
            empty.

    Example:
    ```python
    corpus = keras_electra.ElectraCorpus("corpus")
    corpus[0]["token_ids"]  # int32 (T,)
    # Batches from step 1000 on:
    batches = corpus.batches(128, seed=1, first_step=1000)
    # As a `grain` or `tf.data` dataset:
    grain.MapDataset.source(corpus).shuffle(seed=1).batch(128)
    steps = len(corpus) // 128
    order = np.random.default_rng(1).permutation(len(corpus))[: steps * 128]
    tf.data.Dataset.from_generator(
        lambda: (corpus.get_batch(rows) for rows in np.split(order, steps)),
        output_signature={
            name: tf.TensorSpec((128, corpus.sequence_length), "int32")
            for name in corpus[0]
        },
    ).repeat()
    ```
    """

    def __init__(self, folder, split="train"):
        if split not in SPLITS:
            raise ValueError(
                f"`split` must be one of {SPLITS}. Received: split={split!r}."
            )
        self.folder = pathlib.Path(folder)
        self.split = split
        path = self.folder / MANIFEST
        if not path.is_file():
            raise FileNotFoundError(
                "`folder` must hold a corpus. Received: folder="
                f"{str(folder)!r} without {MANIFEST}. Write one with "
                "`keras-electra build-corpus`."
            )
        self.manifest = read_json(path)
        if not self.manifest.get("complete"):
            raise ValueError(
                "A corpus must be complete to be used. Received: folder="
                f"{str(folder)!r}, whose build was interrupted. Build it again "
                "with the same settings to continue."
            )
        shards = self.manifest["shards"][split]
        if not shards:
            raise ValueError(
                f"The corpus must hold examples of the split {split!r}. "
                f"Received: folder={str(folder)!r} with "
                f"{self.manifest['statistics']}. Build it with another "
                "`validation_share`."
            )
        self.sequence_length = self.manifest["sequence_length"]
        self.vocabulary_size = self.manifest["vocabulary_size"]
        options = self.manifest["tokenizer"]
        self._pad_id = self.manifest["vocabulary"].index(options["pad_token"])
        self._shards = [open_shard(self.folder, s["shard"]) for s in shards]
        counts = [len(examples) - 1 for _, examples in self._shards]
        self._ends = np.cumsum(counts)

    def __len__(self):
        return int(self._ends[-1])

    def __repr__(self):
        return f"ElectraCorpus({str(self.folder)!r}, split={self.split!r})"

    def __getitem__(self, index):
        index = operator.index(index)
        batch = self.get_batch([index + len(self) if index < 0 else index])
        return {name: value[0] for name, value in batch.items()}

    def get_batch(self, indices):
        """Get a batch of examples, padded to `sequence_length`.

        Args:
            indices: int, `(B,)`, from 0 to `len(corpus) - 1`.

        Returns:
            dict of int32 arrays, `(B, T)`: `token_ids`, `segment_ids` and
            `padding_mask`.

        Raises:
            IndexError: if an index is out of range.
        """
        indices = np.asarray(indices, dtype="int64")
        if indices.ndim != 1 or ((indices < 0) | (indices >= len(self))).any():
            raise IndexError(
                f"`indices` must be a list of integers in [0, {len(self)}). "
                f"Received: indices={indices}."
            )
        shape = (len(indices), self.sequence_length)  # (B, T)
        token_ids = np.full(shape, self._pad_id, dtype="int32")
        lengths = np.zeros((len(indices), 1), dtype="int64")
        seconds = np.zeros((len(indices), 1), dtype="int64")
        shards = np.searchsorted(self._ends, indices, side="right")
        for row, (index, shard) in enumerate(
            zip(indices.tolist(), shards.tolist(), strict=True)
        ):
            tokens, examples = self._shards[shard]
            local = index - int(self._ends[shard]) + len(examples) - 1
            start, second = examples[local].tolist()
            stop = int(examples[local + 1, 0])
            token_ids[row, : stop - start] = tokens[start:stop]
            lengths[row] = stop - start
            seconds[row] = second - start
        positions = np.arange(self.sequence_length)
        padding_mask = positions < lengths
        return {
            "token_ids": token_ids,
            "segment_ids": (padding_mask & (positions >= seconds)).astype(
                "int32"
            ),
            "padding_mask": padding_mask.astype("int32"),
        }

    def batches(
        self,
        batch_size,
        seed=0,
        first_step=0,
        replica=0,
        num_replicas=1,
        **kwargs,
    ):
        """Create an endless dataset of shuffled batches.

        Pass it to `fit` with `steps_per_epoch` and `shuffle=False`. Every
        example is used once before any is repeated. The order depends on the
        seed only.

        Args:
            batch_size: int. Examples in a step, over all replicas, B.
            seed: int, default `0`.
            first_step: int, default `0`. The step of the first batch.
            replica: int, default `0`. Index of the part of each batch to
                return.
            num_replicas: int, default `1`. Number of parts of a batch.
            **kwargs: other arguments of `keras.utils.PyDataset`, such as
                `workers`.

        Returns:
            `keras.utils.PyDataset`.

        Raises:
            ValueError: if an argument is not an integer in its range, or the
                batch cannot be divided evenly.
        """
        from keras_electra.pretraining.corpus.batches import CorpusBatches

        return CorpusBatches(
            self, batch_size, seed, first_step, replica, num_replicas, **kwargs
        )

    def tokenizer(self):
        """Create the `ElectraTokenizer` that the corpus was built with."""
        from keras_electra.tokenizer.tokenizer import ElectraTokenizer

        return ElectraTokenizer(
            self.manifest["vocabulary"], **self.manifest["tokenizer"]
        )
