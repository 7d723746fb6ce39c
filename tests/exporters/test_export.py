"""Exports agree with their task, and failed exports leave no files."""

import collections
import errno
import json
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
import tokenizers

import keras_electra
from keras_electra.exporters import (
    export,
    formats,
    model_files,
    signatures,
    verification,
)
from keras_electra.exporters.formats import Request
from keras_electra.runtime import load
from tests import contracts, tiny

pytest.importorskip("tensorflow")

CASES = {
    case.name: case
    for case in contracts.cases()
    if case.name != "joint_question_answerer"  # Cannot be exported.
}
IS_TENSORFLOW = keras.config.backend() == "tensorflow"
# Other backends start a process with TensorFlow for each export.
TASKS = list(CASES) if IS_TENSORFLOW else ["question_answerer"]
CONVERTED = ("litert", "onnx", "openvino")


def make(name, **backbone):
    task = CASES[name].make(**backbone)
    tiny.spread_weights(task, 0.5)
    return task


# Combining accents, scripts, joined emoji, control characters, punctuation.
NAUGHTY = [
    "Cafe\u0301 \u00c5 na\u00efve",
    "\u4e2d\u6587 \u0440\u0443\u0441 \u05d0\u05d1",
    "the\u200bfox\u00a0\ufeffjumps",
    "\U0001f98a \U0001f468\u200d\U0001f469",
    "a\tb\r\nc\x00d \ufffd",
    "[MASK] [SEP] <br />",
    "... !!! \u2026",
]


def need(format):
    for package in formats.FORMATS[format].packages:
        pytest.importorskip(package)


@pytest.fixture(scope="module")
def classifier():
    return make("single_label")


@pytest.mark.parametrize("name", TASKS)
def test_every_task(name, tmp_path):
    onnx = pytest.importorskip("onnx")
    need("onnx")
    task = make(name)
    about = task.export(tmp_path / "x", format="onnx", verbose=False)
    assert about["parity"]["max_abs_difference"] < 1e-4
    model = load(tmp_path / "x")
    signature = signatures.token_signature(task)
    batches = verification.random_batches(task, signature, [(2, 9), (5, 12)])
    largest, _ = verification.measure(task, model, signature, batches)
    assert largest < 1e-4
    assert model.manifest["task"] == type(task).__name__
    graph = onnx.load(tmp_path / "x" / "model.onnx").graph
    for tensors, values in (
        (signature.inputs, graph.input),
        (signature.outputs, graph.output),
    ):
        assert {tensor.name: tensor.shape for tensor in tensors} == {
            value.name: tuple(
                dim.dim_param or dim.dim_value
                for dim in value.type.tensor_type.shape.dim
            )
            for value in values
        }


@pytest.mark.skipif(
    keras.config.backend() != "torch", reason="in a child process elsewhere"
)
@pytest.mark.parametrize("name", CASES)
def test_every_task_as_a_program(name, tmp_path):
    task = make(name)
    about = task.export(tmp_path / "x", format="torch", verbose=False)
    assert about["parity"]["max_abs_difference"] < 1e-5
    assert str(tmp_path).encode() not in (tmp_path / "x/model.pt2").read_bytes()
    run = model_files.load(tmp_path / "x", about)
    signature = signatures.token_signature(task)
    batches = verification.random_batches(task, signature, [(1, 2), (5, 12)])
    assert verification.measure(task, run, signature, batches)[0] < 1e-5
    with pytest.raises(ValueError, match="which may unpickle"):
        load(tmp_path / "x")


