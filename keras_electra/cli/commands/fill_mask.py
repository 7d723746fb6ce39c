"""`keras-electra fill-mask`."""

from keras_electra.cli import environment
from keras_electra.cli.parameters import (
    BatchSize,
    File,
    Format,
    Preset,
    Texts,
    TopK,
)
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_parts


def fill_mask(
    texts: Texts = None,
    file: File = None,
    preset: Preset = "electra_small_generator_uncased_en",
    output_format: Format = OutputFormat.table,
    top_k: TopK = 5,
    batch_size: BatchSize = 32,
):
    """Print the most probable tokens for each [MASK] in each text."""
    check_input(texts, file)
    masked_lm = environment.load("ElectraMaskedLM").from_preset(preset)

    def results_of(batch):
        results = masked_lm.fill_mask(batch, top_k=top_k, batch_size=batch_size)
        # One mask gives a list of guesses, several give a list of such lists.
        return [[r] if isinstance(r[0], dict) else r for r in results]

    print_parts(
        texts,
        file,
        output_format,
        {"mask": 5, "score": 6, "token": 16, "sequence": None},
        results_of,
        "masks",
        _guesses,
    )


def _guesses(masks):
    for number, guesses in enumerate(masks, start=1):
        for guess in guesses:
            yield {
                "mask": number,
                "score": guess["score"],
                "token": guess["token_str"],
                "sequence": guess["sequence"],
            }
