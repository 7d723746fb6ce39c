"""Turn a block of text into the shards of a corpus, in a worker process."""

import itertools
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import random
import threading
from typing import NamedTuple

import numpy as np

from keras_electra.pretraining.corpus.example_builder import ExampleBuilder
from keras_electra.pretraining.corpus.shards import block_path, write_shard
from keras_electra.pretraining.corpus.text_blocks import documents
from keras_electra.pretraining.run.atomic_file import write_json
from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.rust import RustEngine

_DOCUMENTS_TOGETHER = 64
_SENTENCE_ENDS = ".!?。！？…।؟"


class Recipe(NamedTuple):
    """Settings that determine the bytes of a shard, and the corpus folder."""

    folder: str
    vocabulary: list
    options: dict  # of `TokenizerOptions`
    sequence_length: int
    seed: int
    validation_share: float
    as_published: bool


class BlockWorker:
    """Turn blocks of text into shards, as a `Recipe` says."""

    def __init__(self, recipe):
        self._recipe = recipe
        self._folder = pathlib.Path(recipe.folder)
        options = TokenizerOptions(**recipe.options)
        self._engine = RustEngine(options, recipe.vocabulary)
        ids = self._engine.ids
        self._cls_id = ids[options.cls_token]
        self._sep_id = ids[options.sep_token]
        self._unk_id = ids[options.unk_token]
        # Special tokens that a text spells out are removed.
        special = {ids[token] for token in options.special_tokens}
        self._is_special = np.zeros(len(ids), dtype=bool)
        self._is_special[list(special - {self._unk_id})] = True
        self._ends_sentence = np.zeros(len(ids), dtype=bool)
        self._ends_sentence[[ids[c] for c in _SENTENCE_ENDS if c in ids]] = True

    @property
    def vocabulary_size(self):
        """Number of tokens, including added tokens."""
        return len(self._is_special)

    def __call__(self, block, digest):
        """Write the shards of a block, and return its statistics.

        The statistics are also written to the file of the block, with `digest`,
        the checksum of the text.
        """
        recipe = self._recipe
        held_out = random.Random(f"held out {recipe.seed} {block.index}").random
        builder = ExampleBuilder(
            recipe.sequence_length,
            self._cls_id,
            self._sep_id,
            self._ends_sentence,
            seed=f"examples {recipe.seed} {block.index}",
            as_published=recipe.as_published,
        )
        counts = dict.fromkeys(("documents", "text_tokens", "unknown"), 0)
        examples = {"train": [], "validation": []}
        for document in self._tokenized(block, counts):
            validates = held_out() < recipe.validation_share
            split = "validation" if validates else "train"
            examples[split].extend(builder.add_document(document))
        result = {"digest": digest, **counts, "splits": {}}
        for split, made in examples.items():
            if made:
                result["splits"][split] = {
                    "shard": write_shard(
                        self._folder,
                        split,
                        block.index,
                        made,
                        self.vocabulary_size,
                    ),
                    "examples": len(made),
                    "tokens": sum(len(ids) for ids, _ in made),
                }
        write_json(block_path(self._folder, block.index), result)
        return result

    def _tokenized(self, block, counts):
        """Yield documents as lists of int arrays, one for each line."""
        found = documents(block)
        while group := list(itertools.islice(found, _DOCUMENTS_TOGETHER)):
            lines = list(itertools.chain.from_iterable(group))
            rows = iter(self._engine.tokenize(lines) if lines else ())
            for document in group:
                ids = []
                for row in itertools.islice(rows, len(document)):
                    line = np.frombuffer(row, dtype="int32")
                    special = self._is_special[line]
                    line = line[~special] if special.any() else line
                    counts["text_tokens"] += len(line)
                    counts["unknown"] += int((line == self._unk_id).sum())
                    ids.append(line)
                counts["documents"] += 1
                yield ids


def start(recipe):
    """Prepare a process for `work`."""
    global _worker
    _worker = BlockWorker(recipe)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def work(block, digest):
    """Call the `BlockWorker` that `start` created in this process."""
    return _worker(block, digest)


def _end_with_parent():
    """End this process when its parent has been killed.

    It would wait for work forever, or write into a build that was restarted.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


_worker = None
