"""The Example of every public docstring, run as it stands."""

import ast
import functools
import inspect
import json
import pathlib
import re

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra import hubs
from keras_electra.exporters import formats
from tests import tiny
from tests.converters.checkpoints import GOLDEN

PACKAGE = pathlib.Path(keras_electra.__file__).parent
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
# Examples that need more than one device, and why they cannot run here.
SKIPPED = {
    "layout_map": "eight devices",
    "torch_data_parallel": "two processes",
}
HUB = {
    "google/electra-small-discriminator": "discriminator",
    "google/electra-small-generator": "generator",
    "deepset/electra-base-squad2": "question_answering",
}


def examples():
    """Yields `file:name` and the code of each example."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                text = ast.get_docstring(node) or ""
                for code in BLOCK.findall(text):
                    name = path.relative_to(PACKAGE).with_suffix("")
                    yield pytest.param(
                        path, node.name, code, id=f"{name}:{node.name}"
                    )


class World(dict):
    """Names that examples use without making them, made on first use."""

    def __missing__(self, name):
        make = MAKERS.get(name)
        if make is None:
            raise KeyError(name)
        self[name] = make(self)
        return self[name]


def tiny_task(name, sequence_length=16, **kwargs):
    cls = getattr(keras_electra, name)
    preprocessor = getattr(keras_electra, f"{name}Preprocessor")(
        tiny.tokenizer(), sequence_length=sequence_length
    )
    decoder = {"is_decoder": True} if name == "ElectraCausalLM" else {}
    return cls(tiny.backbone(**decoder), preprocessor=preprocessor, **kwargs)


def make_texts():
    pathlib.Path("texts").mkdir(exist_ok=True)
    lines = ["the quick brown fox jumps over the lazy dog."] * 3000
    pathlib.Path("texts/a.txt").write_text("\n".join(lines))
    pathlib.Path("vocab.txt").write_text("\n".join(tiny.VOCABULARY))


def make_corpus(world):
    make_texts()
    if not pathlib.Path("corpus").exists():
        keras_electra.build_corpus(
            "texts", "corpus", "vocab.txt", sequence_length=16
        )
    return keras_electra.ElectraCorpus("corpus")


def write_squad():
    answer = {"text": "the fox", "answer_start": 0}
    question = {"id": "1", "question": "who jumps?", "answers": [answer]}
    paragraph = {"context": "the fox jumps", "qas": [question]}
    data = {"version": "1.1", "data": [{"paragraphs": [paragraph]}]}
    pathlib.Path("dev-v1.1.json").write_text(json.dumps(data))


def make_pretrainer(world):
    pretrainer = keras_electra.ElectraPretrainer(
        world["discriminator"], world["generator"]
    )
    pretrainer.compile(keras_electra.ElectraAdamW(1e-4))
    return pretrainer


def make_log(world):
    folder = pathlib.Path("run")
    folder.mkdir(exist_ok=True)
    rows = [{"step": s, "generator_loss": 1 / s} for s in range(1, 5)]
    (folder / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))


MAKERS = {
    "np": lambda world: np,
    "keras": lambda world: keras,
    "keras_electra": lambda world: keras_electra,
    "grain": lambda world: pytest.importorskip("grain"),
    "tf": lambda world: pytest.importorskip("tensorflow"),
    "tokenizer": lambda world: tiny.tokenizer(),
    "backbone": lambda world: tiny.backbone(),
    "inputs": lambda world: tiny.inputs(),
    "classifier": lambda world: tiny_task(
        "ElectraTextClassifier", num_classes=2
    ),
    "regressor": lambda world: tiny_task(
        "ElectraTextClassifier", num_classes=1, problem_type="regression"
    ),
    "tagger": lambda world: tiny_task(
        "ElectraTokenClassifier", class_names=["O", "B-PER", "I-PER"]
    ),
    "answerer": lambda world: tiny_task("ElectraQuestionAnswerer"),
    "masked_lm": lambda world: tiny_task("ElectraMaskedLM"),
    "discriminator": lambda world: tiny_task("ElectraReplacedTokenDetector"),
    "generator": lambda world: keras_electra.make_generator(
        world["discriminator"]
    ),
    "corpus": make_corpus,
    "pretrainer": make_pretrainer,
    "batches": lambda world: world["corpus"].batches(128),
    "words": lambda world: [["the", "fox"]] * 4,
    "labels": lambda world: [["O", "B-PER"]] * 4,
    "dev_words": lambda world: [["the", "dog"]],
    "dev_labels": lambda world: [["O", "B-PER"]],
    "x": lambda world: tiny.TEXTS,
    "y": lambda world: np.arange(len(tiny.TEXTS), dtype="float32"),
    "dev_x": lambda world: tiny.TEXTS,
    "dev_y": lambda world: np.arange(len(tiny.TEXTS), dtype="float32"),
    "train_x": lambda world: (["who?"], ["the fox jumps"]),
    "train_y": lambda world: [{"text": ["the fox"], "answer_start": [0]}],
    "lines": lambda world: [[10, 11, 12], [13, 14]],
    "data_from": lambda world: lambda step: world["corpus"].batches(
        128, first_step=step
    ),
}  # fmt: skip


def shorten_training(monkeypatch):
    """Two steps instead of the thousands that an example may ask for."""
    fit, run = keras_electra.ElectraPretrainer.fit, keras_electra.pretrain

    @functools.wraps(fit)
    def short_fit(self, x, **options):
        options.update(steps_per_epoch=2, epochs=1, shuffle=False)
        return fit(self, x, **options)

    @functools.wraps(run)
    def short_run(pretrainer, corpus, total_steps, folder, **options):
        return run(pretrainer, corpus, 2, folder, **options)

    monkeypatch.setattr(keras_electra.ElectraPretrainer, "fit", short_fit)
    monkeypatch.setattr(inspect.getmodule(run), "pretrain", short_run)


# What a new head says of itself.
@pytest.mark.filterwarnings("ignore:(?s).*start random.*:UserWarning")
@pytest.mark.parametrize(("path", "name", "code"), list(examples()))
def test_example_runs(path, name, code, tmp_path, monkeypatch):
    if name in SKIPPED:
        pytest.skip(SKIPPED[name])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        hubs,
        "download_huggingface",
        lambda handle, weights=True: str(GOLDEN / "hf" / HUB[handle]),
    )
    shorten_training(monkeypatch)
    world = World()
    module = inspect.importlib.import_module(
        "keras_electra."
        + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    )
    world.update(
        {k: v for k, v in vars(module).items() if not k.startswith("__")}
    )
    prepare(code, world)
    exec(compile(code, f"{path}:{name}", "exec"), world)


def prepare(code, world):
    """Files that the example reads."""
    if "./my_decoder" in code:
        tiny_task("ElectraCausalLM").save_to_preset("my_decoder")
    if "./my_preset" in code:
        tiny_task("ElectraMultipleChoice").save_to_preset("my_preset")
    if "sentiment_onnx" in code:
        for package in ("tensorflow", *formats.FORMATS["onnx"].packages):
            pytest.importorskip(package)
    if "sentiment_onnx" in code and ".export(" not in code:
        tiny_task("ElectraTextClassifier", num_classes=2).export(
            "sentiment_onnx", format="onnx", verbose=False
        )
    if "build_corpus" in code or "read_documents" in code:
        make_texts()
    elif "corpus" in code:
        make_corpus(world)
    if "dev-v1.1.json" in code:
        write_squad()
    if "log.jsonl" in code:
        pytest.importorskip("matplotlib")
        make_log(world)
