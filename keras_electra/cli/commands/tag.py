"""`keras-electra tag`."""

from typing import Annotated, Literal

import typer

from keras_electra.cli import environment, parameters
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_parts


def tag(
    preset: parameters.Preset,
    texts: parameters.Texts = None,
    file: parameters.File = None,
    output_format: parameters.Format = OutputFormat.table,
    aggregation: Annotated[
        Literal["simple", "first", "average", "max"],
        typer.Option(
            help="How tokens become entities. simple: adjacent tokens with "
            "the same tag; first, average, max: words with one tag each, from "
            "the first, the average or the most certain of their tokens."
        ),
    ] = "simple",
    stride: Annotated[
        int,
        typer.Option(
            min=0, help="Tokens that two windows of a long text share."
        ),
    ] = 32,
    batch_size: parameters.BatchSize = 8,
    ignore: parameters.Ignore = None,
):
    """Print the entities of each text."""
    check_input(texts, file)
    tagger = environment.load_preset("ElectraTokenClassifier", preset, ignore)
    print_parts(
        texts,
        file,
        output_format,
        {"start": 6, "end": 6, "score": 6, "entity_group": 12, "word": None},
        lambda batch: tagger.tag(
            batch,
            aggregation=aggregation,
            stride=stride,
            batch_size=batch_size,
        ),
        "entities",
    )
