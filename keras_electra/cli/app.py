"""The commands and their options."""

import pathlib
import sys
from typing import Annotated

import typer

from keras_electra.cli import (
    classification,
    conversion,
    corpus,
    detection,
    environment,
    inspection,
    listing,
)
from keras_electra.cli.conversion import TargetFormat
from keras_electra.cli.errors import USAGE_STATUS, fail, reported
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.version import __version__

app = typer.Typer(
    name="keras-electra",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Texts = Annotated[
    list[str] | None,
    typer.Argument(
        help="Texts. Without any, lines of --file or of standard input.",
        show_default=False,
    ),
]
File = Annotated[
    pathlib.Path | None,
    typer.Option(
        "--file", "-f",
        help="UTF-8 text file, one text a line; - is standard input.",
        show_default=False,
    ),
]  # fmt: skip
Format = Annotated[
    OutputFormat,
    typer.Option("--format", help="json is one object a line."),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, help="Texts in one step.")
]
Source = Annotated[
    str,
    typer.Argument(
        help="A preset's name, hf://org/name, kaggle://..., or a folder in "
        "Keras, Hugging Face or 2020 TensorFlow release form.",
        show_default=False,
    ),
]
Tower = Annotated[
    str | None,
    typer.Option(
        help="Half of a 2020 checkpoint: discriminator or generator.",
        show_default=False,
    ),
]
NumHeads = Annotated[
    int | None,
    typer.Option(
        "--num-heads",
        min=1,
        help="Attention heads, which a 2020 checkpoint does not tell.",
        show_default=False,
    ),
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.")
]


def main():
    """The entry point of the `keras-electra` script."""
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
    """ELECTRA on raw text: classify, detect replaced tokens, convert."""


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
    debug: Debug = False,
):
    """Print the label of each text, with its score."""
    _check_input(texts, file, pair)
    with reported(debug):
        environment.prepare()
        classification.classify_texts(
            texts, file, pair, preset, output_format, top_k, batch_size
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
    debug: Debug = False,
):
    """Print the probability that each token is not the original one."""
    _check_input(texts, file)
    with reported(debug):
        environment.prepare()
        detection.detect_tokens(texts, file, preset, output_format, batch_size)


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
    debug: Debug = False,
):
    """Print the sizes, heads and tokenizer of a checkpoint."""
    with reported(debug):
        environment.prepare()
        inspection.print_inspection(source, tower, num_heads, as_json)


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
    class_name: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Class to load it as; by default the one with its head.",
            show_default=False,
        ),
    ] = None,
    tower: Tower = None,
    num_heads: NumHeads = None,
    debug: Debug = False,
):
    """Load a checkpoint of any format and save it in another."""
    with reported(debug):
        environment.prepare()
        conversion.convert_checkpoint(
            source, folder, target_format, class_name, tower, num_heads
        )


app.command("build-corpus")(corpus.build_corpus)


def _check_input(texts, file, pair=False):
    if texts and file:
        fail("give texts or --file, not both", USAGE_STATUS)
    if file is not None and str(file) != "-" and not file.exists():
        fail(f"there is no file {str(file)!r}", USAGE_STATUS)
    if not texts and file is None and sys.stdin.isatty():
        fail(
            "no text: give it as an argument, name a --file, or pipe it in",
            USAGE_STATUS,
        )
    if pair and texts and len(texts) % 2:
        fail(
            f"--pair takes arguments two by two; there are {len(texts)}",
            USAGE_STATUS,
        )
