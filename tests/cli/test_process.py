"""The command line in a process of its own: pipes, streams, exit statuses."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = (
    "import signal, sys\n"
    # A shell that runs the tests in the background ignores the signal.
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    f"sys.path.append({str(ROOT)!r})\n"
    "import keras_electra\n"
    "from tests.cli.fakes import FakeClassifier\n"
    "keras_electra.ElectraTextClassifier = FakeClassifier\n"
    "from keras_electra.cli import main\n"
    "main()\n"
)
COMMAND = [sys.executable, "-c", PROGRAM, "classify", "--format", "json"]


def start(*arguments):
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_line_is_answered_before_the_next_one_comes():
    with start() as process:
        for text in ("first", "second"):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["text"] == text
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_reader_that_stops_ends_the_program_quietly():
    with start() as process:
        process.stdin.write(b"a\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write(b"a line\n" * 100_000)
            process.stdin.close()
        except BrokenPipeError:
            pass  # It has exited before it has read everything.
        assert process.wait(timeout=30) == 141
        assert process.stderr.read() == b""


def test_an_interrupt_ends_the_program_quietly():
    with start() as process:
        process.stdin.write(b"a\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert b"Traceback" not in process.stderr.read()


def test_output_is_utf8_in_any_locale():
    run = subprocess.run(
        COMMAND,
        input="文\n".encode(),
        capture_output=True,
        env={"PYTHONIOENCODING": "latin-1", "KERAS_BACKEND": "none"},
        check=True,
    )
    assert json.loads(run.stdout.decode("utf-8"))["text"] == "文"


def run_in_shell(redirection, *arguments, text=b"a\n"):
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *COMMAND, *arguments],
        input=text,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("dash", [(), ("--file", "-")])
def test_closed_standard_input(dash):
    run = run_in_shell("<&-", *dash)
    assert run.returncode == 2
    assert run.stderr.startswith(b"error: standard input is closed: give")
    assert run.stderr.count(b"\n") == 1
    assert run.stdout == b""
    run = run_in_shell("<&-", "a text")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["text"] == "a text"


@pytest.mark.parametrize("arguments", [(), ("a text",)])
def test_closed_standard_output(arguments):
    run = run_in_shell(">&-", *arguments)
    assert run.returncode == 1
    assert run.stderr.startswith(b"error: standard output is closed; redirect")
    assert run.stderr.count(b"\n") == 1


def test_closed_standard_error():
    run = run_in_shell("2>&-")
    assert run.returncode == 0
    assert json.loads(run.stdout)["text"] == "a"
    run = run_in_shell("2>&-", "--file", "nowhere.txt")
    assert run.returncode == 2
    assert run.stdout == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_full_disk():
    run = run_in_shell(">/dev/full")
    assert run.returncode == 1
    assert run.stderr.startswith(b"error: [Errno 28]")
    assert run.stderr.count(b"\n") == 1
