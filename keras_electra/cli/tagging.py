"""`keras-electra tag`."""

import enum
from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.errors import reported
from keras_electra.cli.parameters import (
    BatchSize,
    Debug,
    File,
    Format,
    Ignore,
    Texts,
    load_options,
)
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_text_rows


class Aggregation(enum.StrEnum):
    """How `tag` makes entities of pieces."""

    simple = "simple"
    first = "first"
    average = "average"
    max = "max"


def tag(
    preset: Annotated[
        str, typer.Option(help="A token classifier: folder, hf://...")
    ],
    texts: Texts = None,
    file: File = None,
    output_format: Format = OutputFormat.table,
    aggregation: Annotated[
        Aggregation,
        typer.Option(
            help="simple: neighboring pieces of one kind; or one kind for "
            "each word, that of its first piece, of the average, the surest."
        ),
    ] = Aggregation.simple,
    stride: Annotated[
        int,
        typer.Option(
            min=0, help="Pieces that two windows of a long text share."
        ),
    ] = 32,
    batch_size: BatchSize = 8,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the entities of each text."""
    check_input(texts, file)
    with reported(debug):
        environment.prepare()
        tag_entities(
            texts,
            file,
            preset,
            output_format,
            ignore,
            aggregation=aggregation.value,
            stride=stride,
            batch_size=batch_size,
        )


def tag_entities(texts, file, preset, output_format, ignore=None, **options):
    """Prints the entities of each text, in the order of the input.

    The table and CSV have a row for each entity; JSON has an object for each
    text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        preset: string. Where the token classifier comes from.
        output_format: `OutputFormat`.
        ignore: list of strings, or `None`. What does not matter in it.
        **options: other arguments of `ElectraTokenClassifier.tag`.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with environment.quiet_imports():
        from keras_electra import ElectraTokenClassifier

    tagger = ElectraTokenClassifier.from_preset(preset, **load_options(ignore))
    print_text_rows(
        texts,
        file,
        output_format,
        {"start": 6, "end": 6, "score": 6, "entity_group": 12, "word": None},
        lambda batch: tagger.tag(batch, **options),
        "entities",
    )