@pytest.mark.parametrize("format", sorted(formats.FORMATS))
def test_every_format(classifier, format, tmp_path, capsys):
    need(format)
    if not IS_TENSORFLOW and format in ("onnx", "openvino"):
        pytest.skip("one of those by way of TensorFlow is enough")
    target = tmp_path / "x"
    classifier.export(target, format=format)
    told = capsys.readouterr().err
    assert f"writing {format}" in told
    assert "largest difference" in told
    about = json.loads((target / "manifest.json").read_text())
    assert about["parity"]["max_abs_difference"] < 1e-4
    assert {"token_ids", "segment_ids", "padding_mask"} == {
        tensor["name"] for tensor in about["inputs"]
    }
    assert about["inputs"][0]["shape"] == ["batch", "length"]
    assert about["outputs"][0]["name"] == "logits"
    assert about["task_settings"]["class_names"] == ["bad", "good"]
    tokenizer = tokenizers.Tokenizer.from_file(str(target / "tokenizer.json"))
    packed = tokenizer.encode("the quick fox", "jumps")
    expected = classifier.preprocessor((["the quick fox"], ["jumps"]))
    mask = np.asarray(expected["padding_mask"])[0] == 1
    for name, ids in (
        ("token_ids", packed.ids),
        ("segment_ids", packed.type_ids),
    ):
        assert np.asarray(expected[name])[0][mask].tolist() == ids
    longest = tiny.CONFIG["max_sequence_length"]  # Below 64 and 500.
    assert about["parity"]["cases"] == [[1, longest], [3, 7], [8, longest]]
    for name in about["files"]:
        assert (target / name).is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.skipif(not IS_TENSORFLOW, reason="the same conversion as here")
@pytest.mark.parametrize("quantization", ["float16", "int8"])
@pytest.mark.parametrize("format", CONVERTED)
def test_smaller_numbers(format, quantization, tmp_path):
    need(format)
    if format == "openvino" and quantization == "int8":
        pytest.importorskip("nncf")
    task = make("single_label", hidden_dim=64, intermediate_dim=1024)
    task = tiny.spread_weights(task, 0.1)
    parity, sizes = {}, {}
    for kind in (None, quantization):
        target = tmp_path / str(kind)
        about = task.export(
            target, format=format, quantization=kind, verbose=False
        )
        parity[kind] = about["parity"]
        sizes[kind] = sum(
            (target / name).stat().st_size
            for name in about["files"]
            if name.startswith("model")
        )
    assert (
        load(tmp_path / quantization).manifest["quantization"] == quantization
    )
    share = parity[quantization]["share_of_spread"]
    low, high = {"float16": (1e-5, 0.01), "int8": (1e-3, 0.2)}[quantization]
    assert low < share < high
    most = {"float16": 0.6, "int8": 0.4}[quantization]
    assert sizes[quantization] < most * sizes[None]


@pytest.mark.parametrize("name", TASKS)
def test_calibrated_on_data(name, tmp_path):
    need("litert")
    pytest.importorskip("ai_edge_quantizer")
    # Outputs as small as those of a trained model.
    task = tiny.spread_weights(CASES[name].make(), 0.1)
    signature = signatures.token_signature(task)
    data = list(verification.random_batches(task, signature, [(2, 9), (1, 12)]))
    for one in data:  # Test data will have other tokens.
        one["token_ids"] = np.minimum(one["token_ids"], 10)
    about = task.export(
        tmp_path / "x",
        format="litert",
        quantization="int8",
        representative_data=data,
        verbose=False,
    )
    assert about["parity"]["cases"] == "2 representative examples"
    model = load(tmp_path / "x")
    batches = verification.random_batches(task, signature, [(3, 7), (2, 12)])
    assert verification.measure(task, model, signature, batches)[1] < 0.2
    assert "ai-edge-quantizer" in about["versions"]
    tables, fixed = _in_integers(tmp_path / "x" / "model.tflite")
    assert tables == {"segment", "position", "token"}
    layers = task.backbone.num_layers
    expected = [("key", layers), ("query", layers), ("value", layers)]
    assert sorted(collections.Counter(fixed).items()) == expected


def _in_integers(path):
    """Return embedding tables in int8, and layers with 8-bit results."""
    from ai_edge_litert.schema_py_generated import BuiltinOperator, TensorType
    from ai_edge_quantizer.utils import tfl_flatbuffer_utils

    model = tfl_flatbuffer_utils.read_model(path.read_bytes())
    graph = model.subgraphs[0]
    tables, fixed = set(), []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        output = graph.tensors[operator.outputs[0]]
        name = output.name.decode()
        if output.type != TensorType.INT8:
            continue
        if code == BuiltinOperator.GATHER:
            tables.add(re.search(r"/(\w+?)_embedding", name)[1])
        if code == BuiltinOperator.FULLY_CONNECTED:
            layer = r"/transformer_layer_\d(?:_\d+)?/([a-z]+)"
            fixed.append(re.search(layer, name)[1])
    return tables, fixed


