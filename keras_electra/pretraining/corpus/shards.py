"""Read and write the files of a corpus.

A shard consists of two numpy files without pickled objects, which are read with
`np.load(..., mmap_mode="r")`:

    {split}-{block:05d}.tokens.npy    uint16 or uint32, (sum of T,): all
                                      examples, with [CLS] and [SEP]
    {split}-{block:05d}.examples.npy  int32, (N + 1, 2): the start of each
                                      example and of its second segment; the
                                      last row holds the end

`corpus.json` lists the shards and the settings of the build. During a build,
`block-{block:05d}.json` marks a block as complete.
"""

import io

import numpy as np

from keras_electra.json_file import read_json
from keras_electra.pretraining.run.atomic_file import write_file

MANIFEST = "corpus.json"
SPLITS = ("train", "validation")


def write_shard(folder, split, index, examples, vocabulary_size):
    """Write the two files of a shard, and return the prefix of their names.

    `examples` is a list of tuples `(token_ids, second_start)`. `index` is the
    block that they come from. The size of the vocabulary determines the dtype.
    """
    name = f"{split}-{index:05d}"
    lengths = [len(ids) for ids, _ in examples]
    wide = sum(lengths) > np.iinfo("int32").max
    table = np.zeros((len(examples) + 1, 2), dtype="int64" if wide else "int32")
    table[1:, 0] = np.cumsum(lengths)
    table[:-1, 1] = table[:-1, 0] + [second for _, second in examples]
    table[-1, 1] = table[-1, 0]
    tokens = np.concatenate([ids for ids, _ in examples])
    kind = "uint16" if vocabulary_size <= 1 << 16 else "uint32"
    for part, array in (("tokens", tokens.astype(kind)), ("examples", table)):
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        write_file(folder / f"{name}.{part}.npy", buffer.getbuffer())
    return name


def open_shard(folder, name):
    """Memory-map the two arrays of a shard, tokens and examples."""
    arrays = []
    for part in ("tokens", "examples"):
        path = folder / f"{name}.{part}.npy"
        try:
            arrays.append(np.load(path, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError) as error:
            raise ValueError(
                "Every shard of a corpus must be complete. Received: "
                f"{path}, {error}. Build the corpus again."
            ) from error
    tokens, examples = arrays
    if len(tokens) != examples[-1, 0]:
        raise ValueError(
            "The two files of a shard must match. Received: "
            f"{name} in {folder}, with {len(tokens)} tokens instead of "
            f"{examples[-1, 0]}. Build the corpus again."
        )
    return tokens, examples


def block_path(folder, index):
    """The file that marks a block as complete."""
    return folder / f"block-{index:05d}.json"


def finished_block(folder, index, digest):
    """Statistics of a complete block, `None` if its text has changed."""
    path = block_path(folder, index)
    if not path.is_file():
        return None
    found = read_json(path)
    return found if found.get("digest") == digest else None
