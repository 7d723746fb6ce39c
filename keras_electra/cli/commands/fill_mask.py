"""`keras-electra fill-mask`."""

from keras_electra.cli import environment, parameters
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_parts


def fill_mask(
    texts: parameters.Texts = None,
    file: parameters.File = None,
    preset: parameters.Preset = "electra_small_generator_uncased_en",
    output_format: parameters.Format = OutputFormat.table,
    top_k: parameters.TopK = 5,
    batch_size: parameters.BatchSize = 32,
    ignore: parameters.Ignore = None,
):
    """Print the most probable tokens for each [MASK] in each text."""
    check_input(texts, file)
    masked_lm = environment.load_preset("ElectraMaskedLM", preset, ignore)

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
