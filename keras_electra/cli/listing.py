"""`keras-electra presets`."""

import dataclasses

from keras_electra.cli.row_writer import OutputFormat, row_writer


def print_presets(output_format):
    """Prints a row for each preset that has a name.

    Args:
        output_format: `OutputFormat`.
    """
    from keras_electra import presets

    rows = [dataclasses.asdict(preset) for preset in presets.list_presets()]
    if output_format != OutputFormat.json:
        for row in rows:
            row["where"] = "bundled" if row["bundled"] else row["where"]
    names = ["name", "where", "language", "description"]
    columns = {
        name: max(len(name), *(len(row[name]) for row in rows))
        for name in names[:-1]
    } | {names[-1]: None}
    if output_format == OutputFormat.json:
        row_writer(output_format, columns)(rows)
    else:
        rows = [{name: row[name] for name in names} for row in rows]
        row_writer(output_format, columns)(rows)
