import csv
import io
import json

TEXT = "the fox fake over"


def test_table_has_a_row_for_each_token(cli):
    result = cli("detect", TEXT, "one")
    assert result.stdout == (
        "TEXT   START   END     REPLACED  TOKEN\n"
        "    1       0       3    0.1000  the\n"
        "    1       4       7    0.1000  fox\n"
        "    1       8      12    0.9000  fake\n"
        "    1      13      17    0.1000  over\n"
        "    2       0       3    0.1000  one\n"
    )


def test_json_has_an_object_for_each_text(cli):
    result = cli("detect", "--format", "json", text=f"{TEXT}\n\n")
    first, second = map(json.loads, result.stdout.splitlines())
    assert second == {"text": "", "tokens": []}
    assert [
        TEXT[t["start"] : t["end"]] for t in first["tokens"]
    ] == TEXT.split()


def test_csv_numbers_the_texts(cli):
    result = cli("detect", "--format", "csv", TEXT, "one")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["text"] for row in rows] == list("11112")
    assert [row["token"] for row in rows] == [*TEXT.split(), "one"]
