"""`keras-electra embed`."""

from keras_electra.cli import environment, parameters
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_rows


def embed(
    preset: parameters.Preset,
    texts: parameters.Texts = None,
    file: parameters.File = None,
    batch_size: parameters.BatchSize = 32,
    ignore: parameters.Ignore = None,
):
    """Print the vector of each text, as JSON lines."""
    check_input(texts, file)
    embedder = environment.load_preset("ElectraTextEmbedder", preset, ignore)

    def rows_of(batch, _):
        vectors = embedder.embed(batch, batch_size=batch_size)
        for text, vector in zip(batch, vectors, strict=True):
            yield {"text": text, "embedding": vector.tolist()}

    print_rows(texts, file, OutputFormat.json, {}, rows_of)
