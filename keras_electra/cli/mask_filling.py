"""`keras-electra fill-mask`."""

from keras_electra.cli.environment import quiet_imports
from keras_electra.cli.parameters import load_options
from keras_electra.cli.text_rows import print_text_rows


def fill_masks(
    texts, file, preset, output_format, top_k, batch_size, ignore=None
):
    """Prints the guesses for each mask of each text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        preset: string. Where the generator comes from.
        output_format: `OutputFormat`. JSON is one object a text.
        top_k: int. Guesses for each mask; rows as many.
        batch_size: int. Texts in one step of the model.
        ignore: list of strings, or `None`. What does not matter in the preset.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with quiet_imports():
        from keras_electra import ElectraMaskedLM

    masked_lm = ElectraMaskedLM.from_preset(preset, **load_options(ignore))

    def results_of(batch):
        results = masked_lm.fill_mask(batch, top_k=top_k, batch_size=batch_size)
        # One mask gives a list of guesses, several give a list of these.
        return [[r] if isinstance(r[0], dict) else r for r in results]

    print_text_rows(
        texts,
        file,
        output_format,
        {"mask": 5, "score": 6, "token": 16, "sequence": None},
        results_of,
        "masks",
        _rows,
    )


def _rows(masks):
    for place, guesses in enumerate(masks, start=1):
        for guess in guesses:
            yield {
                "mask": place,
                "score": guess["score"],
                "token": guess["token_str"],
                "sequence": guess["sequence"],
            }
