"""`keras-electra fill-mask`."""

from keras_electra.cli.environment import quiet_imports
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import input_size, read_texts


def fill_masks(texts, file, preset, output_format, top_k, batch_size):
    """Prints the guesses for each mask of each text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        preset: string. Where the generator comes from.
        output_format: `OutputFormat`. JSON is one object a text.
        top_k: int. Guesses for each mask; rows as many.
        batch_size: int. Texts in one step of the model.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with quiet_imports():
        from keras_electra import ElectraMaskedLM

    masked_lm = ElectraMaskedLM.from_preset(preset)
    write = row_writer(
        output_format,
        {"text": 5, "mask": 5, "score": 6, "token": 16, "sequence": None},
    )
    number = 0
    with progress_bar(None if texts else input_size(file)) as advance:
        for batch, _ in read_texts(texts, file, False, advance):
            results = masked_lm.fill_mask(
                batch, top_k=top_k, batch_size=batch_size
            )
            rows = []
            for text, masks in zip(batch, results, strict=True):
                number += 1
                if isinstance(masks[0], dict):  # One mask.
                    masks = [masks]
                if output_format == OutputFormat.json:
                    rows.append({"text": text, "masks": masks})
                else:
                    rows.extend(_rows(number, masks))
            write(rows)


def _rows(number, masks):
    for place, guesses in enumerate(masks, start=1):
        for guess in guesses:
            yield {
                "text": number,
                "mask": place,
                "score": guess["score"],
                "token": guess["token_str"],
                "sequence": guess["sequence"],
            }
