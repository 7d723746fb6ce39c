"""Building a corpus of examples from text files, once and for all."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import math
import multiprocessing
import numbers
import os
import pathlib

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
# [CLS] a [SEP] b [SEP] with something to predict in it.
SHORTEST_SEQUENCE = 8
# Blocks that wait for a process, for each process.
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
    """Turns text files into examples to pre-train on.

    The same files and settings give the same bytes, whatever the number of
    processes. A build that was stopped goes on where it was when it is
    called again; one that is complete is left as it is.

    Args:
        inputs: path, or list of paths, of files and folders: `.txt` with a
            blank line between documents, `.jsonl` with a `text` in each line,
            either of them also as `.gz` or `.xz`. Of a folder, `vocab.txt`,
            `vocabulary.txt`, `merges.txt`, `README.txt` and `LICENSE.txt` are
            left out, and so is the file of `vocabulary`. Folders in folders
            are not entered.
        folder: path. The corpus; new, empty, or of the same settings.
        vocabulary: list of str, or the path of a `vocab.txt`.
        sequence_length: int, default `128`. Tokens of an example at most, T.
        seed: int, default `0`.
        validation_share: float, default `0`. Share of the documents that are
            kept out of training.
        processes: int, default the number of cores. A script that uses more
            than one must call this below `if __name__ == "__main__":`.
        as_published: bool, default `False`. Whether to make examples as the
            2020 code does: what does not fit is thrown away, long lines are
            not divided, and lines may change their order.
        block_bytes: int, default 16 MiB. Text in a shard, about.
        progress: function of (examples since the last call, bytes of the
            files in all), or `None`.
        **options: those of `ElectraTokenizer`, such as `lowercase`.

    Returns:
        dict: what `corpus.json` holds.

    Raises:
        FileNotFoundError: if an input does not exist.
        FileExistsError: if the folder holds something else.
        ValueError: if a setting is not possible, the vocabulary lacks a
            special token, or the files hold no text or are not UTF-8.
        OSError: if the disk is full. What was finished is kept.

    Example:
    ```python
    keras_electra.build_corpus("texts", "corpus", "vocab.txt")
    corpus = keras_electra.ElectraCorpus("corpus")
    ```

    Reference: `build_pretraining_dataset.py` of the 2020 release.
    """
    _check_numbers(
        sequence_length, seed, validation_share, processes, block_bytes
    )
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
    worker = block_worker.BlockWorker(recipe)  # or the error of a vocabulary
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
            "There must be text to build a corpus from. Received: "
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
    # Of blocks that there are no more, after a file became shorter.
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
    """Results of all blocks, in order."""
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
            # Other ways to start a process copy threads of TensorFlow or JAX.
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
                # The text itself is not kept here until the end.
                waiting.append((block._replace(content=b""), future))
                if len(waiting) > processes * (1 + _WAITING):
                    block, future = waiting.popleft()
                    finish(block, future.result())
        for block, future in waiting:
            finish(block, future.result())
    return [results[index] for index in sorted(results)]


def _check_numbers(length, seed, share, processes, block_bytes):
    for name, value, least in (
        ("sequence_length", length, SHORTEST_SEQUENCE),
        ("seed", seed, 0),
        ("processes", 1 if processes is None else processes, 1),
        ("block_bytes", block_bytes, 1),
    ):
        if (
            not isinstance(value, numbers.Integral)
            or isinstance(value, bool)
            or value < least
        ):
            raise ValueError(
                f"`{name}` must be an integer of at least {least}. Received: "
                f"{name}={value!r}."
            )
    if not isinstance(share, numbers.Real) or not 0 <= share < 1:
        raise ValueError(
            "`validation_share` must be at least 0 and below 1. Received: "
            f"validation_share={share!r}."
        )


def _settings_before(folder, settings):
    """The manifest that the folder holds, if it is of the same settings."""
    path = folder / MANIFEST
    if not path.is_file():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(
                "The folder of a corpus must be new, empty, or hold a corpus. "
                f"Received: {str(folder)!r}."
            )
        return {}
    before = read_json(path)
    differences = [
        f"{name}={value!r} instead of {before.get(name)!r}"
        for name, value in settings.items()
        if value != before.get(name)
        and not (name == "files" and _may_be_mended(value, before))
    ]
    if differences:
        raise FileExistsError(
            f"The folder {str(folder)!r} holds a corpus with other settings. "
            f"Received: {'; '.join(differences)}. Choose another folder, or "
            "delete this one."
        )
    return before


def _may_be_mended(files, before):
    """Whether these are files of an unfinished corpus, of whatever sizes.

    Blocks know what text they were made of, and others are made anew.
    """
    names = [name for name, _ in files]
    then = [name for name, _ in before.get("files", ())]
    return not before.get("complete") and names == then


def _statistics(results):
    """Sums over all blocks."""

    def total(name, split=None):
        if split is None:
            return sum(result[name] for result in results)
        parts = [result["splits"].get(split, {}) for result in results]
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
    """Also those of blocks that there are no more."""
    for path in folder.glob(block_path(folder, 0).name.replace("00000", "*")):
        path.unlink()


def _checksum(content):
    return hashlib.blake2b(content, digest_size=16).hexdigest()
