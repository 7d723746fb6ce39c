"""The guides run from start to end on the samples that lie beside them.

`test_coming_from_transformers.py` has its own.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_electra


def on(backend):
    """A guide takes half a minute: each has its turn on one backend."""
    return pytest.mark.skipif(
        keras.config.backend() != backend, reason=f"run on {backend}"
    )


GUIDES = pathlib.Path(__file__).parents[1] / "guides"


def run(name, *arguments, cwd):
    # With the package that is under test, installed or not.
    package = pathlib.Path(keras_electra.__file__).parents[1]
    return subprocess.run(
        [sys.executable, str(GUIDES / name), *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


@pytest.fixture(scope="module")
def sentiment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guide")
    done = run("train_sentiment.py", "--output", "preset", cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "preset", done.stdout


@on("torch")
def test_sentiment_learns_from_the_sample(sentiment):
    _, output = sentiment
    (accuracy,) = re.findall(r"^dev accuracy (\S+)$", output, re.MULTILINE)
    assert float(accuracy) > 0.6  # Half of the labels are positive.


@on("torch")
def test_sentiment_makes_a_preset(sentiment):
    folder, _ = sentiment
    classifier = keras_electra.ElectraTextClassifier.from_preset(folder)
    assert classifier.class_names == ["negative", "positive"]
    assert classifier.backbone.variables[0].dtype == "float32"
    table = (GUIDES / "data" / "sentiment" / "train.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    found = classifier.classify([text for text, _ in rows])
    right = [
        classifier.class_names[int(label)] == row["label"]
        for row, (_, label) in zip(found, rows, strict=True)
    ]
    assert sum(right) / len(right) > 0.8


@on("torch")
def test_sentiment_says_what_its_preset_is(sentiment):
    folder, _ = sentiment
    about = json.loads((folder / "metadata.json").read_text("utf-8"))
    assert about["language"] == "English"
    assert about["description"]


@on("torch")
def test_answers(tmp_path):
    """Every part of it; too short to learn much."""
    options = ("--questions", "24", "--epochs", "1", "--output", "preset")
    done = run("answer_questions.py", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.search(r"^best_f1 \d+\.\d+$", done.stdout, re.MULTILINE)
    answerer = keras_electra.ElectraQuestionAnswerer.from_preset(
        tmp_path / "preset"
    )
    found = answerer.answer("Who founded Ostford?", "Ada Moss founded Ostford.")
    assert found["answer"]


@pytest.mark.slow
def test_answers_learn_from_the_sample(tmp_path):
    done = run("answer_questions.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    (score,) = re.findall(r"^f1 (\S+)$", done.stdout, re.MULTILINE)
    assert float(score) > 15


@on("tensorflow")
def test_entities(tmp_path):
    options = ("--epochs", "8", "--output", "preset")
    done = run("tag_entities.py", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    (score,) = re.findall(r"^f1 (\S+)$", done.stdout, re.MULTILINE)
    assert float(score) > 50
    tagger = keras_electra.ElectraTokenClassifier.from_preset(
        tmp_path / "preset"
    )
    assert "B-PER" in tagger.class_names


@on("torch")
def test_pairs_scores_and_topics(tmp_path):
    """Every part of it; too short to learn much."""
    done = run("classify_pairs.py", "--epochs", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    for part in ("pairs: accuracy", "scores: spearman", "topics: accuracy"):
        assert re.search(rf"^{part} \S+$", done.stdout, re.MULTILINE)


@on("torch")
def test_choices(tmp_path):
    done = run("choose_answers.py", "--output", "preset", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    # What it has read it knows; new questions need more than it has read.
    found = re.findall(r"- accuracy: (\S+)", done.stdout)
    assert float(found[-1]) > 0.6
    chooser = keras_electra.ElectraMultipleChoice.from_preset(
        tmp_path / "preset"
    )
    found = chooser.choose("Where is a cow?", ["a farm", "a theatre"])
    assert found["choice"] in ("a farm", "a theatre")


@on("torch")
def test_many_devices_are_one_here(tmp_path):
    done = run("pretrain_on_many_devices.py", "--output", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "from step 0 to 20" in done.stdout
    detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
        tmp_path / "run" / "discriminator"
    )
    assert detector.backbone.num_layers == 2


@on("torch")
def test_continuing_on_a_domain(tmp_path):
    """Few steps at a low rate: nothing is forgotten, and both are saved."""
    options = ("--steps", "8", "--batch-size", "8", "--output", "run")
    done = run("continue_on_a_domain.py", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    row = r"^masked_lm_loss +(\S+) -> (\S+)$"
    ((before, after),) = re.findall(row, done.stdout, re.MULTILINE)
    assert float(before) != float(after) < float(before) + 0.1
    for name, task in (
        ("discriminator", keras_electra.ElectraReplacedTokenDetector),
        ("generator", keras_electra.ElectraMaskedLM),
    ):
        model = task.from_preset(tmp_path / "run" / name)
        assert model.backbone.num_layers == 4
        assert model.backbone.dropout == 0.1
        old = task.from_preset(f"electra_mini_{name}_en")
        moved = [
            np.abs(mine - theirs).max()
            for mine, theirs in zip(
                model.get_weights(), old.get_weights(), strict=True
            )
        ]
        assert min(moved) > 0 and max(moved) < 0.1


@pytest.mark.parametrize(
    "path", sorted(GUIDES.glob("*.py")), ids=lambda p: p.name
)
def test_a_guide_explains_itself(path):
    text = path.read_text("utf-8")
    assert text.startswith('"""\n# ')
    assert len(re.findall(r'^"""\n## ', text, re.MULTILINE)) >= 3


