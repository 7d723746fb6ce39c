"""`keras-electra answer`."""

import pathlib
from typing import Annotated

import typer

from keras_electra.cli import environment, parameters
from keras_electra.cli.errors import USAGE_STATUS, fail
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_rows


def answer(
    preset: parameters.Preset,
    texts: parameters.Texts = None,
    file: parameters.File = None,
    context: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="UTF-8 file with the context of all questions. By default "
            "each question has its own: two arguments each, or lines with a "
            "tab between question and context.",
            show_default=False,
        ),
    ] = None,
    output_format: parameters.Format = OutputFormat.table,
    top_k: parameters.TopK = 1,
    no_answer: Annotated[
        bool,
        typer.Option("--no-answer", help="Allow an empty answer."),
    ] = False,
    max_sequence_length: Annotated[
        int, typer.Option(min=5, help="Tokens of a window of the context.")
    ] = 384,
    stride: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Tokens that two windows share; by default 128, if they fit.",
            show_default=False,
        ),
    ] = None,
    max_answer_length: Annotated[
        int, typer.Option(min=1, help="Maximum number of tokens of an answer.")
    ] = 15,
    batch_size: parameters.BatchSize = 32,
    ignore: parameters.Ignore = None,
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
    from keras_electra.json_file import read_text

    answerer = environment.load_preset(
        "ElectraQuestionAnswerer", preset, ignore
    )
    shared = context and read_text(context)

    def rows_of(questions, contexts):
        results = answerer.answer(
            questions,
            shared if contexts is None else contexts,
            top_k=top_k,
            handle_impossible_answer=no_answer,
            max_sequence_length=max_sequence_length,
            stride=stride,
            max_answer_length=max_answer_length,
            batch_size=batch_size,
        )
        names = ("score", "start", "end", "answer")
        for question, found in zip(questions, results, strict=True):
            for one in found if isinstance(found, list) else [found]:
                row = {name: one[name] for name in names}
                yield {**row, "question": question}

    columns = {"score": 6, "start": 6, "end": 6, "answer": 30, "question": None}
    pair = context is None
    print_rows(texts, file, output_format, columns, rows_of, pair)
