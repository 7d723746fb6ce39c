"""`keras-electra choose`."""

from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.errors import USAGE_STATUS, fail, reported
from keras_electra.cli.parameters import (
    BatchSize,
    Debug,
    File,
    Format,
    Ignore,
    Texts,
    load_options,
)
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import check_input, input_size, read_texts


def choose(
    preset: Annotated[
        str, typer.Option(help="A multiple-choice model: folder, hf://...")
    ],
    texts: Texts = None,
    file: File = None,
    output_format: Format = OutputFormat.table,
    batch_size: BatchSize = 32,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print which choice fits a prompt: PROMPT CHOICE CHOICE...

    Without arguments each line holds a prompt and its choices, with tabs
    between them.
    """
    check_input(texts, file)
    if texts and len(texts) < 3:
        fail("give a prompt and at least two choices", USAGE_STATUS)
    with reported(debug):
        environment.prepare()
        with environment.quiet_imports():
            from keras_electra import ElectraMultipleChoice

        model = ElectraMultipleChoice.from_preset(
            preset, **load_options(ignore)
        )
        columns = {"index": 5, "score": 6, "choice": 40, "prompt": None}
        write = row_writer(output_format, columns)
        with progress_bar(None if texts else input_size(file)) as advance:
            batches = (
                [line.rstrip("\t").split("\t") for line in batch]
                for batch, _ in read_texts(None, file, False, advance)
            )
            for rows in [[list(texts)]] if texts else batches:
                prompts = [row[0] for row in rows]
                results = model.choose(
                    prompts, [row[1:] for row in rows], batch_size=batch_size
                )
                write(
                    {
                        "index": result["index"],
                        "score": result["score"],
                        "choice": result["choice"],
                        "prompt": prompt,
                    }
                    for prompt, result in zip(prompts, results, strict=True)
                )