def test_no_data_for_what_takes_floats(tmp_path):
    task = make("causal_lm", add_cross_attention=True)
    with pytest.raises(ValueError, match="encoder_hidden_states.*Leave it out"):
        task.export(
            tmp_path / "x",
            format="litert",
            quantization="int8",
            representative_data=[ready(4)],
        )


@pytest.mark.parametrize("dtype", ["float16", "mixed_bfloat16"])
def test_what_was_trained_in_half_precision(dtype, tmp_path):
    format = "torch" if keras.config.backend() == "torch" else "litert"
    need(format)
    task = make("token_classifier", dtype=dtype)
    task.export(tmp_path / "x", format=format, verbose=False)
    about = json.loads((tmp_path / "x" / "manifest.json").read_text())
    assert about["parity"]["max_abs_difference"] < 1e-4
    x = CASES["token_classifier"].pack(task, ["the quick brown fox"])
    x = {name: np.asarray(array) for name, array in x.items()}
    mine = keras.ops.convert_to_numpy(keras.ops.cast(task(x), "float32"))
    found = model_files.load(tmp_path / "x", about)(x)["logits"]
    # The same weights: half precision is the only difference.
    assert 0 < np.abs(found - mine).max() < 0.1 * mine.std()
    assert task.backbone.dtype_policy.name == dtype  # Unchanged.


def test_adapters_in_half_precision(tmp_path):
    task = make("single_label", dtype="mixed_bfloat16")
    task.backbone.enable_lora(2)
    with pytest.raises(ValueError, match="must compute in float32"):
        task.export(tmp_path / "x")


def test_texts_in(classifier, tmp_path):
    """The model runs without Keras and without this package."""
    pytest.importorskip("tensorflow_text")
    classifier.export(tmp_path / "x", inputs="text", verbose=False)
    texts = ["the quick fox", "Hello, world!", "", *NAUGHTY]
    pairs = ["jumps", "over", "the dog", *reversed(NAUGHTY)]
    code = (
        "import json, sys\n"
        "import tensorflow as tf, tensorflow_text\n"
        "model = tf.saved_model.load(sys.argv[1])\n"
        "texts, pairs = json.loads(sys.argv[2])\n"
        "f = model.signatures['serving_default']\n"
        "g = model.signatures['pairs']\n"
        "out = [f(texts=tf.constant(texts)),\n"
        "       g(texts=tf.constant(texts), pairs=tf.constant(pairs))]\n"
        "none = tf.constant([], tf.string)\n"
        "for empty in f(texts=none), g(texts=none, pairs=none):\n"
        "    assert empty['logits'].shape == (0, 2), empty\n"
        "    assert empty['labels'].shape == empty['scores'].shape == (0,)\n"
        "assert 'keras_electra' not in sys.modules\n"
        "assert 'keras_hub' not in sys.modules\n"
        "print(json.dumps([[x.decode() for x in o['labels'].numpy()]\n"
        "    + o['scores'].numpy().tolist() for o in out]))\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            str(tmp_path / "x"),
            json.dumps([texts, pairs]),
        ],
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    for rows, given in zip(found, (texts, (texts, pairs)), strict=True):
        expected = classifier.classify(given)
        half = len(texts)
        assert rows[:half] == [row["label"] for row in expected]
        np.testing.assert_allclose(
            rows[half:], [row["score"] for row in expected], atol=1e-4
        )


def test_pairs_are_compared_too(classifier):
    signature = signatures.text_signature(classifier)
    asked = []

    def run(inputs):
        asked.append(inputs)
        x = tuple(list(array) for array in inputs.values())
        logits = classifier.predict(x[0] if len(x) == 1 else x, verbose=0)
        return {"logits": logits + ("pairs" in inputs)}

    largest, _ = verification.measure_texts(classifier, run, signature)
    assert largest == pytest.approx(1)  # The error in the logits of pairs.
    assert [list(inputs) for inputs in asked] == [
        ["texts"],
        ["texts"],
        ["texts", "pairs"],
    ]
    assert len({len(inputs["texts"]) for inputs in asked}) == 2


