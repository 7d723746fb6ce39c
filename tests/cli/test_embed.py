import json


def test_a_line_for_each_text(cli):
    result = cli("embed", "--preset", "x", "one", "three")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows == [
        {"text": "one", "embedding": [3.0, 1.0]},
        {"text": "three", "embedding": [5.0, 1.0]},
    ]


def test_a_preset_is_needed(cli):
    assert cli("embed", "one").exit_code == 2
