"""A progress bar on standard error."""

import contextlib
import sys


@contextlib.contextmanager
def progress_bar(total):
    """Shows how far through its input a command is.

    Only where somebody watches: standard error is a terminal, and standard
    output is not, whose lines would run through the bar.

    Args:
        total: int. Bytes of the input; `None` where unknown.

    Returns:
        A context manager that gives a function of (texts done since the last
        call, bytes done in all).
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield lambda texts, done: None
        return
    from rich import progress
    from rich.console import Console

    bar = progress.Progress(
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TextColumn("{task.fields[texts]} texts"),
        progress.TimeElapsedColumn(),
        progress.TextColumn("left:"),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
    )
    task = bar.add_task("", total=total, texts=0)

    def advance(texts, done):
        seen = bar.tasks[0].fields["texts"] + texts
        bar.update(task, completed=done, texts=seen)

    with bar:
        yield advance
