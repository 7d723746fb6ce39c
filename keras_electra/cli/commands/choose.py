"""`keras-electra choose`."""

from keras_electra.cli import environment, parameters
from keras_electra.cli.errors import USAGE_STATUS, fail
from keras_electra.cli.row_writer import OutputFormat
from keras_electra.cli.text_input import check_input
from keras_electra.cli.text_rows import print_rows


def choose(
    preset: parameters.Preset,
    texts: parameters.Texts = None,
    file: parameters.File = None,
    output_format: parameters.Format = OutputFormat.table,
    batch_size: parameters.BatchSize = 32,
    ignore: parameters.Ignore = None,
):
    """Print the choice that fits a prompt best: PROMPT CHOICE CHOICE...

    By default, each line of the input holds a prompt and its choices, separated
    by tabs.
    """
    check_input(texts, file)
    if texts and len(texts) < 3:
        fail("give a prompt and at least two choices", USAGE_STATUS)
    model = environment.load_preset("ElectraMultipleChoice", preset, ignore)

    def rows_of(batch, _):
        # Arguments are one prompt with its choices.
        lines = [line.rstrip("\t").split("\t") for line in batch]
        examples = [batch] if texts else lines
        prompts = [prompt for prompt, *_ in examples]
        results = model.choose(
            prompts,
            [choices for _, *choices in examples],
            batch_size=batch_size,
        )
        for prompt, result in zip(prompts, results, strict=True):
            row = {name: result[name] for name in ("index", "score", "choice")}
            yield {**row, "prompt": prompt}

    columns = {"index": 5, "score": 6, "choice": 40, "prompt": None}
    print_rows(texts, file, output_format, columns, rows_of)
