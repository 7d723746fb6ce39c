"""Exported models give the results of their tasks, without Keras."""

import concurrent.futures
import json
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

pytest.importorskip("tensorflow")

import keras_electra
from keras_electra import runtime
from keras_electra.runtime.engines import load_package
from keras_electra.text.packing import pack
from tests import tiny
from tests.exporters.test_export import make, need

need("onnx")
IS_TENSORFLOW = keras.config.backend() == "tensorflow"
# Other backends start a process with TensorFlow for each export.
CALLS = {
    "single_label": (
        ("classify", ["the quick fox", "Hello, world!"]),
        ("classify", "the quick fox"),
        ("classify", (["the quick fox"], ["jumps"])),
        ("classify", ["the fox"], None),
    ),
    "multi_label": (("classify", ["the quick fox"], None),),
    "token_classifier": (
        ("tag", tiny.TEXTS[:5]),
        ("tag", "the quick fox", "none"),
        ("tag", [["the", "quick"], ["fox"]]),
        ("tag", [" ".join(tiny.TEXTS)], "first", 3),
    ),
    "question_answerer": (
        ("answer", "who jumps?", "the quick fox jumps over the dog"),
        ("answer", ["who?", "what?"], " ".join(tiny.TEXTS), 3, 24, 8),
        ("answer", ["who?"], ["the fox"], 2, 24, 8, 15, True),
    ),
    "masked_lm": (
        ("fill_mask", "the [MASK] fox", 2),
        ("fill_mask", ["the [MASK] fox [MASK]", "[MASK]"], 2),
    ),
    "text_embedder": (("embed", ["the fox", "dog"]), ("embed", "the fox")),
    "replaced_token_detector": (
        ("detect", "the fox"),
        ("detect", ["the fox", "jumps over the dog"]),
    ),
}
if not IS_TENSORFLOW:
    CALLS = {"question_answerer": CALLS["question_answerer"]}
# Pre- and postprocessing are the same for each engine.
OTHERS = ("litert", "openvino") if IS_TENSORFLOW else ()
once = pytest.mark.skipif(
    not IS_TENSORFLOW, reason="what runs knows no backend: once is enough"
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "x"
    make("single_label").export(folder, format="onnx", verbose=False)
    return folder


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


@pytest.mark.parametrize("format", ["onnx", *OTHERS])
@pytest.mark.parametrize("name", CALLS)
def test_same_answers(name, format, tmp_path):
    need(format)
    task = make(name)
    task.export(tmp_path / "x", format=format, verbose=False)
    model = runtime.load(tmp_path / "x", threads=1)
    for call, *arguments in CALLS[name]:
        assert_alike(
            getattr(model, call)(*arguments), getattr(task, call)(*arguments)
        )


def assert_alike(mine, theirs):
    if isinstance(theirs, dict):
        assert list(mine) == list(theirs)
        for key in theirs:
            assert_alike(mine[key], theirs[key])
    elif isinstance(theirs, list):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            assert_alike(a, b)
    elif isinstance(theirs, (float, np.ndarray)):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)
    else:
        assert mine == theirs


@once
@pytest.mark.parametrize("format", ["onnx", "litert", "openvino"])
def test_neither_keras_nor_a_backend_is_imported(exported, tmp_path, format):
    task = make("single_label")
    if format != "onnx":
        need(format)
        exported = tmp_path / "x"
        task.export(exported, format=format, verbose=False)
    code = (
        "import json, sys\n"
        "heavy = ('keras', 'keras_hub', 'tensorflow', 'torch', 'jax')\n"
        "class NotInstalled:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in heavy:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, NotInstalled())\n"
        "from keras_electra import runtime\n"
        "model = runtime.load(sys.argv[1])\n"
        "print(json.dumps(model.classify(json.loads(sys.argv[2]))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(exported), json.dumps(tiny.TEXTS)],
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-2000:]
    expected = task.classify(tiny.TEXTS)
    assert {row["label"] for row in expected} == {"bad", "good"}
    assert_alike(json.loads(done.stdout), expected)


