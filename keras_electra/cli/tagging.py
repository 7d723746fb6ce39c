"""`keras-electra tag`."""

import enum
from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.errors import reported
from keras_electra.cli.options import BatchSize, Debug, File, Format, Texts
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import check_input, input_size, read_texts


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
            aggregation=aggregation.value,
            stride=stride,
            batch_size=batch_size,
        )


def tag_entities(texts, file, preset, output_format, **options):
    """Prints the entities of each text, in the order of the input.

    The table and CSV have a row for each entity; JSON has an object for each
    text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        preset: string. Where the token classifier comes from.
        output_format: `OutputFormat`.
        **options: other arguments of `ElectraTokenClassifier.tag`.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with environment.quiet_imports():
        from keras_electra import ElectraTokenClassifier

    tagger = ElectraTokenClassifier.from_preset(preset)
    write = row_writer(
        output_format,
        {
            "text": 5,
            "start": 6,
            "end": 6,
            "score": 6,
            "entity_group": 12,
            "word": None,
        },
    )
    number = 0
    with progress_bar(None if texts else input_size(file)) as advance:
        for batch, _ in read_texts(texts, file, False, advance):
            rows = []
            for text, entities in zip(
                batch, tagger.tag(batch, **options), strict=True
            ):
                number += 1
                if output_format == OutputFormat.json:
                    rows.append({"text": text, "entities": entities})
                else:
                    rows.extend({"text": number, **one} for one in entities)
            write(rows)
