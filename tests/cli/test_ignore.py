"""`--ignore`, of every command that loads a model."""

import json
import pathlib
import shutil

import pytest

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "hf"
IGNORED = ["--ignore", "use_bfloat16", "--ignore", "extra"]


@pytest.mark.parametrize(
    "command",
    [
        ["classify", "a text"],
        ["detect", "a text"],
        ["fill-mask", "a [MASK]"],
        ["embed", "a text", "--preset", "x"],
        ["tag", "a text", "--preset", "x"],
        ["answer", "a question", "a context", "--preset", "x"],
        ["choose", "a prompt", "a", "b", "--preset", "x"],
    ],
)
def test_it_reaches_from_preset(cli, command):
    assert cli(*command).exit_code == 0
    result = cli(*command, *IGNORED)
    assert result.stderr == (
        "error: loaded with {'ignore': ['use_bfloat16', 'extra']}\n"
    )


@pytest.fixture
def folder(tmp_path):
    """A folder that only loads when a key of its configuration is ignored."""
    folder = tmp_path / "folder"
    shutil.copytree(GOLDEN / "backbone", folder)
    config = json.loads((folder / "config.json").read_text())
    config["use_bfloat16"] = True
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def test_inspect(cli, folder):
    result = cli("inspect", folder)
    assert "use_bfloat16=True" in result.stderr
    result = cli("inspect", folder, *IGNORED)
    assert result.exit_code == 0, result.stderr
    assert "ElectraBackbone: complete" in result.stdout


def test_convert(cli, folder, tmp_path):
    target = str(tmp_path / "out")
    result = cli("convert", folder, target, "--to", "keras")
    assert "use_bfloat16=True" in result.stderr
    result = cli("convert", folder, target, "--to", "keras", *IGNORED)
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "out" / "tokenizer.json").exists()


def test_export(cli, folder, tmp_path, monkeypatch):
    from keras_electra.exporters import export

    exported = []
    monkeypatch.setattr(
        export, "export", lambda model, *rest, **_: exported.append(model)
    )
    result = cli("export", folder, str(tmp_path / "out"), *IGNORED)
    assert result.exit_code == 0, result.stderr
    assert [type(m).__name__ for m in exported] == ["ElectraBackbone"]
