"""`keras-electra export`."""

import pathlib
from typing import Annotated, Literal

import typer

from keras_electra.cli.checkpoints import load_checkpoint
from keras_electra.cli.parameters import ClassName, Ignore, Source


def export(
    source: Source,
    folder: Annotated[
        pathlib.Path,
        typer.Argument(
            metavar="DEST",
            help="Folder to write; must not exist.",
            show_default=False,
        ),
    ],
    target_format: Annotated[
        Literal["tf_saved_model", "litert", "onnx", "openvino", "torch"],
        typer.Option("--format", help="Format to write."),
    ] = "tf_saved_model",
    inputs: Annotated[
        Literal["tokens", "text"],
        typer.Option(
            help="Input of the model; text is available for tf_saved_model."
        ),
    ] = "tokens",
    quantization: Annotated[
        Literal["float16", "int8"] | None,
        typer.Option(help="Number format of the weights.", show_default=False),
    ] = None,
    class_name: ClassName = None,
    ignore: Ignore = None,
):
    """Export a model and verify it against the original."""
    options = {"ignore": ignore} if ignore else {}
    _, model = load_checkpoint(source, class_name, **options)

    from keras_electra.exporters.export import export

    export(model, folder, target_format, inputs, quantization, source=source)
