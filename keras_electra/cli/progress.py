"""A progress bar on standard error."""

import contextlib
import sys


@contextlib.contextmanager
def progress_bar(total, unit="texts", prints=True):
    """Shows how far through its input a command is.

    Only where somebody watches: standard error is a terminal, and standard
    output is not, whose lines would run through the bar.

    Args:
        total: int. Bytes of the input; `None` where unknown.
        unit: string, default `"texts"`. What is counted.
        prints: bool, default `True`. Whether standard output gets lines
            meanwhile.

    Returns:
        A context manager that gives a function of (units done since the last
        call, bytes done in all).
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
