"""The table of commands."""

import functools
import inspect
from typing import Annotated

import typer

from keras_electra.cli.commands.answer import answer
from keras_electra.cli.commands.build_corpus import build_corpus
from keras_electra.cli.commands.choose import choose
from keras_electra.cli.commands.classify import classify
from keras_electra.cli.commands.convert import convert
from keras_electra.cli.commands.detect import detect
from keras_electra.cli.commands.embed import embed
from keras_electra.cli.commands.export import export
from keras_electra.cli.commands.fill_mask import fill_mask
from keras_electra.cli.commands.inspect import inspect_checkpoint
from keras_electra.cli.commands.presets import presets
from keras_electra.cli.commands.pretrain import pretrain
from keras_electra.cli.commands.tag import tag
from keras_electra.cli.errors import check_streams, reported
from keras_electra.version import __version__

COMMANDS = {
    "classify": classify,
    "detect": detect,
    "fill-mask": fill_mask,
    "answer": answer,
    "choose": choose,
    "tag": tag,
    "embed": embed,
    "presets": presets,
    "inspect": inspect_checkpoint,
    "convert": convert,
    "export": export,
    "build-corpus": build_corpus,
    "pretrain": pretrain,
}
app = typer.Typer(
    name="keras-electra",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Boxes double the time that help takes.
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main():
    """Entry point of the `keras-electra` script."""
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
    """ELECTRA on raw text: run tasks, pre-train, convert and export models."""


def _print_version():
    print(f"keras-electra {__version__}")
    raise typer.Exit


def _with_debug(command):
    """Report the errors of a command in one line, unless `--debug` is given."""

    @functools.wraps(command)
    def run(debug, **arguments):
        with reported(debug):
            command(**arguments)

    debug = inspect.Parameter(
        "debug",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[
            bool,
            typer.Option("--debug", help="Show the traceback of an error."),
        ],
    )
    signature = inspect.signature(command)
    run.__signature__ = signature.replace(
        parameters=[*signature.parameters.values(), debug]
    )
    run.__annotations__ = {
        **command.__annotations__,
        "debug": debug.annotation,
    }
    return run


for _name, _command in COMMANDS.items():
    app.command(_name)(_with_debug(_command))
