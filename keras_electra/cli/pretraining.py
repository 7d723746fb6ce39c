"""`keras-electra pretrain`."""

import pathlib
import sys
from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.errors import reported
from keras_electra.cli.parameters import Debug


def pretrain(
    config: Annotated[
        str,
        typer.Option(
            "--config",
            help="small, base or large, or a TOML file; one that begins with "
            'size = "small" says only what is different.',
            show_default=False,
        ),
    ],
    corpus: Annotated[
        pathlib.Path,
        typer.Option(
            "--corpus", help="What build-corpus wrote.", show_default=False
        ),
    ],
    folder: Annotated[
        pathlib.Path,
        typer.Option(
            "--output",
            "-o",
            help="Checkpoints, log, curves and presets; a run that was cut "
            "off goes on.",
            show_default=False,
        ),
    ],
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.KEY=VALUE",
            help="Something different, such as training.total_steps=1000.",
            show_default=False,
        ),
    ] = None,
    debug: Debug = False,
):
    """Pre-train a discriminator with its generator."""
    with reported(debug):
        from keras_electra.pretraining.run import config_file

        settings = config_file.read(config, changes or ())
        environment.prepare()
        with environment.quiet_imports():
            from keras_electra.pretraining.corpus.corpus import ElectraCorpus
            from keras_electra.pretraining.run.configured_run import run_config

        data = ElectraCorpus(corpus)
        validation = None
        if data.manifest["statistics"]["examples"]["validation"]:
            validation = ElectraCorpus(corpus, split="validation")
        run_config(settings, data, folder, validation)
        print(f"discriminator and generator: {folder}", file=sys.stderr)
