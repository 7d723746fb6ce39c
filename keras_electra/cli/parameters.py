"""Arguments and options that several commands share."""

import pathlib
from typing import Annotated

import typer

from keras_electra.cli.row_writer import OutputFormat

Texts = Annotated[
    list[str] | None,
    typer.Argument(
        help="Texts. By default, the lines of --file or of standard input.",
        show_default=False,
    ),
]
File = Annotated[
    pathlib.Path | None,
    typer.Option(
        "--file", "-f",
        help="UTF-8 file with one text per line; - is standard input.",
        show_default=False,
    ),
]  # fmt: skip
Preset = Annotated[
    str, typer.Option(help="Name of a preset, folder, or hf:// handle.")
]
Format = Annotated[
    OutputFormat,
    typer.Option("--format", help="Output format; json is JSON lines."),
]
TopK = Annotated[
    int,
    typer.Option(
        "--top-k",
        min=1,
        help="Number of labels, guesses or answers, best first.",
    ),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, help="Texts per batch.")
]
Source = Annotated[
    str,
    typer.Argument(
        help="Name of a preset, hf://org/name, kaggle://..., or a folder in "
        "the format of Keras, Hugging Face or the 2020 TensorFlow release.",
        show_default=False,
    ),
]
Tower = Annotated[
    str | None,
    typer.Option(
        help="Model to take from a checkpoint that holds both: discriminator "
        "or generator.",
        show_default=False,
    ),
]
NumHeads = Annotated[
    int | None,
    typer.Option(
        "--num-heads",
        min=1,
        help="Number of attention heads, which a 2020 checkpoint does not "
        "store.",
        show_default=False,
    ),
]
ClassName = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Class to load; by default the one whose head the source has.",
        show_default=False,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        help="Name of a tensor or of a key of config.json to ignore; may be "
        "repeated.",
        show_default=False,
    ),
]
