"""Many rows for each text: its tokens, its entities, its masks."""

from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import input_size, read_texts


def print_text_rows(
    texts, file, output_format, columns, results_of, key, rows_of=None
):
    """Reads texts and prints what a model says of each, as it comes.

    The table and CSV have rows with the number of their text; JSON has an
    object for each text.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        output_format: `OutputFormat`.
        columns: dict of names of columns, beside `text`, to widths.
        results_of: function of a list of texts: a list of results, each a
            list.
        key: string. What a result is called in JSON.
        rows_of: function of a result: its rows, dicts. Default: the result
            is its rows.
    """
    write = row_writer(output_format, {"text": 5, **columns})
    number = 0
    with progress_bar(None if texts else input_size(file)) as advance:
        for batch, _ in read_texts(texts, file, False, advance):
            rows = []
            for text, result in zip(batch, results_of(batch), strict=True):
                number += 1
                if output_format == OutputFormat.json:
                    rows.append({"text": text, key: result})
                    continue
                parts = result if rows_of is None else rows_of(result)
                rows.extend({"text": number, **part} for part in parts)
            write(rows)
