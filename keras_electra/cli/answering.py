"""`keras-electra answer`."""

import pathlib
from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.errors import USAGE_STATUS, fail, reported
from keras_electra.cli.parameters import (
    BatchSize,
    Debug,
    File,
    Format,
    Ignore,
    Texts,
    load_options,
)
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import check_input, input_size, read_texts


def answer(
    preset: Annotated[
        str, typer.Option(help="A question answerer: folder, hf://...")
    ],
    texts: Texts = None,
    file: File = None,
    context: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="UTF-8 file, the context of all questions. Without it each "
            "question has its own: arguments two by two, or lines with a tab "
            "between question and context.",
            show_default=False,
        ),
    ] = None,
    output_format: Format = OutputFormat.table,
    top_k: Annotated[
        int, typer.Option("--top-k", min=1, help="Answers to each question.")
    ] = 1,
    no_answer: Annotated[
        bool,
        typer.Option("--no-answer", help="An empty answer may be the best."),
    ] = False,
    max_sequence_length: Annotated[
        int, typer.Option(min=5, help="Tokens of a window of the context.")
    ] = 384,
    stride: Annotated[
        int | None,
        typer.Option(min=0, help="Tokens that two windows share."),
    ] = None,
    max_answer_length: Annotated[
        int, typer.Option(min=1, help="Tokens of an answer.")
    ] = 15,
    batch_size: BatchSize = 32,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the part of a context that answers each question."""
    check_input(texts, file)
    if context is not None and not context.is_file():
        fail(f"there is no file {str(context)!r}", USAGE_STATUS)
    if context is None and texts and len(texts) % 2:
        fail(
            "without --context, arguments are taken two by two, question and "
            f"context; there are {len(texts)}",
            USAGE_STATUS,
        )
    with reported(debug):
        environment.prepare()
        answer_questions(
            texts,
            file,
            context,
            preset,
            output_format,
            ignore,
            top_k=top_k,
            handle_impossible_answer=no_answer,
            max_sequence_length=max_sequence_length,
            stride=stride,
            max_answer_length=max_answer_length,
            batch_size=batch_size,
        )


def answer_questions(
    texts, file, context, preset, output_format, ignore=None, **options
):
    """Prints the answers to each question, in the order of the input.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        context: `pathlib.Path` of the context of all questions; `None` where
            each has its own.
        preset: string. Where the question answerer comes from.
        output_format: `OutputFormat`.
        ignore: list of strings, or `None`. What does not matter in it.
        **options: other arguments of `ElectraQuestionAnswerer.answer`.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with environment.quiet_imports():
        from keras_electra import ElectraQuestionAnswerer
        from keras_electra.json_file import read_text

    answerer = ElectraQuestionAnswerer.from_preset(
        preset, **load_options(ignore)
    )
    shared = context and read_text(context)
    write = row_writer(
        output_format,
        {"score": 6, "start": 6, "end": 6, "answer": 30, "question": None},
    )
    with progress_bar(None if texts else input_size(file)) as advance:
        for questions, contexts in read_texts(
            texts, file, context is None, advance
        ):
            results = answerer.answer(
                questions, shared if contexts is None else contexts, **options
            )
            write(list(_rows(questions, results)))


def _rows(questions, results):
    for question, found in zip(questions, results, strict=True):
        # More than one answer is a list of them.
        for one in found if isinstance(found, list) else [found]:
            names = ("score", "start", "end", "answer")
            yield {**{name: one[name] for name in names}, "question": question}
