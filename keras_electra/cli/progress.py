"""A progress bar on standard error."""

import contextlib
import sys


@contextlib.contextmanager
def progress_bar(total, unit="texts", prints=True):
    """Show the progress through the input, on a terminal.

    The bar is shown if standard error is a terminal and standard output, whose
    lines would break the bar, is not.

    Args:
        total: int. Size of the input in bytes; `None` if unknown.
        unit: string, default `"texts"`. Name of the units that are counted.
        prints: bool, default `True`. Whether the command writes to standard
            output meanwhile.

    Returns:
        A context manager for a function of the units done since the last call
        and of all bytes read so far.
    """
    if prints and sys.stdout.isatty() or not sys.stderr.isatty():
        yield lambda units, done: None
        return
    from rich import progress
    from rich.console import Console

    bar = progress.Progress(
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TextColumn("{task.fields[units]:,} " + unit),
        progress.TimeElapsedColumn(),
        progress.TextColumn("left:"),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
    )
    task = bar.add_task("", total=total, units=0)

    def advance(units, done):
        seen = bar.tasks[0].fields["units"] + units
        bar.update(task, completed=done, units=seen)

    with bar:
        yield advance
