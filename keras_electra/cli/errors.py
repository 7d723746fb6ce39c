"""Report an exception as one line on standard error and an exit status."""

import contextlib
import os
import sys

import typer

# Exceptions whose message needs no type in front of it.
SELF_EXPLAINING = (ValueError, OSError, ImportError)
ERROR_STATUS = 1
USAGE_STATUS = 2
# Status that a shell reports for a program ended by a closed pipe.
BROKEN_PIPE_STATUS = 141


def fail(message, status=ERROR_STATUS):
    """Exit with one line on standard error."""
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
    """Turn exceptions into an error message and an exit status.

    The status is 1, or 141 if the reader of standard output has stopped
    reading. With `debug` exceptions pass, with their traceback.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:
        # Otherwise Python fails at exit to flush its buffer into the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE_STATUS) from None
    except Exception as error:
        if debug:
            raise
        message = str(error)
        if not isinstance(error, SELF_EXPLAINING):
            message = f"{type(error).__name__}: {message} (see --debug)"
        fail(message)
