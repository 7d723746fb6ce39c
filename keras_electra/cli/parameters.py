"""Arguments and options that several commands have."""

import pathlib
from typing import Annotated

import typer

from keras_electra.cli.row_writer import OutputFormat

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
        help="Half of a checkpoint that holds both: discriminator or "
        "generator.",
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
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        help="A tensor, or a key of config.json, that does not matter; may be "
        "repeated.",
        show_default=False,
    ),
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.")
]
ClassName = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Class to load it as; by default the one with its head.",
        show_default=False,
    ),
]


def load_options(ignore):
    """Returns the keywords of `from_preset` for `--ignore`."""
    return {"ignore": ignore} if ignore else {}
