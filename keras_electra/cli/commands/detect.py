"""`keras-electra detect`."""

from keras_electra.cli import environment, parameters
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_parts


def detect(
    texts: parameters.Texts = None,
    file: parameters.File = None,
    preset: parameters.Preset = "electra_small_discriminator_uncased_en",
    output_format: parameters.Format = OutputFormat.table,
    batch_size: parameters.BatchSize = 32,
    ignore: parameters.Ignore = None,
):
    """Print the probability that each token was replaced."""
    check_input(texts, file)
    name = "ElectraReplacedTokenDetector"
    detector = environment.load_preset(name, preset, ignore)
    print_parts(
        texts,
        file,
        output_format,
        {"start": 6, "end": 6, "replaced": 8, "token": None},
        lambda batch: detector.detect(batch, batch_size=batch_size),
        "tokens",
    )
