"""`keras-electra detect`."""

from keras_electra.cli.environment import quiet_imports
from keras_electra.cli.parameters import load_options
from keras_electra.cli.text_rows import print_text_rows


def detect_tokens(texts, file, preset, output_format, batch_size, ignore=None):
    """Prints the tokens of each text and how likely each is a replacement.

    The table and CSV have a row for each token; JSON has an object for each
    text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        preset: string. Where the discriminator comes from.
        output_format: `OutputFormat`.
        batch_size: int. Texts in one step of the model.
        ignore: list of strings, or `None`. What does not matter in the preset.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with quiet_imports():
        from keras_electra import ElectraReplacedTokenDetector

    detector = ElectraReplacedTokenDetector.from_preset(
        preset, **load_options(ignore)
    )
    print_text_rows(
        texts,
        file,
        output_format,
        {"start": 6, "end": 6, "replaced": 8, "token": None},
        lambda batch: detector.detect(batch, batch_size=batch_size),
        "tokens",
    )
