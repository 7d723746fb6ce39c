import io
import tracemalloc

import pytest

from keras_electra.cli import text_input
from keras_electra.cli.text_input import input_size, read_lines


class SlowPipe:
    """Returns data in parts of any size, as a pipe does."""

    def __init__(self, *parts):
        self.parts = list(parts)

    def read1(self, size):
        return self.parts.pop(0) if self.parts else b""


def all_lines(stream):
    return [line for lines, _ in read_lines(stream) for line in lines]


def test_lines_do_not_depend_on_how_bytes_arrive():
    data = "eins\n\nzwei ä\u2028x\x0by\r\n\r\nende".encode()
    expected = ["eins", "", "zwei ä\u2028x\x0by", "", "ende"]
    assert all_lines(io.BytesIO(data)) == expected
    single = SlowPipe(*(data[i : i + 1] for i in range(len(data))))
    assert all_lines(single) == expected


def test_lines_are_given_out_as_they_arrive():
    pipe = SlowPipe(b"one\ntw", b"o\nend")
    assert list(read_lines(pipe)) == [(["one"], 4), (["two"], 8), (["end"], 11)]
    assert list(read_lines(io.BytesIO(b""))) == []


def test_memory_does_not_grow_with_the_input():
    class Endless:
        left = 30

        def read1(self, size):
            self.left -= 1
            return b"some words that go on\n" * 20_000 if self.left else b""

    tracemalloc.start()
    texts = sum(len(lines) for lines, _ in read_lines(Endless()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert texts == 29 * 20_000
    assert peak < 10 << 20


def test_line_without_an_end(monkeypatch):
    monkeypatch.setattr(text_input, "LINE_BYTES", 1000)
    pipe = SlowPipe(b"short\n" + b"x" * 600, b"x" * 600)
    with pytest.raises(ValueError, match="at most 1000 bytes.*line 2"):
        all_lines(pipe)


def test_input_size(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"123")
    assert input_size(path) == 3
    assert input_size(None) is None
    assert input_size(tmp_path) is None
