"""The files of a corpus.

A shard is two numpy files without pickled objects, read with
`np.load(..., mmap_mode="r")`:

    {split}-{block:05d}.tokens.npy    uint16 or uint32 (sum of T,): all examples
                                      one after another, with [CLS] and [SEP]
    {split}-{block:05d}.examples.npy  int32 (N + 1, 2): where each example
                                      begins, and where its second segment
                                      does; the last row holds the end

`corpus.json` says which shards there are and how they were made. While a corpus
is being built, `block-{block:05d}.json` says that a block is finished.
"""

import io

import numpy as np

from keras_electra.json_file import read_json
from keras_electra.pretraining.run.atomic_file import write_file

MANIFEST = "corpus.json"
SPLITS = ("train", "validation")


def write_shard(folder, split, index, examples, vocabulary_size):
    """Writes the two files of a shard.

    Args:
        folder: `pathlib.Path`.
        split: string, one of `SPLITS`.
        index: int. The block that the examples come from.
        examples: list of tuples `(token_ids, second_start)`, not empty.
        vocabulary_size: int. Decides the type of the tokens.

    Returns:
        string: what the names of the two files begin with.
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
    """Opens the two files of a shard without reading them.

    Args:
        folder: `pathlib.Path`.
        name: string. What the names of the files begin with.

    Returns:
        Tuple of memory-mapped arrays: tokens and examples.

    Raises:
        ValueError: if a file is missing or broken.
    """
    arrays = []
    for part in ("tokens", "examples"):
        path = folder / f"{name}.{part}.npy"
        try:
            arrays.append(np.load(path, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError) as error:
            raise ValueError(
                f"Every shard of a corpus must be whole. Received: {path}, "
                f"{error}. Build the corpus again."
            ) from error
    tokens, examples = arrays
    if len(tokens) != examples[-1, 0]:
        raise ValueError(
            "The two files of a shard must belong together. Received: "
            f"{name} in {folder}, with {len(tokens)} tokens instead of "
            f"{examples[-1, 0]}. Build the corpus again."
        )
    return tokens, examples


def block_path(folder, index):
    """The file that says that a block is finished.

    Args:
        folder: `pathlib.Path`.
        index: int. The block.

    Returns:
        `pathlib.Path`.
    """
    return folder / f"block-{index:05d}.json"


def finished_block(folder, index, digest):
    """What was written about a block when it was finished.

    Args:
        folder: `pathlib.Path`.
        index: int. The block.
        digest: string. Checksum of its text.

    Returns:
        dict, or None if it is not finished or its text was another one.
    """
    path = block_path(folder, index)
    if not path.is_file():
        return None
    found = read_json(path)
    return found if found.get("digest") == digest else None
