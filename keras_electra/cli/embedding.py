"""`keras-electra embed`."""

import json
from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.errors import reported
from keras_electra.cli.parameters import (
    BatchSize,
    Debug,
    File,
    Ignore,
    Texts,
    load_options,
)
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.text_input import check_input, input_size, read_texts


def embed(
    preset: Annotated[
        str, typer.Option(help="A sentence encoder: a name, folder, hf://...")
    ],
    texts: Texts = None,
    file: File = None,
    batch_size: BatchSize = 32,
    ignore: Ignore = None,
    debug: Debug = False,
):
    """Print the vector of each text: a JSON object a line."""
    check_input(texts, file)
    with reported(debug):
        environment.prepare()
        with environment.quiet_imports():
            from keras_electra import ElectraTextEmbedder

        embedder = ElectraTextEmbedder.from_preset(
            preset, **load_options(ignore)
        )
        with progress_bar(None if texts else input_size(file)) as advance:
            for batch, _ in read_texts(texts, file, False, advance):
                vectors = embedder.embed(batch, batch_size=batch_size)
                for text, vector in zip(batch, vectors, strict=True):
                    row = {"text": text, "embedding": vector.tolist()}
                    print(json.dumps(row, ensure_ascii=False), flush=True)