@once
@pytest.mark.parametrize("format", ["litert", "onnx", "openvino"])
def test_several_threads_ask_the_same_model(format, tmp_path):
    need(format)
    task = make("single_label")
    task.export(tmp_path / "x", format=format, verbose=False)
    model = runtime.load(tmp_path / "x")
    texts = tiny.TEXTS * 20
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(model.classify, texts))
    assert_alike(found, task.classify(texts))


@once
def test_arrays_in_and_out(exported):
    x = tiny.inputs()
    found = runtime.load(exported)(x)
    assert found["logits"].shape == (len(x["token_ids"]), 2)


def test_padding_on_the_left(tmp_path):
    tokenizer = keras_electra.ElectraTokenizer(
        tiny.tokenizer().get_vocabulary(), padding_side="left"
    )
    task = keras_electra.ElectraTextEmbedder(
        tiny.backbone(),
        preprocessor=keras_electra.ElectraTextEmbedderPreprocessor(
            tokenizer, sequence_length=16
        ),
    )
    tiny.spread_weights(task, 0.5)
    task.export(tmp_path / "x", format="onnx", verbose=False)
    # A batch of one is cut to its length, at the side of the padding.
    found = runtime.load(tmp_path / "x").embed(tiny.TEXTS, batch_size=1)
    for text, vector in zip(tiny.TEXTS, found, strict=True):
        x = pack(tokenizer, [text], sequence_length=16, buckets=())
        expected = keras.ops.convert_to_numpy(task(x))[0]
        np.testing.assert_allclose(vector, expected, atol=1e-4)


# === Errors ===


@once
def test_arguments_that_are_not_possible(exported):
    model = runtime.load(exported)
    with pytest.raises(ValueError, match="`top_k` must be a positive integer"):
        model.classify("the fox", top_k=0)


@once
def test_what_takes_no_pairs(exported, copy):
    path = copy / "manifest.json"
    contents = json.loads(path.read_text())
    contents["task"] = "ElectraReplacedTokenDetector"
    path.write_text(json.dumps(contents))
    with pytest.raises(ValueError, match="`detect` does not take pairs"):
        runtime.load(copy).detect(("the fox", "jumps"))


@once
def test_questions_that_cannot_be_answered(copy):
    path = copy / "manifest.json"
    contents = json.loads(path.read_text())
    contents["task"] = "ElectraQuestionAnswerer"
    path.write_text(json.dumps(contents))
    model = runtime.load(copy)
    with pytest.raises(ValueError, match="A context must not be empty"):
        model.answer("who?", " ")
    with pytest.raises(ValueError, match="one context for each question"):
        model.answer(["who?", "what?"], ["the fox"] * 3)


def test_another_task(exported):
    message = "needs an exported ElectraTextEmbedder. Received: ElectraTextCl"
    with pytest.raises(ValueError, match=message):
        runtime.load(exported).embed("the fox")


def test_unknown_inputs(exported):
    x = tiny.inputs()
    with pytest.raises(ValueError, match="`attention_mask` is `padding_mask`"):
        runtime.load(exported)({**x, "attention_mask": x["padding_mask"]})


@once
def test_no_manifest(tmp_path):
    with pytest.raises(FileNotFoundError, match="must have a `manifest.json`"):
        runtime.load(tmp_path)


@once
def test_a_file_is_missing(copy):
    (copy / "vocabulary.txt").unlink()
    with pytest.raises(FileNotFoundError, match="Missing: 'vocabulary.txt'"):
        runtime.load(copy)


def test_a_broken_model(copy):
    (copy / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="must be a model in the format onnx"):
        runtime.load(copy, verify=False)


