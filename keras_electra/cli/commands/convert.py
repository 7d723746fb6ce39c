"""`keras-electra convert`."""

import pathlib
import sys
from typing import Annotated, Literal

import typer

from keras_electra.cli import environment
from keras_electra.cli.checkpoints import load_checkpoint
from keras_electra.cli.parameters import (
    ClassName,
    Ignore,
    NumHeads,
    Source,
    Tower,
)


def convert(
    source: Source,
    folder: Annotated[
        pathlib.Path,
        typer.Argument(
            metavar="DEST",
            help="Folder to write; must be new or empty.",
            show_default=False,
        ),
    ],
    target_format: Annotated[
        Literal["keras", "transformers"],
        typer.Option("--to", help="Format to write."),
    ],
    class_name: ClassName = None,
    tower: Tower = None,
    num_heads: NumHeads = None,
    ignore: Ignore = None,
):
    """Convert a checkpoint to another format."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            f"the folder to write must be new or empty. Received: {folder}"
        )
    given = {"tower": tower, "num_heads": num_heads, "ignore": ignore}
    given = {name: value for name, value in given.items() if value is not None}
    found, model = load_checkpoint(source, class_name, **given)
    class_name = type(model).__name__
    parts = [model]
    if class_name == "ElectraBackbone" and found.tokenizer:
        # A task saves its tokenizer; a backbone has none.
        parts.append(
            environment.load_preset("ElectraTokenizer", source, ignore)
        )

    def write(target):
        for part in parts:
            if target_format == "keras":
                part.save_to_preset(target)
            elif part is model:
                environment.load("converters").export_to_transformers(
                    part, target
                )
            else:
                part.to_huggingface(target)

    from keras_electra.atomic_folder import replace_folder

    replace_folder(write, folder)
    print(f"{class_name} from {found.format} to {folder}", file=sys.stderr)
