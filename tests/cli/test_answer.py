import json

import pytest

from tests.cli.fakes import FakeAnswerer

PRESET = ("--preset", "any")


def json_rows(result):
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_table(cli):
    result = cli("answer", *PRESET, "who?", "the quick fox")
    assert result.stdout == (
        "SCORE   START   END     ANSWER                          QUESTION\n"
        "0.5000      10      13  fox                             who?\n"
    )


def test_pairs_from_lines(cli):
    rows = json_rows(
        cli("answer", *PRESET, "--format", "json", text="a?\tb\nc?\td e\n")
    )
    assert [(row["question"], row["answer"]) for row in rows] == [
        ("a?", "b"),
        ("c?", "e"),
    ]
    assert list(rows[0]) == ["score", "start", "end", "answer", "question"]


def test_one_context_for_all(cli, tmp_path):
    path = tmp_path / "context.txt"
    path.write_text("the quick\nfox", "utf-8")
    options = ("--format", "json", "--context", str(path), "--top-k", "2")
    rows = json_rows(cli("answer", *PRESET, *options, "a?", "b?", "c?"))
    assert [row["answer"] for row in rows] == ["fox", "quick"] * 3
    assert rows == json_rows(
        cli("answer", *PRESET, *options, text="a?\nb?\nc?\n")
    )


def test_options_reach_the_model(cli):
    cli("answer", *PRESET, "a?", "b", "--no-answer", "--stride", "7")
    assert FakeAnswerer.calls == [
        {
            "handle_impossible_answer": True,
            "max_sequence_length": 384,
            "stride": 7,
            "max_answer_length": 15,
            "batch_size": 32,
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*PRESET, "one"], "two by two, question and context; there are 1"),
        ([*PRESET, "one", "--context", "nowhere"], "no file 'nowhere'"),
        ([*PRESET, "one", "--file", "-"], "not both"),
        (["one", "two"], "--preset"),
    ],
)
def test_usage_errors(cli, arguments, message):
    result = cli("answer", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_context_must_be_utf8(cli, tmp_path):
    path = tmp_path / "context.txt"
    path.write_bytes(b"caf\xe9")
    result = cli("answer", *PRESET, "--context", str(path), "who?")
    assert result.exit_code == 1
    assert "`context.txt` must be a UTF-8 file" in result.stderr
    assert str(path) in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_line_without_a_context(cli):
    result = cli("answer", *PRESET, text="a?\n")
    assert result.exit_code == 1
    assert "line 1, with 0 tabs" in result.stderr
