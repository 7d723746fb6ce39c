"""`keras-electra classify`."""

from typing import Annotated

import typer

from keras_electra.cli import environment, parameters
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_rows


def classify(
    texts: parameters.Texts = None,
    file: parameters.File = None,
    pair: Annotated[
        bool,
        typer.Option(
            "--pair",
            help="Classify pairs: two arguments each, or lines with a tab "
            "between the texts.",
        ),
    ] = False,
    preset: parameters.Preset = "electra_mini_sentiment_en",
    output_format: parameters.Format = OutputFormat.table,
    top_k: parameters.TopK = 1,
    batch_size: parameters.BatchSize = 32,
    ignore: parameters.Ignore = None,
):
    """Print the label of each text, with its score."""
    check_input(texts, file, pair)
    classifier = environment.load_preset(
        "ElectraTextClassifier", preset, ignore
    )
    names = [str(name) for name in classifier.class_names or ()]
    columns = {"label": max(map(len, [*names, "label"])), "score": 6}
    columns |= {"text": 40, "text_pair": None} if pair else {"text": None}

    def rows_of(firsts, seconds):
        sides = [firsts] if seconds is None else [firsts, seconds]
        results = classifier.classify(
            tuple(sides) if pair else firsts,
            top_k=top_k,
            batch_size=batch_size,
        )
        for found, *given in zip(results, *sides, strict=True):
            text = dict(zip(("text", "text_pair"), given, strict=False))
            for one in found if isinstance(found, list) else [found]:
                yield {"label": one["label"], "score": one["score"], **text}

    print_rows(texts, file, output_format, columns, rows_of, pair)
