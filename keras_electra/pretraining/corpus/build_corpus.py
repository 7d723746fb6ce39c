"""Build a corpus of training examples from text files."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import math
import multiprocessing
import os
import pathlib

from keras_electra.argument_checks import check_integers, check_range
from keras_electra.json_file import read_json
from keras_electra.pretraining.corpus import block_worker
from keras_electra.pretraining.corpus.shards import (
    MANIFEST,
    SPLITS,
    block_path,
    finished_block,
)
from keras_electra.pretraining.corpus.text_blocks import find_files, read_blocks
from keras_electra.pretraining.run.atomic_file import write_json
from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.vocabulary import as_vocabulary

FORMAT = 1
# Room for [CLS] a [SEP] b [SEP] with a position to predict.
SHORTEST_SEQUENCE = 8
# Queued blocks for each process.
_WAITING = 2


def build_corpus(
    inputs,
    folder,
    vocabulary,
    sequence_length=128,
    seed=0,
    validation_share=0.0,
    processes=None,
    as_published=False,
    block_bytes=16 << 20,
    progress=None,
    **options,
):
    """Turn text files into examples for pre-training.

    The same files and settings give the same bytes, independently of the number
    of processes. If the build is interrupted, the next call continues it. A
    complete corpus is left as it is.

    Args:
        inputs: path, or list of paths, of files and folders: `.txt` with a
            blank line between documents, or `.jsonl` with a `text` in each
            line, optionally compressed as `.gz` or `.xz`. In a folder,
            `vocab.txt`, `vocabulary.txt`, `merges.txt`, `README.txt`,
            `LICENSE.txt` and the file of `vocabulary` are left out, and
            subfolders are ignored.
        folder: path of the corpus. Must be new, empty, or hold a corpus with
            the same settings.
        vocabulary: list of str, or path of a `vocab.txt`.
        sequence_length: int, default `128`. Maximum number of tokens in an
            example, T.
        seed: int, default `0`.
        validation_share: float, default `0`. Share of the documents that are
            held out for validation.
        processes: int, default the number of cores. A script that uses more
            than one must call this below `if __name__ == "__main__":`.
        as_published: bool, default `False`. Whether to build examples exactly
            as the 2020 code does: text that does not fit is discarded, long
            lines are not divided, and lines may change their order.
        block_bytes: int, default 16 MiB. Approximate size of the text in a
            shard.
        progress: function of the number of examples since the last call and
            the number of bytes read so far, or `None`.
        **options: arguments of `ElectraTokenizer`, such as `lowercase`.

    Returns:
        dict. The content of `corpus.json`.

    Raises:
        FileNotFoundError: if an input does not exist.
        FileExistsError: if the folder holds other files or another corpus.
        ValueError: if a setting is out of range, the vocabulary lacks a
            special token, or the files hold no text or are not UTF-8.
        OSError: if the disk is full. Completed shards are kept.

    Example:
    ```python
    keras_electra.build_corpus("texts", "corpus", "vocab.txt")
    corpus = keras_electra.ElectraCorpus("corpus")
    ```

    Reference: `build_pretraining_dataset.py` of the 2020 release.
    """
    (sequence_length,) = check_integers(
        SHORTEST_SEQUENCE, sequence_length=sequence_length
    )
    (seed,) = check_integers(0, seed=seed)
    block_bytes, _ = check_integers(
        block_bytes=block_bytes, processes=1 if processes is None else processes
    )
    check_range({"validation_share": validation_share}, at_least=0, below=1)
    options = TokenizerOptions(**options)
    files = find_files(inputs, vocabulary)
    vocabulary = as_vocabulary(vocabulary, options)
    folder = pathlib.Path(folder)
    recipe = block_worker.Recipe(
        str(folder),
        vocabulary,
        dataclasses.asdict(options),
        sequence_length,
        seed,
        float(validation_share),
        bool(as_published),
    )
    worker = block_worker.BlockWorker(recipe)  # Checks the vocabulary.
    settings = {
        "format": FORMAT,
        "sequence_length": sequence_length,
        "seed": seed,
        "validation_share": float(validation_share),
        "as_published": bool(as_published),
        "block_bytes": block_bytes,
        "vocabulary_size": worker.vocabulary_size,
        "vocabulary_checksum": _checksum("\n".join(vocabulary).encode()),
        "files": [[path.name, path.stat().st_size] for path in files],
        "tokenizer": options.to_config(),
    }
    before = _settings_before(folder, settings)
    if before.get("complete"):
        return before
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"complete": False, **settings, "vocabulary": vocabulary}
    write_json(folder / MANIFEST, manifest)
    results = _run(worker, recipe, files, block_bytes, processes, progress)
    statistics = _statistics(results)
    if not any(statistics["examples"].values()):
        (folder / MANIFEST).unlink()
        _remove_block_files(folder)
        raise ValueError(
            "A corpus needs text. Received: "
            f"{len(files)} files without a token, {str(files[0])!r} first."
        )
    manifest |= {
        "complete": True,
        "statistics": statistics,
        "shards": {
            split: [
                result["splits"][split]
                for result in results
                if split in result["splits"]
            ]
            for split in SPLITS
        },
    }
    write_json(folder / MANIFEST, manifest)
    _remove_block_files(folder)
    # Delete shards of a build before a file was shortened.
    shards = {
        shard["shard"]
        for split in SPLITS
        for shard in manifest["shards"][split]
    }
    for path in folder.glob("*-?????.*.npy"):
        if path.name.split(".")[0] not in shards:
            path.unlink()
    return manifest


def _run(worker, recipe, files, block_bytes, processes, progress):
    """Process all blocks, and return their statistics in order."""
    processes = processes or os.cpu_count() or 1
    results = {}

    def finish(block, result):
        results[block.index] = result
        if progress is not None:
            made = sum(x["examples"] for x in result["splits"].values())
            progress(made, block.done)

    with contextlib.ExitStack() as stack:
        submit = None
        if processes > 1:
            # A fork would copy the threads of TensorFlow or JAX.
            pool = concurrent.futures.ProcessPoolExecutor(
                processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=block_worker.start,
                initargs=(recipe,),
            )
            stack.callback(pool.shutdown, cancel_futures=True)
            submit = pool.submit
        waiting = collections.deque()
        for block in read_blocks(files, block_bytes):
            digest = _checksum(block.content)
            known = finished_block(
                pathlib.Path(recipe.folder), block.index, digest
            )
            if known is not None:
                finish(block, known)
            elif submit is None:
                finish(block, worker(block, digest))
            else:
                future = submit(block_worker.work, block, digest)
                # Do not keep the text in memory.
                waiting.append((block._replace(content=b""), future))
                if len(waiting) > processes * (1 + _WAITING):
                    block, future = waiting.popleft()
                    finish(block, future.result())
        for block, future in waiting:
            finish(block, future.result())
    return [results[index] for index in sorted(results)]


def _settings_before(folder, settings):
    """The manifest in the folder, which must have the same settings."""
    path = folder / MANIFEST
    if not path.is_file():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(
                "The folder of a corpus must be new, empty, or hold a corpus. "
                f"Received: {str(folder)!r}, which holds other files."
            )
        return {}
    before = read_json(path)
    differences = [
        f"{name}={value!r} instead of {before.get(name)!r}"
        for name, value in settings.items()
        if value != before.get(name)
        and not (name == "files" and _may_differ(value, before))
    ]
    if differences:
        raise FileExistsError(
            f"The folder {str(folder)!r} holds a corpus with other settings. "
            f"Received: {'; '.join(differences)}. Choose another folder, or "
            "delete this one."
        )
    return before


def _may_differ(files, before):
    """Whether the files of an incomplete corpus have the same names.

    Their content may have been corrected: changed blocks are built again.
    """
    names = [name for name, _ in files]
    then = [name for name, _ in before.get("files", ())]
    return not before.get("complete") and names == then


def _statistics(results):

    def total(name, split=None):
        parts = [r["splits"].get(split, {}) if split else r for r in results]
        return sum(part.get(name, 0) for part in parts)

    tokens = total("text_tokens")
    return {
        "documents": total("documents"),
        "text_tokens": tokens,
        "unknown_share": total("unknown") / tokens if tokens else math.nan,
        "examples": {split: total("examples", split) for split in SPLITS},
        "tokens": {split: total("tokens", split) for split in SPLITS},
    }


def _remove_block_files(folder):
    for path in folder.glob(block_path(folder, 0).name.replace("00000", "*")):
        path.unlink()


def _checksum(content):
    return hashlib.blake2b(content, digest_size=16).hexdigest()
