import json


def test_arguments_are_a_prompt_and_its_choices(cli):
    result = cli("choose", "--preset", "x", "the sky is", "red", "blue")
    assert result.exit_code == 0, result.output
    header, row = result.stdout.splitlines()
    assert header.split() == ["INDEX", "SCORE", "CHOICE", "PROMPT"]
    assert row.split() == ["1", "0.7500", "blue", "the", "sky", "is"]


def test_lines_are_split_at_tabs(cli):
    arguments = ("choose", "--preset", "x", "--format", "json")
    result = cli(*arguments, text="one\ta\tb\ntwo\tc\td\te\n")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["prompt"], row["choice"]) for row in rows] == [
        ("one", "b"),
        ("two", "e"),
    ]


def test_one_choice_is_none(cli):
    result = cli("choose", "--preset", "x", "prompt", "choice")
    assert result.exit_code == 2
    assert "at least two choices" in result.stderr


def test_tabs_belong_to_arguments_and_trail_lines(cli):
    arguments = ("choose", "--preset", "x", "--format", "json")
    result = cli(*arguments, "prompt", "a\tb", "c")
    (row,) = map(json.loads, result.stdout.splitlines())
    assert (row["index"], row["choice"]) == (1, "c")
    result = cli(*arguments, text="prompt\ta\tb\t\t\n")
    (row,) = map(json.loads, result.stdout.splitlines())
    assert (row["index"], row["choice"]) == (1, "b")
