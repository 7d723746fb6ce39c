import json

from keras_electra import presets


def test_table_lists_every_name(cli):
    result = cli("presets")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["NAME", "WHERE", "LANGUAGE", "DESCRIPTION"]
    names = [line.split()[0] for line in lines[1:]]
    assert names == [preset.name for preset in presets.list_presets()]
    assert "electra_small_discriminator_uncased_en" in names


def test_json_says_where_from(cli):
    result = cli("presets", "--format", "json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    where = {row["name"]: row["where"] for row in rows}
    assert where["electra_base_discriminator_uncased_en"] == (
        "hf://google/electra-base-discriminator"
    )
