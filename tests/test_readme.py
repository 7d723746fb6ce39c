"""The README's Python examples run, in order, as they stand.

Blocks marked `py` instead of `python` download something and are not run.
"""

import pathlib
import re
import shlex

import pytest
from typer.testing import CliRunner

import keras_electra
from keras_electra.cli.app import app

ROOT = pathlib.Path(__file__).parents[1]


def test_python_examples_run(tmp_path, monkeypatch):
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.M)
    assert blocks
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert (tmp_path / "my_classifier" / "config.json").exists()
    assert (tmp_path / "for_transformers" / "model.safetensors").exists()


def test_first_command_prints_what_it_says(monkeypatch):
    monkeypatch.setattr("warnings.showwarning", None)
    text = (ROOT / "README.md").read_text("utf-8")
    command = re.search(r"&& keras-electra (.*)", text)[1]
    says = re.search(r"^```\n(LABEL.*?)^```", text, re.DOTALL | re.M)[1]
    result = CliRunner().invoke(app, shlex.split(command))
    assert result.exit_code == 0, result.stderr
    for line, expected in zip(
        result.stdout.splitlines(), says.splitlines(), strict=True
    ):
        for word, other in zip(line.split(), expected.split(), strict=True):
            if other.startswith("0."):
                assert float(word) == pytest.approx(float(other), abs=1e-3)
            else:
                assert word == other


def test_the_map_names_every_part_of_the_package():
    text = (ROOT / "README.md").read_text("utf-8")
    tree = text[text.index("## Map") :]
    parts = pathlib.Path(keras_electra.__file__).parent.iterdir()
    names = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in parts
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    missing = {name for name in names if f"\n  {name} " not in tree}
    assert not missing
