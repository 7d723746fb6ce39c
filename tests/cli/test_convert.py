import json
import pathlib

import pytest
from safetensors.numpy import load_file
from typer.testing import CliRunner

from keras_electra.cli.app import app

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "hf"
CLASSIFIER = str(GOLDEN / "text_classification")


@pytest.fixture
def convert(monkeypatch):
    """Run the command on real models."""
    monkeypatch.setattr("warnings.showwarning", None)

    def run(*arguments):
        arguments = [str(argument) for argument in arguments]
        return CliRunner().invoke(app, ["convert", *arguments])

    return run


def test_there_and_back_again(convert, tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    result = convert(CLASSIFIER, ours, "--to", "keras")
    assert result.exit_code == 0, result.stderr
    assert "ElectraTextClassifier from Hugging Face" in result.stderr
    assert json.loads((ours / "task.json").read_text())["class_name"] == (
        "ElectraTextClassifier"
    )
    result = convert(ours, theirs, "--to", "transformers")
    assert result.exit_code == 0, result.stderr
    before = load_file(f"{CLASSIFIER}/model.safetensors")
    after = load_file(theirs / "model.safetensors")
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert (tensor == after[name]).all(), name
    assert (theirs / "vocab.txt").read_text() == (
        pathlib.Path(CLASSIFIER, "vocab.txt").read_text()
    )


@pytest.mark.parametrize(
    ("target", "tokenizer"),
    [("keras", "tokenizer.json"), ("transformers", "vocab.txt")],
)
def test_a_backbone_takes_its_tokenizer_along(
    convert, tmp_path, target, tokenizer
):
    result = convert(GOLDEN / "backbone", tmp_path / "out", "--to", target)
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "out" / "config.json").exists()
    assert (tmp_path / "out" / tokenizer).exists()


def test_head_without_a_class_is_left_out_aloud(convert, tmp_path, monkeypatch):
    from keras_electra import registration

    classes = dict(registration.PUBLIC_CLASSES)
    del classes["ElectraTextClassifier"]
    monkeypatch.setattr(registration, "PUBLIC_CLASSES", classes)
    result = convert(CLASSIFIER, tmp_path / "out", "--to", "keras")
    assert result.exit_code == 0, result.stderr
    assert "the head of ElectraTextClassifier is left out" in result.stderr
    assert not (tmp_path / "out" / "task.json").exists()


def test_class_can_be_chosen(convert, tmp_path):
    result = convert(
        CLASSIFIER, tmp_path, "--to", "keras", "--as", "ElectraBackbone"
    )
    assert result.exit_code == 0, result.stderr
    assert not (tmp_path / "task.json").exists()


def test_a_folder_in_use_is_not_touched(convert, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    result = convert(CLASSIFIER, tmp_path, "--to", "keras")
    assert result.exit_code == 1
    assert "must be new or empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("source", "option", "message"),
    [
        (CLASSIFIER, "Electra", "--as must be one of ElectraBackbone, "),
        ("nowhere", "ElectraBackbone", "no preset and no folder 'nowhere'"),
    ],
)
def test_errors(convert, tmp_path, source, option, message):
    folder = tmp_path / "out"
    result = convert(source, folder, "--to", "keras", "--as", option)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert not folder.exists()
