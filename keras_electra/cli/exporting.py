"""`keras-electra export`."""

import pathlib
from typing import Annotated, Literal

import typer

from keras_electra.cli import environment
from keras_electra.cli.conversion import model_of
from keras_electra.cli.errors import reported
from keras_electra.cli.parameters import (
    ClassName,
    Debug,
    Ignore,
    Source,
    load_options,
)


def export(
    source: Source,
    folder: Annotated[
        pathlib.Path,
        typer.Argument(
            metavar="DEST",
            help="The folder to write; it must not exist.",
            show_default=False,
        ),
    ],
    target_format: Annotated[
        Literal["tf_saved_model", "litert", "onnx", "openvino", "torch"],
        typer.Option("--format", help="The format to write."),
    ] = "tf_saved_model",
    inputs: Annotated[
        Literal["tokens", "text"],
        typer.Option(help="What it takes; text is for tf_saved_model only."),
    ] = "tokens",
    quantization: Annotated[
        Literal["float16", "int8"] | None,
        typer.Option(help="Smaller numbers.", show_default=False),
    ] = None,
    class_name: ClassName = None,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Write a model that runs without Keras, and prove that it does."""
    with reported(debug):
        environment.prepare()
        with environment.quiet_imports():
            from keras_electra.exporters.export import export

        _, model = model_of(source, class_name, **load_options(ignore))
        export(
            model,
            folder,
            target_format,
            inputs,
            quantization,
            source=source,
        )
