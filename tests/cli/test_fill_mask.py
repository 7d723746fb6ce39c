import csv
import io
import json


def test_table_has_a_row_for_each_guess(cli):
    result = cli("fill-mask", "--top-k", "2", "a [MASK]", "[MASK] [MASK]")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["TEXT", "MASK", "SCORE", "TOKEN", "SEQUENCE"]
    assert lines[1].split() == ["1", "1", "0.5000", "fox", "a", "fox"]
    assert [line.split()[:2] for line in lines[1:]] == [
        *[["1", "1"]] * 2,
        *[["2", "1"]] * 2,
        *[["2", "2"]] * 2,
    ]


def test_json_has_an_object_for_each_text(cli):
    result = cli("fill-mask", "--format", "json", text="a [MASK]\n")
    (row,) = map(json.loads, result.stdout.splitlines())
    assert row["text"] == "a [MASK]"
    assert row["masks"][0][0]["token_str"] == "fox"


def test_csv(cli):
    result = cli("fill-mask", "--format", "csv", "a [MASK]")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["token"] for row in rows] == ["fox", "dog"]


def test_a_text_without_a_mask_is_an_error(cli):
    result = cli("fill-mask", "nothing")
    assert result.exit_code == 1
    assert "must hold the mask token" in result.stderr