@on("jax")
def test_pretraining(tmp_path):
    done = run("pretrain_mini.py", "--output", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
        tmp_path / "run" / "discriminator"
    )
    assert detector.backbone.num_layers == 2
    masked_lm = keras_electra.ElectraMaskedLM.from_preset(
        tmp_path / "run" / "generator"
    )
    assert masked_lm.backbone.intermediate_dim == 32


@on("tensorflow")
def test_serving(tmp_path):
    done = run("serve_saved_model.py", "--output", "model", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("as `classify` says: True") == 2
    assert (tmp_path / "model" / "1" / "saved_model.pb").exists()


@on("tensorflow")
def test_a_service(tmp_path):
    done = run("onnx_service.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "as `classify` says: True" in done.stdout
    assert "'heavy': []" in done.stdout
    (error,) = re.findall(
        r"^an invalid request: (.*)$", done.stdout, re.MULTILINE
    )
    assert "'error'" in error


@on("tensorflow")
def test_the_phone(tmp_path):
    done = run("phone_sized_litert.py", "--output", "models", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    row = r"^(\w+) +(\S+) MB, .* as float32 (\S+)%$"
    rows = re.findall(row, done.stdout, re.MULTILINE)
    assert [name for name, *_ in rows] == ["float32", "float16", "int8"]
    sizes = [float(size) for _, size, _ in rows]
    assert sizes[2] < 0.27 * sizes[0] and sizes[1] < 0.51 * sizes[0]
    assert min(float(same) for *_, same in rows) > 95


@on("torch")
def test_generating(tmp_path):
    options = ("--epochs", "6", "--output", "preset")
    done = run("generate_text.py", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    row = r"^loss (\S+) -> (\S+), perplexity"
    ((before, after),) = re.findall(row, done.stdout, re.MULTILINE)
    assert float(after) < 3 < float(before)
    decoder = keras_electra.ElectraCausalLM.from_preset(tmp_path / "preset")
    assert decoder.backbone.is_decoder


@on("jax")
def test_embedding(tmp_path):
    done = run("embed_texts.py", "--output", "preset", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    row = r"^cosine with the teacher (\S+) -> (\S+)$"
    ((before, after),) = re.findall(row, done.stdout, re.MULTILINE)
    assert float(before) < float(after) and float(after) > 0.95
    embedder = keras_electra.ElectraTextEmbedder.from_preset(
        tmp_path / "preset"
    )
    assert embedder.backbone.num_layers == 2
