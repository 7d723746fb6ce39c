"""`keras-electra detect`."""

from keras_electra.cli.environment import quiet_imports
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import input_size, read_texts


def detect_tokens(texts, file, preset, output_format, batch_size):
    """Prints the tokens of each text and how likely each is a replacement.

    The table and CSV have a row for each token; JSON has an object for each
    text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        preset: string. Where the discriminator comes from.
        output_format: `OutputFormat`.
        batch_size: int. Texts in one step of the model.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with quiet_imports():
        from keras_electra import ElectraReplacedTokenDetector

    detector = ElectraReplacedTokenDetector.from_preset(preset)
    write = row_writer(
        output_format,
        {"text": 5, "start": 6, "end": 6, "replaced": 8, "token": None},
    )
    number = 0
    with progress_bar(None if texts else input_size(file)) as advance:
        for batch, _ in read_texts(texts, file, False, advance):
            results = detector.detect(batch, batch_size=batch_size)
            rows = []
            for text, tokens in zip(batch, results, strict=True):
                number += 1
                if output_format == OutputFormat.json:
                    rows.append({"text": text, "tokens": tokens})
                else:
                    rows.extend({"text": number, **token} for token in tokens)
            write(rows)
