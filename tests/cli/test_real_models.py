"""The commands on real models; the other tests use fakes."""

import json

import pytest
from typer.testing import CliRunner

from keras_electra.cli.app import app
from tests.converters.checkpoints import GOLDEN


@pytest.mark.parametrize(
    ("command", "preset", "texts", "expected"),
    [
        (
            "fill-mask",
            "electra_mini_generator_en",
            ["the capital of france is [MASK]."],
            {"text", "masks"},
        ),
        ("embed", "electra_mini_sentiment_en", ["a fox"], {"embedding"}),
        (
            "detect",
            "electra_mini_discriminator_en",
            ["the quick fox"],
            {"text"},
        ),
        (
            "tag",
            str(GOLDEN / "pipelines" / "token_classification"),
            ["Ada met Charles in London."],
            {"text"},
        ),
        (
            "answer",
            str(GOLDEN / "pipelines" / "question_answering"),
            ["Who met Charles?", "Ada met Charles in London."],
            {"question", "answer", "score"},
        ),
        (
            "choose",
            str(GOLDEN / "hf" / "multiple_choice"),
            ["the fox", "jumps", "sleeps"],
            {"prompt", "choice", "index", "score"},
        ),
    ],
)
def test_a_command(command, preset, texts, expected, monkeypatch):
    monkeypatch.setattr("warnings.showwarning", None)
    arguments = [command, "--preset", preset, *texts]
    if command != "embed":  # It prints JSON only.
        arguments += ["--format", "json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout.splitlines()[0])
    row = row[0] if isinstance(row, list) else row
    assert expected <= set(row)
    if command in ("tag", "detect"):
        (found,) = set(row) - {"text"}
        assert row[found] and isinstance(row[found][0], dict)
