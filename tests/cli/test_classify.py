import csv
import io
import json

import pytest

from tests.cli.fakes import FakeClassifier

TEXTS = ["a good one", "no", ""]
LABELS = ["positive", "negative", "negative"]


class Terminal:
    """A `sys` whose standard input is a terminal."""

    class stdin:
        isatty = staticmethod(lambda: True)


def json_rows(result):
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_table(cli):
    result = cli("classify", *TEXTS)
    assert result.exit_code == 0
    assert result.stdout == (
        "LABEL     SCORE   TEXT\n"
        "positive  0.9091  a good one\n"
        "negative  0.6667  no\n"
        "negative  0.0000\n"
    )
    assert result.stderr == ""


def test_table_shows_no_control_characters(cli):
    result = cli("classify", "a\x1b[31mred\nword")
    assert result.stdout.splitlines()[1].endswith("a [31mred word")


def test_json_is_one_object_a_line(cli):
    rows = json_rows(cli("classify", "--format", "json", *TEXTS, "naïve 文"))
    assert [row["text"] for row in rows] == [*TEXTS, "naïve 文"]
    assert [row["label"] for row in rows] == [*LABELS, "positive"]
    assert list(rows[0]) == ["label", "score", "text"]


def test_csv(cli):
    texts = ['a "quoted", one', "two\nlines", "a bare\rone", "\r", "plain"]
    result = cli("classify", "--format", "csv", *texts)
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert [row["text"] for row in rows] == texts
    assert [row["label"] for row in rows] == [
        "positive" if "a" in text else "negative" for text in texts
    ]
    assert result.stdout.endswith(",plain\n")
    # So do lines of a stream, in which a bare CR ends nothing.
    lines = cli("classify", "--format", "csv", text="a bare\rone\n")
    assert lines.stdout.endswith(',"a bare\rone"\n')


@pytest.mark.parametrize("dash", [(), ("--file", "-")])
def test_standard_input_has_one_text_a_line(cli, dash):
    result = cli("classify", "--format", "json", *dash, text="a\n\nno\r\nlast")
    texts = [row["text"] for row in json_rows(result)]
    assert texts == ["a", "", "no", "last"]


def test_file(cli, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("\ufeffa\nno\n".encode())
    result = cli("classify", "--format", "json", "--file", str(path))
    assert [row["text"] for row in json_rows(result)] == ["a", "no"]


def test_empty_file_gives_no_rows(cli, tmp_path):
    path = tmp_path / "empty.txt"
    path.touch()
    assert json_rows(cli("classify", "--format", "json", "-f", str(path))) == []


def test_pairs_from_arguments_and_from_lines(cli):
    arguments = cli("classify", "--pair", "--format", "json", "a", "b", "c", "")
    lines = cli("classify", "--pair", "--format", "json", text="a\tb\nc\t\n")
    rows = json_rows(arguments)
    assert rows == json_rows(lines)
    assert [(row["text"], row["text_pair"]) for row in rows] == [
        ("a", "b"),
        ("c", ""),
    ]


def test_batch_size_reaches_the_model(cli):
    cli("classify", "--batch-size", "7", "text")
    assert FakeClassifier.calls == [(["text"], 7)]


def test_many_lines_go_to_the_model_in_parts(cli):
    lines = [str(number) for number in range(2000)]
    result = cli("classify", "--format", "json", text="\n".join(lines))
    assert [row["text"] for row in json_rows(result)] == lines
    assert max(len(texts) for texts, _ in FakeClassifier.calls) <= 512


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pair", "one"], "two by two; there are 1"),
        (["one", "--file", "-"], "not both"),
        (["--file", "nowhere.txt"], "there is no file 'nowhere.txt'"),
    ],
)
def test_usage_errors_are_one_line(cli, arguments, message):
    result = cli("classify", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_no_text_at_a_terminal(cli, monkeypatch):
    monkeypatch.setattr("keras_electra.cli.text_input.sys", Terminal)
    result = cli("classify")
    assert result.exit_code == 2
    assert "error: no text" in result.stderr


@pytest.mark.parametrize(
    ("option", "value"), [("--format", "xml"), ("--batch-size", "0")]
)
def test_options_are_checked(cli, option, value):
    result = cli("classify", "one", option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        (["--pair"], "a\tb\nc\n", "standard input, line 2, with 0 tabs"),
        (["--pair"], "a\tb\tc\n", "standard input, line 1, with 2 tabs"),
        ([], b"fine\nn\xe9e\n", "line 2, byte 2: b'\\xe9'"),
        (["--preset", "missing", "one"], None, "`preset` must exist"),
        (["--preset", "broken", "one"], None, "KeyError: 'embeddings'"),
    ],
)
def test_errors_are_one_line(cli, arguments, text, message):
    result = cli("classify", *arguments, text=text)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_debug_shows_the_traceback(cli):
    result = cli("classify", "--debug", "--preset", "broken", "one")
    assert isinstance(result.exception, KeyError)


def test_top_k_gives_a_row_for_each_label(cli):
    rows = json_rows(cli("classify", "--format", "json", "--top-k", "2", "a"))
    assert [row["label"] for row in rows] == ["positive", "negative"]
    assert {row["text"] for row in rows} == {"a"}
