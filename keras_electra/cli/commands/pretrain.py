"""`keras-electra pretrain`."""

import pathlib
import sys
from typing import Annotated

import typer

from keras_electra.cli import environment


def pretrain(
    config: Annotated[
        str,
        typer.Option(
            "--config",
            help="small, base or large, or a TOML file; a file that begins "
            'with size = "small" overrides the settings of that size.',
            show_default=False,
        ),
    ],
    corpus: Annotated[
        pathlib.Path,
        typer.Option(
            "--corpus", help="Folder from build-corpus.", show_default=False
        ),
    ],
    folder: Annotated[
        pathlib.Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder for checkpoints, log, curves and presets; an "
            "interrupted run resumes.",
            show_default=False,
        ),
    ],
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.KEY=VALUE",
            help="Override a setting, such as training.total_steps=1000.",
            show_default=False,
        ),
    ] = None,
):
    """Pre-train a discriminator with its generator."""
    from keras_electra.pretraining.run import config_file

    settings = config_file.read(config, changes or ())
    corpus_class = environment.load("ElectraCorpus")
    with environment.quiet_imports():
        from keras_electra.pretraining.run.configured_run import run_config

    data = corpus_class(corpus)
    validation = None
    if data.manifest["statistics"]["examples"]["validation"]:
        validation = corpus_class(corpus, split="validation")
    run_config(settings, data, folder, validation)
    print(f"discriminator and generator: {folder}", file=sys.stderr)
