"""`keras-electra export`."""

import json
import pathlib

import pytest
from typer.testing import CliRunner

from keras_electra.cli.app import app

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "hf"


def test_writes_a_folder(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow")
    pytest.importorskip("ai_edge_litert")
    monkeypatch.setattr("warnings.showwarning", None)
    source, target = str(GOLDEN / "text_classification"), tmp_path / "exported"
    arguments = ["export", source, str(target), "--format", "litert"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.stderr
    about = json.loads((target / "manifest.json").read_text())
    assert about["task"] == "ElectraTextClassifier"
    assert about["source"]["preset"] == source
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 1
    assert "`filepath` must not exist" in again.stderr
