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


def check_streams():
    """Ends the program if standard output is closed, and replaces the others.

    A shell closes them for `<&-`, `>&-` and `2>&-`; Python then has `None`, and
    the next file that is opened would get the number of the stream.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # Takes the lowest free number.
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)
    if sys.stdout is None:
        print(
            "error: standard output is closed; redirect it to /dev/null to "
            "discard the results",
            file=sys.stderr,
        )
        sys.exit(ERROR_STATUS)


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