@once
@pytest.mark.parametrize(
    "changes, message",
    [
        ({"manifest_version": 9}, "must be 1. Received: 9"),
        ({"format": "pickle"}, "The runtime runs the formats"),
        (
            {"model": "../x", "files": {"../x": ""}},
            "must lie in its folder",
        ),
        ({"files": {}}, "'model.onnx' among them"),
        ({"files": None}, "`files` must be a dict. Received: files=None"),
        ({"model": "../model.onnx"}, "'../model.onnx' among them"),
        (
            {
                "task_settings": {
                    "problem_type": "single_label",
                    "class_names": ["bad"],
                }
            },
            "`class_names` must hold 2 different names",
        ),
        (
            {"inputs": [{"name": "x", "dtype": "int32", "shape": ["batch"]}]},
            "must be those of its manifest",
        ),
        ({"parity": None, "task": ...}, "must have the keys"),
    ],
)
def test_a_manifest_that_does_not_fit(copy, changes, message):
    path = copy / "manifest.json"
    contents = {**json.loads(path.read_text()), **changes}
    contents = {k: v for k, v in contents.items() if v is not ...}
    path.write_text(json.dumps(contents))
    with pytest.raises(ValueError, match=message):
        runtime.load(copy)


def test_a_manifest_that_is_no_json(copy):
    (copy / "manifest.json").write_text("{")
    with pytest.raises(ValueError, match="must be valid JSON"):
        runtime.load(copy)


@once
def test_a_package_that_is_missing():
    with pytest.raises(ImportError, match=r"'keras-electra\[onnx\]'"):
        load_package("no_such_package", "onnx")


def test_without_a_tokenizer(tmp_path):
    if not IS_TENSORFLOW:
        pytest.skip("the same as from TensorFlow")
    backbone = tiny.backbone()
    task = keras_electra.ElectraTextEmbedder(backbone)
    task.export(tmp_path / "x", format="onnx", verbose=False)
    model = runtime.load(tmp_path / "x")
    with pytest.raises(ValueError, match="`embed` needs a preprocessor"):
        model.embed("the fox")
    with pytest.raises(ValueError, match="`predict` needs a preprocessor"):
        model.predict(["the fox"])
    assert model(tiny.inputs())["embeddings"].shape[1] == backbone.hidden_dim


@once
@pytest.mark.parametrize("name", ["model.onnx", "vocabulary.txt"])
def test_files_of_another_export(copy, name):
    """They would give wrong results."""
    path = copy / name
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match=f"another '{name}', cut off or from"):
        runtime.load(copy)
    if name == "vocabulary.txt":
        assert runtime.load(copy, verify=False)


def test_detection_is_cut_to_the_model(tmp_path):
    """If the preprocessor's `sequence_length` is above that of the model."""
    task = make("replaced_token_detector")
    task.preprocessor.sequence_length = 512
    task.export(tmp_path / "x", format="onnx", verbose=False)
    model = runtime.load(tmp_path / "x")
    text = "the quick fox " * 30
    assert_alike(model.detect(text), task.detect(text))
    assert len(model.detect(text)) == tiny.CONFIG["max_sequence_length"] - 2


@once
@pytest.mark.parametrize("format", ["onnx", *OTHERS])
def test_more_rows_than_tokens_in_a_table_of_its_own(format, tmp_path):
    need(format)
    size = len(tiny.VOCABULARY)
    task = keras_electra.ElectraMaskedLM(
        tiny.backbone(vocabulary_size=size + 15),
        keras_electra.ElectraMaskedLMPreprocessor(tiny.tokenizer(), 16),
        tie_word_embeddings=False,
    )
    tiny.spread_weights(task)
    # The best of all rows is one without a token.
    task.masked_lm_head.output_bias.assign(np.arange(size + 15.0))
    task.export(tmp_path / "x", format=format, verbose=False)
    text = "the [MASK] fox"
    expected = task.fill_mask(text, top_k=1000)
    assert len(expected) == size
    found = runtime.load(tmp_path / "x").fill_mask(text, top_k=1000)
    assert_alike(found, expected)
