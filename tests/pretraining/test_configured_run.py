"""Runs from configuration files."""

import pathlib
import re
from inspect import signature

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra import ElectraBackbone
from keras_electra.pretraining.run import config_file
from keras_electra.pretraining.run.configured_run import run_config
from keras_electra.pretraining.run.training_log import read_log
from tests import tiny
from tests.pretraining import texts
from tests.pretraining.test_pretrainer import numpy_of

TINY = """
size = "small"

[discriminator]
num_layers = 1
hidden_dim = 16
num_heads = 2
intermediate_dim = 16
embedding_dim = 8
max_sequence_length = 16

[generator]
width = 0.5

[training]
total_steps = 2
batch_size = 4
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    texts.write(folder / "texts")
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(tiny.VOCABULARY))
    keras_electra.build_corpus(
        [folder / "texts"],
        folder / "corpus",
        vocabulary,
        sequence_length=16,
        processes=1,
    )
    return keras_electra.ElectraCorpus(folder / "corpus")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


# Sizes, rate, batch and steps: Clark et al., 2020, table 6.
@pytest.mark.parametrize(
    "name, layers, hidden, heads, embedding, width, mask, rate, batch, steps",
    [
        ("small", 12, 256, 4, 128, 64, 0.15, 5e-4, 128, 1_000_000),
        ("base", 12, 768, 12, 768, 256, 0.15, 2e-4, 256, 766_000),
        ("large", 24, 1024, 16, 1024, 256, 0.25, 2e-4, 2048, 400_000),
    ],
)
def test_sizes_of_the_paper(
    name, layers, hidden, heads, embedding, width, mask, rate, batch, steps
):
    config = config_file.read(name)
    tower = config["discriminator"]
    assert tower["num_layers"] == layers
    assert (tower["hidden_dim"], tower["num_heads"]) == (hidden, heads)
    assert tower["intermediate_dim"] == 4 * hidden
    assert config["optimizer"]["learning_rate"] == rate
    assert config["optimizer"]["warmup_steps"] == 10_000
    assert config["optimizer"]["weight_decay"] == 0.01
    assert config["training"]["batch_size"] == batch
    assert config["training"]["total_steps"] == steps
    assert tower["embedding_dim"] == embedding
    assert config["objective"]["mask_rate"] == mask
    # As `make_generator` rounds.
    share = round(tower["num_heads"] * config["generator"]["width"])
    assert share * hidden // heads == width
    assert name in config_file.names()


def test_a_run_ends_in_presets(corpus, path, tmp_path):
    config = config_file.read(path, ["training.seed=3"])
    assert config["optimizer"]["learning_rate"] == 5e-4  # Of the size.
    pretrainer = run_config(config, corpus, tmp_path / "run")
    assert int(pretrainer.optimizer.iterations) == 2
    folder = tmp_path / "run"
    detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
        folder / "discriminator"
    )
    generator = keras_electra.ElectraMaskedLM.from_preset(folder / "generator")
    assert detector.backbone.hidden_dim == 16
    assert generator.backbone.hidden_dim == 8
    assert (folder / "log.jsonl").is_file()
    # The same once more: nothing is left to be done. Then two steps further.
    log = (folder / "log.jsonl").read_text()
    again = run_config(config, corpus, folder)
    assert (folder / "log.jsonl").read_text() == log
    assert_same_weights(again, pretrainer)
    config["training"]["total_steps"] = 4
    further = run_config(config, corpus, folder)
    assert int(further.optimizer.iterations) == 4
    # And a run of its own from the presets that it wrote.
    changes = [
        f"discriminator.preset={folder / 'discriminator'}",
        f"generator.preset={folder / 'generator'}",
        "training.total_steps=1",
        "training.batch_size=4",
    ]
    # What the size says of the models goes for new ones.
    config = config_file.read("small", changes)
    again = run_config(config, corpus, tmp_path / "next")
    assert again.tie_embeddings
    assert int(again.optimizer.iterations) == 1


@pytest.mark.parametrize("section", ["objective", "generator"])
def test_embeddings_of_its_own(corpus, path, tmp_path, section):
    config = config_file.read(path, [f"{section}.tie_embeddings=false"])
    config["training"]["total_steps"] = 1
    found = run_config(config, corpus, tmp_path)
    towers = (found.discriminator, found.generator)
    one, other = (tower.backbone.embeddings for tower in towers)
    assert one is not other and not found.tie_embeddings


@pytest.mark.filterwarnings("ignore:Step .* is not saved")
def test_a_run_that_diverged_is_no_preset(corpus, path, tmp_path):
    changes = ["optimizer.learning_rate=1e38", "optimizer.warmup_steps=0"]
    config = config_file.read(path, changes)
    with pytest.raises(ValueError, match="must be finite to be saved"):
        run_config(config, corpus, tmp_path)
    assert not (tmp_path / "discriminator").exists()


def test_lamb(corpus, path, tmp_path):
    changes = ["optimizer.name=lamb", "optimizer.beta_2=0.98"]
    config = config_file.read(path, changes)
    pretrainer = run_config(config, corpus, tmp_path)
    assert isinstance(pretrainer.optimizer, keras_electra.ElectraLamb)
    assert pretrainer.optimizer.beta_2 == 0.98
    config["optimizer"]["name"] = "adamw"
    with pytest.raises(ValueError, match="optimizer='ElectraAdamW' where the"):
        run_config(config, corpus, tmp_path)


def test_rematerialization(corpus, path, tmp_path, monkeypatch):
    """Of both towers, also where the generator comes from a preset."""
    remat, blocks = keras.remat, []

    def counted(call):
        blocks.append(call)
        return remat(call)

    monkeypatch.setattr("keras.remat", counted)
    config = config_file.read(path)
    plain = run_config(config, corpus, tmp_path / "plain")
    assert not blocks
    config["training"]["rematerialize"] = True
    again = run_config(config, corpus, tmp_path / "again")
    assert len(blocks) % 2 == 0 and blocks
    for mine, theirs in zip(again.weights, plain.weights, strict=True):
        np.testing.assert_allclose(
            numpy_of(mine), numpy_of(theirs), rtol=0, atol=1e-5
        )
    count = len(blocks)
    for name in ("discriminator", "generator"):
        config[name] = {"preset": str(tmp_path / "plain" / name)}
    run_config(config, corpus, tmp_path / "next")
    assert len(blocks) == 2 * count


def assert_same_weights(first, second):
    for mine, theirs in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))


def test_changes(path):
    config = config_file.read(
        path, ["training.total_steps=9", "training.dtype=mixed_bfloat16"]
    )
    assert config["training"]["total_steps"] == 9
    assert config["training"]["dtype"] == "mixed_bfloat16"
    for change in ("total_steps=9", "data.x=1", "training.x"):
        with pytest.raises(ValueError, match="must be `section.key=value`"):
            config_file.read(path, [change])


@pytest.mark.parametrize(
    "text, message",
    [
        ("size = 'huge'", r"`size` must be one of \['base', 'large', 'small'"),
        ("[data]\nx = 1", "must consist of `size` and the sections"),
        ("training = 3", "Received: training in"),
        ("x =", "must be valid TOML"),
    ],
)
def test_files_that_are_wrong(text, message, tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        config_file.read(path)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="or a TOML file"):
        config_file.read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "change, message",
    [
        ("training.step=9", r"known keys. training: .*Received: training.step"),
        ("discriminator.layers=9", "Received: discriminator.layers"),
        ("objective.generator=1", "Received: objective.generator"),
        ("optimizer.name=[1]", r"Received: \[1\]"),
        ("training.rematerialize=off", "must be true or false. Received: 'off"),
        ("optimizer.name=sgd", r"one of \['adamw', 'lamb'\]. Received: 'sgd'"),
    ],
)
def test_unknown_keys(path, change, message):
    with pytest.raises(ValueError, match=message):
        run_config(config_file.read(path, [change]), None, "nowhere")


def test_the_reference_names_every_key_and_column(corpus, path, tmp_path):
    text = pathlib.Path(__file__).parents[2] / "docs" / "pretraining.md"
    named = set(re.findall(r"`(\w+)`", text.read_text("utf-8")))
    for section in config_file.SECTIONS:
        with pytest.raises(ValueError, match="known keys") as error:
            run_config(config_file.read(path, [f"{section}.x=1"]), None, "x")
        known = set(re.findall(r"'(\w+)'", str(error.value)))
        assert known
        if section in ("discriminator", "generator"):
            known -= {"preset"} | set(signature(ElectraBackbone).parameters)
        assert known <= named, section
    run_config(config_file.read(path), corpus, tmp_path)
    (row,) = read_log(tmp_path / "log.jsonl")
    assert {name for name in row if not name.startswith("val_")} <= named


def test_what_must_be_said():
    empty = {name: {} for name in config_file.SECTIONS}
    with pytest.raises(ValueError, match="optimizer.learning_rate"):
        run_config(empty, None, "nowhere")


def test_command(cli_run, corpus, path, tmp_path):
    folder = tmp_path / "run"
    result = cli_run(
        "pretrain", "--config", str(path), "--corpus", str(corpus.folder),
        "-o", str(folder), "--set", "training.total_steps=1",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert (folder / "discriminator" / "task.json").is_file()


@pytest.fixture
def cli_run(monkeypatch):
    from typer.testing import CliRunner

    from keras_electra.cli.app import app

    monkeypatch.setattr("warnings.showwarning", None)
    return lambda *arguments: CliRunner().invoke(app, arguments)
