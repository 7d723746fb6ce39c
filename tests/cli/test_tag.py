import json

TEXT = "we met Ada in Rome"
PRESET = ("--preset", "any")


def test_table_has_a_row_for_each_entity(cli):
    result = cli("tag", *PRESET, TEXT, "none", "Bob")
    assert result.stdout == (
        "TEXT   START   END     SCORE   ENTITY_GROUP  WORD\n"
        "    1       7      10  0.5000  simple-32     ada\n"
        "    1      14      18  0.5000  simple-32     rome\n"
        "    3       0       3  0.5000  simple-32     bob\n"
    )


def test_json_has_an_object_for_each_text(cli):
    options = ("--aggregation", "max", "--stride", "7", "--format", "json")
    result = cli("tag", *PRESET, *options, text=f"{TEXT}\n\n")
    first, second = map(json.loads, result.stdout.splitlines())
    assert second == {"text": "", "entities": []}
    assert [e["entity_group"] for e in first["entities"]] == ["max-7"] * 2


def test_usage_errors(cli):
    result = cli("tag", TEXT)
    assert result.exit_code == 2
    assert "--preset" in result.stderr
    result = cli("tag", *PRESET, "--aggregation", "none", TEXT)
    assert result.exit_code == 2
