"""Read texts, and print rows for each batch as soon as it is done."""

from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import OutputFormat, row_writer
from keras_electra.cli.text_input import input_size, read_texts


def print_rows(texts, file, output_format, columns, rows_of, pair=False):
    """Print the rows of each batch of texts.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        output_format: `OutputFormat`.
        columns: dict from column name to width; see `row_writer`.
        rows_of: function of a list of texts, and a list of second texts or
            `None`, to an iterable of dicts.
        pair: bool, default `False`. Whether each text is a pair.
    """
    write = row_writer(output_format, columns)
    with progress_bar(None if texts else input_size(file)) as advance:
        for firsts, seconds in read_texts(texts, file, pair, advance):
            write(list(rows_of(firsts, seconds)))


def print_parts(
    texts, file, output_format, columns, results_of, key, parts_of=list
):
    """Print the parts of each text: its tokens, entities or masks.

    A table or CSV has one row for each part, with the number of its text;
    JSON has one object for each text.

    Args:
        texts: as in `print_rows`, and so are `file` and `output_format`.
        columns: dict of the columns other than `text`.
        results_of: function of a list of texts to a list of results.
        key: string. Name of a result in JSON.
        parts_of: function of a result to an iterable of dicts.
    """
    count = 0

    def rows_of(batch, _):
        nonlocal count
        for text, result in zip(batch, results_of(batch), strict=True):
            count += 1
            if output_format == OutputFormat.json:
                yield {"text": text, key: result}
            else:
                for part in parts_of(result):
                    yield {"text": count, **part}

    print_rows(texts, file, output_format, {"text": 5, **columns}, rows_of)
