import pytest
from typer.testing import CliRunner

import keras_electra
from keras_electra.cli.app import app
from tests.cli import fakes
from tests.cli.fakes import FakeAnswerer, FakeClassifier, FakeDetector


@pytest.fixture
def cli(monkeypatch):
    """Run commands in this process, on fake models."""
    # Set in the namespace: reading the old value would import Keras.
    names = vars(keras_electra)
    monkeypatch.setitem(names, "ElectraTextClassifier", FakeClassifier)
    monkeypatch.setitem(names, "ElectraReplacedTokenDetector", FakeDetector)
    monkeypatch.setitem(names, "ElectraMaskedLM", fakes.FakeMaskedLM)
    monkeypatch.setitem(names, "ElectraTextEmbedder", fakes.FakeEmbedder)
    choice = fakes.FakeMultipleChoice
    monkeypatch.setitem(names, "ElectraMultipleChoice", choice)
    monkeypatch.setitem(names, "ElectraTokenClassifier", fakes.FakeTagger)
    monkeypatch.setitem(names, "ElectraQuestionAnswerer", FakeAnswerer)
    monkeypatch.setattr(FakeAnswerer, "calls", [])
    monkeypatch.setattr(FakeClassifier, "calls", [])
    monkeypatch.setattr("warnings.showwarning", None)
    # Usage errors may be drawn in a box; make it wide.
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments, text=None):
        return CliRunner().invoke(app, arguments, input=text)

    return run