@pytest.mark.skipif(not IS_TENSORFLOW, reason="once is enough")
@pytest.mark.parametrize(
    "name, outputs",
    [
        ("text_embedder", {"embeddings"}),
        ("token_classifier", {"tokens", "labels", "scores", "logits"}),
        ("replaced_token_detector", {"tokens", "replaced", "logits"}),
    ],
)
def test_texts_into_other_tasks(name, outputs, tmp_path):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    task = tiny.spread_weights(CASES[name].make(), 0.5, seed=3)
    task.export(tmp_path / "x", inputs="text", verbose=False)
    model = tf.saved_model.load(str(tmp_path / "x"))
    text = " ".join(tiny.TEXTS)
    serve = model.signatures["serving_default"]
    found = serve(texts=tf.constant([text]))
    assert set(found) == outputs
    empty = serve(texts=tf.constant([], tf.string))
    for output, array in found.items():
        shape = empty[output].shape
        assert shape[0] == 0 and shape[2:] == array.shape[2:]
    if "tokens" not in outputs:
        return
    # Tokens between [CLS] and [SEP].
    rows = {k: x.numpy()[0, 1:-1].tolist() for k, x in found.items()}
    rows = {
        k: [x.decode() if isinstance(x, bytes) else x for x in row]
        for k, row in rows.items()
    }
    if name == "token_classifier":
        expected = task.tag(text, aggregation="none", ignore_labels=())
        assert rows["tokens"] == [row["word"] for row in expected]
        assert rows["labels"] == [row["entity"] for row in expected]
        assert len(set(rows["labels"])) > 1
        key, scores = "scores", [row["score"] for row in expected]
    else:
        expected = task.detect(text)
        assert rows["tokens"] == [row["token"] for row in expected]
        key, scores = "replaced", [row["replaced"] for row in expected]
    np.testing.assert_allclose(rows[key], scores, atol=1e-4)


@pytest.mark.skipif(not IS_TENSORFLOW, reason="once is enough")
def test_segments_of_one_kind(tmp_path):
    task = make("single_label", num_segments=1)
    task.export(tmp_path / "x", verbose=False)


@pytest.mark.skipif(not IS_TENSORFLOW, reason="once is enough")
def test_prices(tmp_path):
    """Large outputs, such as prices, are compared relatively."""
    task = make("regression")
    head = task.get_layer("logits")
    head.kernel.assign(head.kernel * 1e5)
    about = task.export(tmp_path / "x", format="litert", verbose=False)
    assert about["parity"]["max_abs_difference"] > 1e-4
    assert about["parity"]["share_of_spread"] < 1e-5


# === Errors ===


