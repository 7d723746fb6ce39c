"""From an exception to one line on standard error and an exit status."""

import contextlib
import os
import sys

import typer

# Exceptions whose message says everything; others are shown with their type.
SELF_EXPLAINING = (ValueError, OSError, ImportError)
ERROR_STATUS = 1
USAGE_STATUS = 2
# What a shell reports for a program that a closed pipe has ended.
BROKEN_PIPE_STATUS = 141


def fail(message, status=ERROR_STATUS):
    """Ends the program with one line on standard error.

    Args:
        message: string. What is wrong.
        status: int. The exit status.

    Raises:
        typer.Exit: always.
    """
    print(f"error: {message}", file=sys.stderr)
    raise typer.Exit(status)


@contextlib.contextmanager
def reported(debug=False):
    """Turns what goes wrong inside into a message and an exit status.

    Args:
        debug: bool. Let exceptions through, with their traceback.

    Raises:
        typer.Exit: with status 1 after an error, 141 where whoever read our
            output has stopped reading.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:
        # What Python still holds in its buffer has nowhere to go: without
        # this it would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE_STATUS) from None
    except Exception as error:
        if debug:
            raise
        message = str(error)
        if not isinstance(error, SELF_EXPLAINING):
            message = f"{type(error).__name__}: {message} (see --debug)"
        fail(message)
