"""`keras-electra presets`."""

import dataclasses

from keras_electra.cli.parameters import Format
from keras_electra.cli.row_writer import OutputFormat, row_writer


def presets(output_format: Format = OutputFormat.table):
    """List the names of bundled and downloadable presets."""
    from keras_electra.presets import list_presets

    rows = [dataclasses.asdict(preset) for preset in list_presets()]
    names = ["name", "where", "language", "description"]
    if output_format != OutputFormat.json:
        for row in rows:
            row["where"] = "bundled" if row["bundled"] else row["where"]
        rows = [{name: row[name] for name in names} for row in rows]
    columns = {
        name: max(len(name), *(len(r[name]) for r in rows)) for name in names
    }
    row_writer(output_format, {**columns, "description": None})(rows)