def test_what_cannot_be_written(classifier, tmp_path):
    target = tmp_path / "x"
    with pytest.raises(ValueError, match="`format` must be one of"):
        classifier.export(target, format="pickle")
    with pytest.raises(ValueError, match="`quantization` of onnx must be"):
        classifier.export(target, format="onnx", quantization="int2")
    with pytest.raises(ValueError, match="must be 'tokens' or 'text'"):
        classifier.export(target, inputs="words")
    with pytest.raises(ValueError, match="needs format='tf_saved_model'"):
        classifier.export(target, format="litert", inputs="text")
    with pytest.raises(ValueError, match="is supported for .* Received: Elec"):
        make("masked_lm").export(target, inputs="text")
    task = make("single_label")
    task.preprocessor.tokenizer = tiny.tokenizer(padding_side="left")
    with pytest.raises(ValueError, match="a tokenizer with padding_side='rig"):
        task.export(target, inputs="text")
    with pytest.raises(ValueError, match="needs a preprocessor"):
        CASES["single_label"].make(preprocessor=False).export(
            target, inputs="text"
        )
    with pytest.raises(TypeError, match="writes the tasks of keras_electra"):
        export.export(keras.Sequential(), target)
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize`")
def test_a_quantized_model(tmp_path):
    task = make("single_label")
    task.quantize("int8")
    with pytest.raises(ValueError, match="must not be quantized itself"):
        task.export(tmp_path / "x")


def test_something_is_there(classifier, tmp_path):
    with pytest.raises(FileExistsError, match="`filepath` must not exist"):
        classifier.export(tmp_path)


def test_a_package_is_missing(classifier, tmp_path, monkeypatch):
    monkeypatch.setattr(
        formats, "_is_installed", lambda name: name != "tf2onnx"
    )
    message = r"Missing: tf2onnx.*'keras-electra\[onnx\]'"
    with pytest.raises(ImportError, match=message):
        classifier.export(tmp_path / "x", format="onnx")


def ready(length, dtype="int32"):
    names = ("token_ids", "segment_ids", "padding_mask")
    return {name: np.ones((1, length), dtype) for name in names}


@pytest.mark.parametrize(
    "data, message",
    [
        (
            [{"token_ids": np.ones((1, 4), "int32")}],
            "these numbers of axes",
        ),
        (
            [
                {
                    name: np.ones(4, "int32")
                    for name in ("token_ids", "segment_ids", "padding_mask")
                }
            ],
            "example 0",
        ),
        ([], "must be a list of dicts"),
        ({"token_ids": np.ones((1, 4), "int32")}, "Received: dict"),
        ([np.ones((1, 4), "int32")], "Received: ndarray, example 0"),
        ([ready(4, "float32")], "float32"),
        ([{**ready(4), "padding_mask": np.ones((1, 3), "int32")}], "differ"),
        ([ready(0)], "are 0"),
        ([{**ready(4), "token_ids": np.full((1, 4), 999)}], r"lie in \[0, "),
        ([ready(40)], "must not be longer than the model"),
    ],
)
def test_data_of_the_wrong_shape(classifier, data, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        classifier.export(
            tmp_path / "x",
            format="litert",
            quantization="int8",
            representative_data=data,
        )
    with pytest.raises(ValueError, match="is for format='litert'"):
        classifier.export(
            tmp_path / "x", format="onnx", representative_data=data
        )


def test_what_differs_too_much_does_not_appear(
    classifier, tmp_path, monkeypatch
):
    monkeypatch.setattr(verification, "FLOAT32", 0.0)
    monkeypatch.setattr(verification, "measure", lambda *args: (0.25, 0.1))
    monkeypatch.setattr(model_files, "write", lambda *args: None)
    monkeypatch.setattr(model_files, "load", lambda *args: None)
    message = "Largest difference: 0.25, allowed: 0"
    with pytest.raises(ValueError, match=message):
        classifier.export(tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_what_is_not_a_number_does_not_pass(classifier):
    signature = signatures.token_signature(classifier)

    def run(inputs):
        rows = len(inputs["token_ids"])
        # NaN in the first batch must not be lost in the last one.
        bad = np.nan if rows == 1 else 0.0
        return {"logits": classifier.predict(inputs, verbose=0) + bad}

    batches = verification.random_batches(
        classifier, signature, [(1, 5), (2, 5)]
    )
    largest, share = verification.measure(classifier, run, signature, batches)
    assert np.isnan(largest) and np.isnan(share)
    for quantization in (None, "int8"):
        with pytest.raises(ValueError, match="Largest difference: nan"):
            verification.check(largest, share, quantization)


class NotOfPython(Exception):
    """An error from C++ code."""


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        NotOfPython("RESOURCE_EXHAUSTED: x.tmp; No space left on device"),
    ],
)
def test_no_space_left(classifier, error, tmp_path, monkeypatch):
    def full(*args):
        raise error

    monkeypatch.setattr(model_files, "write", full)
    with pytest.raises(OSError, match="no space left to save"):
        classifier.export(tmp_path / "new" / "x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "error, expected",
    [
        (
            {"type": "OSError", "message": "full", "errno": errno.ENOSPC},
            OSError(errno.ENOSPC, "full"),
        ),
        (
            {"type": "ValueError", "message": "bad", "errno": None},
            ValueError("bad"),
        ),
        (
            {"type": "OpError", "message": "bad", "errno": None},
            RuntimeError("OpError: bad"),
        ),
    ],
)
def test_errors_of_the_child(error, expected, tmp_path):
    path = tmp_path / "error.json"
    path.write_text(json.dumps(error))
    found = model_files._error(path, None)
    assert type(found) is type(expected)
    assert str(found) == str(expected)


def test_a_child_that_was_killed(tmp_path):
    done = subprocess.CompletedProcess([], -9, stderr="last words")
    found = model_files._error(tmp_path / "none", done)
    assert str(found).endswith("status is -9, and it printed: last words")


@pytest.mark.skipif(IS_TENSORFLOW, reason="needs no other process")
def test_an_error_of_the_child_arrives_in_one_piece(
    classifier, tmp_path, monkeypatch
):
    def write_nonsense(task, folder, request):
        return write(task, folder, request._replace(format="nonsense"))

    write = model_files.write
    monkeypatch.setitem(formats.FORMATS, "nonsense", formats.FORMATS["onnx"])
    monkeypatch.setattr(model_files, "write", write_nonsense)
    with pytest.raises(RuntimeError, match="^KeyError: 'nonsense'$"):
        classifier.export(tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_the_call_of_keras_stays_valid():
    spec = [keras.InputSpec(shape=(None, None), dtype="int32")]
    onnx = Request("onnx")
    assert export.is_keras_call("folder", spec, {}, onnx)
    for path in ("model.onnx", "model.pt2", "model.tflite", "model.xml"):
        assert export.is_keras_call(path, None, {}, onnx)
    assert export.is_keras_call("folder", None, {"is_static": True}, onnx)
    assert not export.is_keras_call("folder", None, {}, onnx)


@pytest.mark.skipif(not IS_TENSORFLOW, reason="the exporter of Keras is")
def test_keras_exports_what_it_is_asked_for(classifier, tmp_path):
    spec = {
        name: keras.InputSpec(shape=(None, None), dtype="int32")
        for name in ready(1)
    }
    target = tmp_path / "keras"
    classifier.export(target, input_signature=[spec], verbose=False)
    assert not (target / "manifest.json").exists()
    inputs = tiny.inputs()
    found = keras.layers.TFSMLayer(target)(inputs)
    expected = classifier.predict(inputs, verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    # An export of ours is called in the same way.
    classifier.export(tmp_path / "ours", verbose=False)
    found = keras.layers.TFSMLayer(tmp_path / "ours")(inputs)
    np.testing.assert_allclose(found["logits"], expected, atol=1e-4)


def test_the_call_of_keras_with_what_only_ours_can_do(classifier):
    with pytest.raises(ValueError, match="`quantization` .* need the path"):
        classifier.export("model.onnx", format="onnx", quantization="int8")
    with pytest.raises(ValueError, match=r"Received: .*\['quantisation'\]"):
        classifier.export("folder", inputs="text", quantisation="int8")


# === The whole matrix ===


# With such weights float32 differs from float64 by as much as the limit allows.
# The second test compares these with float64.
NOISY = ("replaced_token_detector", "cross_attention")


def make_long(name):
    if name == "cross_attention":
        return make(
            "causal_lm", add_cross_attention=True, max_sequence_length=512
        )
    return make(name, max_sequence_length=512)


@pytest.mark.slow
# OpenVINO forks a process, and JAX warns about it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_matrix(tmp_path, monkeypatch):
    """Print a table of every task in every format, at all sizes."""
    cases = [(batch, n) for batch in (1, 3, 8) for n in (7, 64, 500)]
    monkeypatch.setattr(
        verification, "CASES", [(2, 9)]
    )  # All sizes follow below.
    print("\nlargest difference (as a share of the outputs' spread)")
    print(" " * 24 + "".join(f"{x:>20}" for x in formats.FORMATS))
    for name in (*CASES, "cross_attention"):
        task = make_long(name)
        assert verification.fitting(task, cases) == [
            list(case) for case in cases
        ]
        signature = signatures.token_signature(task)
        found = []
        for format in formats.FORMATS:
            target = tmp_path / name / format
            about = task.export(target, format=format, verbose=False)
            model = model_files.load(target, about)
            batches = verification.random_batches(task, signature, cases)
            found.append(verification.measure(task, model, signature, batches))
        cells = [f"{x:.1e} ({share:.1e})" for x, share in found]
        print(f"{name:24}" + "".join(f"{x:>20}" for x in cells), flush=True)
        if name not in NOISY:
            assert max(difference for difference, _ in found) < 1e-4


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", NOISY)
def test_as_near_to_float64_as_pytorch(name, tmp_path, monkeypatch):
    """The tasks that differ most are as precise as PyTorch."""
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(verification, "CASES", [(2, 9)])
    task = make_long(name)
    task.export_to_transformers(tmp_path / "transformers")
    auto = (
        transformers.AutoModelForCausalLM
        if name == "cross_attention"
        else transformers.AutoModelForPreTraining
    )
    signature = signatures.token_signature(task)
    (inputs,) = verification.random_batches(task, signature, [(8, 500)])
    kept = inputs["padding_mask"] == 1
    theirs = {
        "token_ids": "input_ids",
        "segment_ids": "token_type_ids",
        "padding_mask": "attention_mask",
        "encoder_padding_mask": "encoder_attention_mask",
    }

    def logits(dtype):
        model = auto.from_pretrained(tmp_path / "transformers", dtype=dtype)
        tensors = {
            theirs.get(key, key): torch.tensor(x).to(
                dtype if x.dtype == "float32" else torch.int64
            )
            for key, x in inputs.items()
        }
        with torch.inference_mode():
            return model.eval()(**tensors).logits.double().numpy()[kept]

    truth = logits(torch.float64)
    peer = np.abs(logits(torch.float32) - truth).max()
    print(f"\n{name}, from float64: PyTorch {peer:.1e}", end="")
    for format in formats.FORMATS:
        about = task.export(tmp_path / format, format=format, verbose=False)
        found = model_files.load(tmp_path / format, about)(inputs)["logits"]
        found = found.reshape(*kept.shape, *found.shape[2:])[kept]
        difference = np.abs(found.reshape(truth.shape) - truth).max()
        print(f", {format} {difference:.1e}", end="")
        assert difference < max(1e-4, 2 * peer)


@pytest.mark.skipif(not IS_TENSORFLOW, reason="once is enough")
def test_a_saved_model_of_ids_needs_no_package_of_ours(classifier, tmp_path):
    classifier.export(tmp_path / "x", verbose=False)
    inputs = tiny.inputs()
    np.savez(tmp_path / "inputs.npz", **inputs)
    code = (
        "import sys, numpy as np, tensorflow as tf\n"
        "model = tf.saved_model.load(sys.argv[1])\n"
        "inputs = dict(np.load(sys.argv[2]))\n"
        "outputs = model.signatures['serving_default'](**{\n"
        "    name: tf.constant(array) for name, array in inputs.items()})\n"
        "np.save(sys.argv[3], outputs['logits'].numpy())\n"
        "assert 'keras_electra' not in sys.modules\n"
        "assert 'keras_hub' not in sys.modules\n"
    )
    paths = [tmp_path / "x", tmp_path / "inputs.npz", tmp_path / "out.npy"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert not done.returncode, done.stderr[-2000:]
    expected = classifier.predict(inputs, verbose=0)
    np.testing.assert_allclose(np.load(paths[-1]), expected, atol=1e-4)


def test_where_it_came_from(tmp_path):
    task = keras_electra.ElectraTextClassifier.from_preset(
        "electra_mini_sentiment_en"
    )
    if not IS_TENSORFLOW:
        assert task.loaded_from == "electra_mini_sentiment_en"
        return
    found = task.export(tmp_path / "x", verbose=False)["source"]
    assert found["preset"] == "electra_mini_sentiment_en"
    assert len(found["weights_sha256"]) == 64


def test_int8_of_openvino_needs_a_package_more(monkeypatch):
    monkeypatch.setattr(formats, "_is_installed", lambda name: name != "nncf")
    with pytest.raises(ImportError, match="Missing: nncf. .*openvino"):
        formats.check(Request("openvino", quantization="int8"))
    assert formats.check(Request("openvino"))


def test_ranges_from_data_need_a_package_more(monkeypatch):
    missing = "ai_edge_quantizer"
    monkeypatch.setattr(formats, "_is_installed", lambda name: name != missing)
    with pytest.raises(ImportError, match=f"Missing: {missing}. .*calibration"):
        formats.check(Request("litert", "tokens", "int8", []))
    assert formats.check(Request("litert", "tokens", "int8"))
    # Data without int8 are refused later.
    assert formats.check(Request("litert", "tokens", "float16", []))
