"""The commands and their options."""

import pathlib
from typing import Annotated

import typer

from keras_electra.cli import (
    answering,
    choosing,
    classification,
    conversion,
    corpus,
    detection,
    embedding,
    environment,
    exporting,
    inspection,
    listing,
    mask_filling,
    pretraining,
    tagging,
)
from keras_electra.cli.conversion import TargetFormat
from keras_electra.cli.errors import check_streams, reported
from keras_electra.cli.parameters import (
    BatchSize,
    ClassName,
    Debug,
    File,
    Format,
    Ignore,
    NumHeads,
    Source,
    Texts,
    Tower,
)
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input as _check_input
from keras_electra.version import __version__

app = typer.Typer(
    name="keras-electra",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Laying help out in boxes takes half of its time.
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main():
    """The entry point of the `keras-electra` script."""
    check_streams()
    app()


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
            is_eager=True,
            callback=lambda value: value and _print_version(),
        ),
    ] = False,
):
    """ELECTRA on raw text: its tasks, pre-training, conversion, export."""


def _print_version():
    print(f"keras-electra {__version__}")
    raise typer.Exit


@app.command()
def classify(
    texts: Texts = None,
    file: File = None,
    pair: Annotated[
        bool,
        typer.Option(
            "--pair",
            help="Each text is two: arguments two by two, or lines with a "
            "tab between them.",
        ),
    ] = False,
    preset: Annotated[
        str, typer.Option(help="A preset's name, a folder, or hf://...")
    ] = "electra_mini_sentiment_en",
    output_format: Format = OutputFormat.table,
    top_k: Annotated[
        int, typer.Option("--top-k", min=1, help="Labels for each text.")
    ] = 1,
    batch_size: BatchSize = 32,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the label of each text, with its score."""
    _check_input(texts, file, pair)
    with reported(debug):
        environment.prepare()
        classification.classify_texts(
            texts, file, pair, preset, output_format, top_k, batch_size, ignore
        )


@app.command()
def detect(
    texts: Texts = None,
    file: File = None,
    preset: Annotated[
        str, typer.Option(help="A discriminator: a name, folder or hf://...")
    ] = "electra_small_discriminator_uncased_en",
    output_format: Format = OutputFormat.table,
    batch_size: BatchSize = 32,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the probability that each token is not the original one."""
    _check_input(texts, file)
    with reported(debug):
        environment.prepare()
        detection.detect_tokens(
            texts, file, preset, output_format, batch_size, ignore
        )


@app.command()
def fill_mask(
    texts: Texts = None,
    file: File = None,
    preset: Annotated[
        str, typer.Option(help="A generator: a name, folder or hf://...")
    ] = "electra_small_generator_uncased_en",
    output_format: Format = OutputFormat.table,
    top_k: Annotated[
        int, typer.Option("--top-k", min=1, help="Guesses for each mask.")
    ] = 5,
    batch_size: BatchSize = 32,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the likeliest tokens for each [MASK] in each text."""
    _check_input(texts, file)
    with reported(debug):
        environment.prepare()
        mask_filling.fill_masks(
            texts, file, preset, output_format, top_k, batch_size, ignore
        )


@app.command()
def presets(output_format: Format = OutputFormat.table, debug: Debug = False):
    """List the models that have a name: bundled, and known to the hubs."""
    with reported(debug):
        listing.print_presets(output_format)


@app.command()
def inspect(
    source: Source,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, nothing left out.")
    ] = False,
    tower: Tower = None,
    num_heads: NumHeads = None,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the sizes, heads and tokenizer of a checkpoint."""
    with reported(debug):
        environment.prepare()
        inspection.print_inspection(source, tower, num_heads, as_json, ignore)


@app.command()
def convert(
    source: Source,
    folder: Annotated[
        pathlib.Path,
        typer.Argument(
            metavar="DEST",
            help="The folder to write; new or empty.",
            show_default=False,
        ),
    ],
    target_format: Annotated[
        TargetFormat, typer.Option("--to", help="The format to write.")
    ],
    class_name: ClassName = None,
    tower: Tower = None,
    num_heads: NumHeads = None,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Load a checkpoint of any format and save it in another."""
    with reported(debug):
        environment.prepare()
        conversion.convert_checkpoint(
            source,
            folder,
            target_format,
            class_name,
            tower,
            num_heads,
            ignore,
        )


app.command("answer")(answering.answer)
app.command("choose")(choosing.choose)
app.command("embed")(embedding.embed)
app.command("tag")(tagging.tag)
app.command("build-corpus")(corpus.build_corpus)
app.command("export")(exporting.export)
app.command("pretrain")(pretraining.pretrain)
