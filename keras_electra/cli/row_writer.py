"""Print rows as a table, JSON lines or CSV."""

import csv
import enum
import json
import shutil
import sys
import types


class OutputFormat(enum.StrEnum):
    """Format of printed results."""

    table = "table"
    json = "json"
    csv = "csv"


def row_writer(output_format, columns):
    """Return a function that prints and flushes a list of rows.

    Args:
        output_format: `OutputFormat`.
        columns: dict from column name to width in the table; `None` for the
            last column, which takes the rest of the line.
    """
    # JSON and CSV are for programs, which expect UTF-8 in every locale.
    encoding = None if output_format == OutputFormat.table else "utf-8"
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
    make = {
        OutputFormat.table: _table,
        OutputFormat.json: _json_lines,
        OutputFormat.csv: _csv,
    }[output_format]
    write = make(columns)

    def write_and_flush(rows):
        write(rows)
        sys.stdout.flush()

    return write_and_flush


def _json_lines(columns):
    def write(rows):
        for row in filter(None, rows):
            print(json.dumps(row, ensure_ascii=False))

    return write


def _csv(columns):
    # Cells with a carriage return are quoted only if rows end with one.
    lines = types.SimpleNamespace(
        write=lambda row: sys.stdout.write(row.removesuffix("\r\n") + "\n")
    )
    writer = csv.DictWriter(lines, columns, lineterminator="\r\n")
    writer.writeheader()
    return lambda rows: writer.writerows(filter(None, rows))


def _table(columns):
    width = None
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
    print(_line({name: name.upper() for name in columns}, columns, width))

    def write(rows):
        for row in rows:
            print("" if row is None else _line(row, columns, width))

    return write


def _line(row, columns, width):
    from rich.cells import cell_len, set_cell_size

    cells = []
    for name, size in columns.items():
        cell = row[name]
        # Numbers are easier to compare if they are aligned right.
        right = isinstance(cell, int | float)
        if isinstance(cell, float):
            cell = f"{cell:.4f}"
        cell = _printable(str(cell), width)
        if size is not None:
            blanks = " " * (size - cell_len(cell))
            cell = blanks + cell if right else cell + blanks
        cells.append(cell)
    line = "  ".join(cells).rstrip()
    if width and cell_len(line) > width:
        line = set_cell_size(line, width - 1).rstrip() + "…"
    return line


def _printable(text, width):
    """Replace line ends and terminal control characters by spaces."""
    if width:
        text = text[: 4 * width]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)
