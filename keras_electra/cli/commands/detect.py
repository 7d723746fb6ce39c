"""`keras-electra detect`."""

from keras_electra.cli import environment
from keras_electra.cli.parameters import BatchSize, File, Format, Preset, Texts
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_parts


def detect(
    texts: Texts = None,
    file: File = None,
    preset: Preset = "electra_small_discriminator_uncased_en",
    output_format: Format = OutputFormat.table,
    batch_size: BatchSize = 32,
):
    """Print the probability that each token was replaced."""
    check_input(texts, file)
    name = "ElectraReplacedTokenDetector"
    detector = environment.load(name).from_preset(preset)
    print_parts(
        texts,
        file,
        output_format,
        {"start": 6, "end": 6, "replaced": 8, "token": None},
        lambda batch: detector.detect(batch, batch_size=batch_size),
        "tokens",
    )
