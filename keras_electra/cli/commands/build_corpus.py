"""`keras-electra build-corpus`."""

import pathlib
import sys
import time
from typing import Annotated

import typer

from keras_electra.cli.progress import progress_bar


def build_corpus(
    inputs: Annotated[
        list[pathlib.Path],
        typer.Argument(
            help="Text files, and folders with text files: .txt (documents "
            "separated by blank lines) or .jsonl (one document per line), "
            "optionally compressed as .gz or .xz. Of a folder, vocab.txt, "
            "README.txt and similar files are left out.",
            show_default=False,
        ),
    ],
    folder: Annotated[
        pathlib.Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder to write; an interrupted build resumes.",
            show_default=False,
        ),
    ],
    vocabulary: Annotated[
        pathlib.Path,
        typer.Option(help="A vocab.txt file.", show_default=False),
    ],
    sequence_length: Annotated[
        int, typer.Option("--length", help="Maximum tokens of an example.")
    ] = 128,
    validation_share: Annotated[
        float, typer.Option(help="Share of the documents to hold out.")
    ] = 0.0,
    lowercase: Annotated[
        bool,
        typer.Option(
            "--lowercase/--cased", help="Whether the vocabulary is lowercase."
        ),
    ] = True,
    as_published: Annotated[
        bool,
        typer.Option(
            "--as-published",
            help="Build examples as in 2020: text that does not fit is "
            "dropped, and lines may change their order.",
        ),
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option(
            help="Number of processes; by default one per core.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed.")] = 0,
):
    """Turn text files into a corpus for pre-training."""
    from keras_electra.pretraining.corpus import build_corpus
    from keras_electra.pretraining.corpus.text_blocks import find_files

    started = time.monotonic()
    total = sum(path.stat().st_size for path in find_files(inputs, vocabulary))
    with progress_bar(total, "examples", prints=False) as advance:
        manifest = build_corpus.build_corpus(
            inputs,
            folder,
            vocabulary,
            progress=advance,
            sequence_length=sequence_length,
            validation_share=validation_share,
            lowercase=lowercase,
            as_published=as_published,
            processes=processes,
            seed=seed,
        )
    seconds = time.monotonic() - started
    found = manifest["statistics"]
    examples = found["examples"]
    print(
        f"{found['documents']:,} documents, {found['text_tokens']:,} tokens "
        f"({found['unknown_share']:.3%} unknown), {examples['train']:,} "
        f"examples to train on, {examples['validation']:,} to validate on: "
        f"{folder}, in {seconds:.0f} s",
        file=sys.stderr,
    )
