"""`keras-electra build-corpus`."""

import pathlib
import sys
import time
from typing import Annotated

import typer

from keras_electra.cli.errors import reported
from keras_electra.cli.progress import progress_bar


def build_corpus(
    inputs: Annotated[
        list[pathlib.Path],
        typer.Argument(
            help="Text files and folders of them: .txt (a blank line between "
            "documents), .jsonl (a text in each line), also as .gz or .xz. Of "
            "a folder, vocab.txt, README.txt and the like are left out.",
            show_default=False,
        ),
    ],
    folder: Annotated[
        pathlib.Path,
        typer.Option(
            "--output",
            "-o",
            help="The folder to write, or to go on with.",
            show_default=False,
        ),
    ],
    vocabulary: Annotated[
        pathlib.Path, typer.Option(help="A vocab.txt.", show_default=False)
    ],
    sequence_length: Annotated[
        int, typer.Option("--length", help="Tokens of an example at most.")
    ] = 128,
    validation_share: Annotated[
        float, typer.Option(help="Share of the documents to hold out.")
    ] = 0.0,
    lowercase: Annotated[
        bool, typer.Option("--lowercase/--cased", help="As the vocabulary is.")
    ] = True,
    as_published: Annotated[
        bool,
        typer.Option(
            "--as-published",
            help="Examples as in 2020: what does not fit is thrown away, and "
            "lines may change their order.",
        ),
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option(help="By default one a core.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all random choices.")] = 0,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
):
    """Turn text files into a corpus to pre-train on."""
    with reported(debug):
        _build(
            inputs,
            folder,
            vocabulary,
            sequence_length=sequence_length,
            validation_share=validation_share,
            lowercase=lowercase,
            as_published=as_published,
            processes=processes,
            seed=seed,
        )


def _build(inputs, folder, vocabulary, **settings):
    from keras_electra.pretraining.corpus import build_corpus
    from keras_electra.pretraining.corpus.text_blocks import find_files

    started = time.monotonic()
    total = sum(path.stat().st_size for path in find_files(inputs, vocabulary))
    with progress_bar(total, "examples", prints=False) as advance:
        manifest = build_corpus.build_corpus(
            inputs, folder, vocabulary, progress=advance, **settings
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
