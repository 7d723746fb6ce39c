"""Every task, held to what all tasks promise."""

import json

import keras
import keras_hub
import numpy as np
import pytest

from tests import contracts, tiny

CASES = {case.name: case for case in contracts.cases()}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


QUICK = ("single_label", "replaced_token_detector")


def quick(*names, among=tuple(CASES)):
    """Cases of the daily suite, where compiling all takes too long.

    The others run by hand: `pytest -m slow tests/tasks/test_contracts.py`.
    """
    return [
        pytest.param(name, marks=() if name in names else pytest.mark.slow)
        for name in among
    ]


# Whose labels are neither made anew from the texts nor as many as tokens.
STREAMED = [
    name
    for name, case in CASES.items()
    if case.labels is not None and not isinstance(case.labels[0], list)
]


@pytest.fixture(params=QUICK)
def one_of_two(request):
    """A case of each kind of output."""
    return CASES[request.param]


@pytest.fixture(params=quick(*QUICK))
def two_or_all(request):
    return CASES[request.param]


@pytest.fixture(params=quick("single_label"))
def one_or_all(request):
    return CASES[request.param]


@pytest.fixture(params=quick("single_label", among=STREAMED))
def streamed(request):
    return CASES[request.param]


@pytest.fixture(scope="module", params=CASES)
def built(request):
    """A case and its task, built and compiled once for the cheap tests."""
    case = CASES[request.param]
    return case, case.make()


def numpy_of(x):
    """An array; of spans one with a last axis more, ends and starts."""
    if isinstance(x, dict):
        start = numpy_of(x["start"])
        if "top_starts" not in x:
            return np.stack([numpy_of(x["end"]), start], axis=-1)
        # Ends for each of the best starts: which these are may hang on a bit.
        impossible = numpy_of(x["impossible"])
        return np.stack([start, impossible * (start != 0)], axis=-1)
    return keras.ops.convert_to_numpy(x)


def predict(task, x, **kwargs):
    return numpy_of(task.predict(x, verbose=0, **kwargs))


def assert_same_weights(first, second):
    assert [w.path for w in first.weights] == [w.path for w in second.weights]
    for mine, theirs in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))


# === Prediction ===


def test_predict_equals_the_model_in_the_callers_order(built):
    case, task = built
    outputs = predict(task, case.texts, batch_size=2)
    assert len(outputs) == len(case.texts)
    for text, output in zip(case.texts, outputs, strict=True):
        packed = case.pack(task, [text])
        expected = numpy_of(task(packed))[0]
        if task.outputs_per_token:
            mask = packed["padding_mask"][0]
            expected = (expected.T * mask).T
        np.testing.assert_allclose(output[: len(expected)], expected, atol=2e-5)
        assert not np.any(output[len(expected) :])


def test_predict_takes_every_carrier_of_texts(built):
    case, task = built
    expected = predict(task, case.texts)
    texts = case.texts
    if case.in_pairs:
        first, texts = (list(x) for x in zip(*case.texts, strict=True))
    carriers = [np.array(texts), np.array(texts, dtype=object)]
    if isinstance(texts[0], str):
        carriers.append([text.encode() for text in texts])
    if case.in_pairs:
        carriers = [(first, texts) for texts in carriers]
    carriers.append(Batches(case.texts))
    for carrier in carriers:
        output = predict(task, carrier)
        assert_same_outputs(output, expected)


def test_predict_takes_ready_tensors(built):
    case, task = built
    x = case.pack(task, case.texts)
    expected = numpy_of(task(x))
    np.testing.assert_allclose(predict(task, x), expected, atol=2e-5)


def as_columns(rows):
    return tuple(list(column) for column in zip(*rows, strict=True))


def test_predict_on_grain(built):
    grain = pytest.importorskip("grain")
    case, task = built
    expected = predict(task, case.texts)
    dataset = grain.MapDataset.source(case.texts)
    if isinstance(case.texts[0][-1], list):  # Else grain batches choices too.
        dataset = dataset.batch(4, batch_fn=as_columns)
    else:
        dataset = dataset.batch(4)
    output = predict(task, dataset)
    assert_same_outputs(output, expected)


def test_predict_on_tf_data(built):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    case, task = built
    expected = predict(task, case.texts)
    elements = case.texts
    if case.in_pairs:
        elements = tuple(map(list, zip(*case.texts, strict=True)))
    dataset = tf.data.Dataset.from_tensor_slices(elements).batch(4)
    output = predict(task, dataset)
    assert_same_outputs(output, expected)


def assert_same_outputs(output, expected):
    """Outputs a token may be padded further in one carrier than another."""
    if output.shape != expected.shape:
        length = max(output.shape[1], expected.shape[1])
        output, expected = (
            np.pad(
                array,
                [(0, 0), (0, length - array.shape[1])]
                + [(0, 0)] * (array.ndim - 2),
            )
            for array in (output, expected)
        )
    np.testing.assert_allclose(output, expected, atol=2e-5)


class Batches(keras.utils.PyDataset):
    """What a user writes: texts, and labels if there are any, in batches."""

    def __init__(self, texts, labels=None, size=4):
        super().__init__()
        self.texts, self.labels, self.size = texts, labels, size

    def __len__(self):
        return -(-len(self.texts) // self.size)

    def __getitem__(self, index):
        rows = slice(index * self.size, (index + 1) * self.size)
        if self.labels is None:
            return (self.texts[rows],)
        return self.texts[rows], self.labels[rows]


# === Training ===


def test_fit_and_evaluate_on_every_carrier_of_texts(case):
    task = case.make()
    fit = {"epochs": 1, "verbose": 0, "batch_size": 4}
    data = (case.texts, case.labels)
    before = [numpy_of(weight).copy() for weight in task.weights]
    history = task.fit(*data, validation_data=data, **fit).history
    assert np.isfinite(history["loss"] + history["val_loss"]).all()
    moved = [
        np.abs(numpy_of(weight) - old).max()
        for weight, old in zip(task.weights, before, strict=True)
    ]
    assert sum(m > 0 for m in moved) > len(moved) * 0.9
    if case.labels is None:  # Other ones at every call.
        task.fit(Batches(case.texts), verbose=0)
        return
    dataset = Batches(case.texts, np.array(case.labels, dtype=object))
    if not isinstance(case.labels[0], list):  # Or as many as there are tokens.
        dataset = Batches(case.texts, np.array(case.labels))
    task.fit(dataset, verbose=0)
    on_list = task.evaluate(*data, batch_size=7, verbose=0)
    x, y, weights = keras.utils.unpack_x_y_sample_weight(
        task.preprocessor(*data)
    )
    on_ready = task.evaluate(
        x, y, sample_weight=weights, batch_size=7, verbose=0
    )
    np.testing.assert_allclose(on_list, on_ready, rtol=1e-3, atol=1e-4)


def test_fit_on_streams(streamed):
    grain = pytest.importorskip("grain")
    texts, labels = streamed.texts, streamed.labels
    task = streamed.make()
    rows = list(zip(texts, labels, strict=True))
    stream = grain.MapDataset.source(rows).batch(7, batch_fn=as_rows)
    on_list = task.evaluate(texts, labels, batch_size=7, verbose=0)
    on_stream = task.evaluate(stream, verbose=0)
    np.testing.assert_allclose(on_stream, on_list, rtol=1e-4)
    history = task.fit(
        stream, validation_data=(texts, labels), verbose=0
    ).history
    assert np.isfinite(history["loss"] + history["val_loss"]).all()
    # The other way round: a list to learn from, a stream to validate on.
    history = task.fit(texts, labels, validation_data=stream, verbose=0).history
    assert np.isfinite(history["loss"] + history["val_loss"]).all()


def as_rows(rows):
    """A batch of texts, or of tuples of them, and labels."""
    texts, labels = zip(*rows, strict=True)
    is_pair = isinstance(texts[0], tuple)
    return as_columns(texts) if is_pair else list(texts), np.array(labels)


def test_fit_on_tf_data(streamed):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    if "answerer" in streamed.name:
        pytest.skip("refused, with a reason: spans need texts, not a graph")
    texts, labels = streamed.texts, streamed.labels
    if streamed.in_pairs:
        texts = tuple(map(list, zip(*texts, strict=True)))
    task = streamed.make()
    stream = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(7)
    on_list = task.evaluate(texts, labels, batch_size=7, verbose=0)
    on_stream = task.evaluate(stream, verbose=0)
    np.testing.assert_allclose(on_stream, on_list, rtol=1e-4)
    history = task.fit(stream, validation_data=stream, verbose=0).history
    assert np.isfinite(history["loss"] + history["val_loss"]).all()


def test_fit_on_ready_tensors(one_of_two):
    case = one_of_two
    task = case.make(preprocessor=False)
    x = tiny.inputs(batch=8)
    history = task.fit(x, case.ready_labels(x), validation_split=0.5, verbose=0)
    assert np.isfinite(history.history["val_loss"]).all()


def test_fit_reaches_a_low_loss(one_of_two):
    case = one_of_two
    keras.utils.set_random_seed(0)
    task = case.make(dropout=0.0, attention_dropout=0.0)
    task.compile(optimizer=keras.optimizers.Adam(1e-2))
    data = (case.texts, case.labels)
    first = task.evaluate(*data, batch_size=7, verbose=0, return_dict=True)
    task.fit(*data, batch_size=7, epochs=40, verbose=0)
    last = task.evaluate(*data, batch_size=7, verbose=0, return_dict=True)
    assert last["loss"] < 0.5 * first["loss"]


# === Saving ===


def test_config_round_trip(built):
    _, task = built
    copy = type(task).from_config(task.get_config())
    assert copy.get_config() == task.get_config()


def test_preset_round_trip(built, tmp_path):
    case, task = built
    task.save_to_preset(tmp_path / "preset")
    copy = type(task).from_preset(tmp_path / "preset")
    assert_same_weights(task, copy)
    assert (
        copy.get_config()["preprocessor"] == (task.get_config()["preprocessor"])
    )
    if case.keras_hub_class:
        base = getattr(keras_hub.models, case.keras_hub_class)
        copy = base.from_preset(str(tmp_path / "preset"))
        assert type(copy) is type(task)
        assert_same_weights(task, copy)
        expected = predict(task, case.texts)
        np.testing.assert_allclose(
            predict(copy, case.texts), expected, atol=1e-5
        )


def test_a_preset_holds_no_optimizer(tmp_path):
    task = CASES["single_label"].make()
    task.save_to_preset(tmp_path / "before")
    task.fit(tiny.TEXTS, tiny.LABELS, batch_size=7, verbose=0)
    task.save_to_preset(tmp_path / "after", metadata={"language": "English"})
    before, after = (
        (tmp_path / name / "task.weights.h5").stat().st_size
        for name in ("before", "after")
    )
    assert after == before
    copy = type(task).from_preset(tmp_path / "after")
    assert_same_weights(task, copy)
    assert int(task.optimizer.iterations) == 1
    metadata = json.loads((tmp_path / "after" / "metadata.json").read_text())
    tasks = ["CausalLM", "MaskedLM", "TextClassifier", "TextEmbedder"]
    assert metadata["tasks"] == tasks
    assert metadata["language"] == "English"


def test_an_interrupted_save_keeps_the_old_preset(built, tmp_path, monkeypatch):
    _, task = built
    folder = tmp_path / "preset"
    task.save_to_preset(folder)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(task.backbone, "save_weights", interrupted)
    with pytest.raises(KeyboardInterrupt):
        task.save_to_preset(folder)
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert after == before
    assert [p.name for p in tmp_path.iterdir()] == ["preset"]


def test_keras_file_keeps_weights_and_optimizer(case, tmp_path):
    task = case.make()
    task.fit(*case.first(4), batch_size=4, verbose=0)
    task.save(tmp_path / "task.keras")
    copy = keras.models.load_model(tmp_path / "task.keras")
    assert type(copy) is type(task)
    assert_same_weights(task, copy)
    assert int(copy.optimizer.iterations) == 1
    for mine, theirs in zip(
        task.optimizer.variables, copy.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))


# === Rematerialization, precision, adapters ===


def test_every_head_under_rematerialization(built):
    case, task = built
    with keras.RematScope(mode="full"):
        again = case.make()
    again.set_weights([numpy_of(w) for w in task.weights])
    x = case.pack(task, case.texts)
    np.testing.assert_allclose(
        numpy_of(again(x)), numpy_of(task(x)), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "float16"])
def test_predict_in_low_precision(case, dtype):
    task = case.make(dtype=dtype)
    outputs = predict(task, case.texts[:4])
    assert np.isfinite(np.asarray(outputs, "float32")).all()


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_fit_in_mixed_precision(one_or_all, dtype):
    task = one_or_all.make(dtype=dtype)
    history = task.fit(*one_or_all.first(4), batch_size=4, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_lora(two_or_all):
    case = two_or_all
    task = case.make()
    task.backbone.enable_lora(2)
    frozen = [
        (weight, numpy_of(weight).copy())
        for weight in task.backbone.non_trainable_weights
        if weight.name == "kernel"
    ]
    assert frozen
    task.compile()
    task.fit(*case.first(4), batch_size=4, verbose=0)
    for weight, before in frozen:
        np.testing.assert_array_equal(numpy_of(weight), before)
    adapters = [
        weight
        for weight in task.backbone.trainable_weights
        if weight.name == "lora_kernel_b"  # Starts at 0.
    ]
    assert all(np.abs(numpy_of(weight)).max() > 0 for weight in adapters)


QUANTIZING = pytest.mark.filterwarnings(
    "ignore:Layer .* does not have a `quantize`",
    # keras 3.15, a quantized embedding used backwards, on PyTorch.
    "ignore:(?s).*The use of `x.T` on tensors",
    # Of embeddings, which stay as they are.
    "ignore:Invalid quantization mode.*float8",
)


def assert_saves(task, folder, outputs):
    """As a preset and as a file of Keras, with the very same outputs."""
    quantized = {
        layer.path: layer.dtype_policy.name
        for layer in task._flatten_layers()
        if layer.quantization_mode
    }
    assert quantized
    task.save_to_preset(folder / "preset")
    task.save(folder / "model.keras")
    for again in (
        type(task).from_preset(folder / "preset"),
        keras.saving.load_model(folder / "model.keras", compile=False),
    ):
        np.testing.assert_array_equal(outputs(again), outputs(task))
        policies = {
            x.path: x.dtype_policy.name for x in again._flatten_layers()
        }
        assert quantized.items() <= policies.items()


@QUANTIZING
@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_quantized_models_predict_and_save(one_of_two, mode, tmp_path):
    case = one_of_two
    task = case.make()
    tiny.spread_weights(task, 0.15)
    expected = predict(task, case.texts)
    tiny.quantize(task, mode)
    output = predict(task, case.texts)
    assert 0 < np.abs(output - expected).max() < {"int8": 0.1}.get(mode, 1)
    assert_saves(task, tmp_path, lambda task: predict(task, case.texts))


@QUANTIZING
def test_adapters_and_int8_of_every_head(case, tmp_path):
    task = case.make()
    tiny.spread_weights(task, 0.15)
    x = case.pack(task, case.texts)
    mask = x["padding_mask"] == 1 if task.outputs_per_token else slice(None)
    expected = numpy_of(task(x))[mask]
    task.backbone.enable_lora(2)  # Starts as no change at all.
    np.testing.assert_allclose(numpy_of(task(x))[mask], expected, atol=1e-5)
    names = [weight.name for weight in task.backbone.trainable_weights]
    assert "lora_kernel_a" in names and "kernel" not in names
    task = case.make()
    tiny.spread_weights(task, 0.15)
    tiny.quantize(task, "int8")
    difference = np.abs(numpy_of(task(x))[mask] - expected).max()
    assert 0 < difference < 0.1
    assert_saves(task, tmp_path, lambda task: numpy_of(task(x))[mask])


# === Bad input ===


@pytest.mark.parametrize(
    "x, message",
    [
        ([None, "a"], "must be text"),
        ([1, 2], "must be text"),
        ([b"\xff\xfe"], "must be valid UTF-8"),
        ([], "must hold at least one text"),
        ("a text", "must be a batch of texts"),
        ((["a"], ["b", "c"]), "must be equally many"),
        ((["a"], ["b"], ["c"]), "one text or a pair of texts"),
        (iter(["a"]), "Wrap it in a `keras.utils.PyDataset`"),
        ({"token_ids": np.array([[999]])}, r"`token_ids` must lie in \[0, "),
        ({"token_ids": np.array([[-1]])}, r"`token_ids` must lie in \[0, "),
        ({"token_ids": np.array([[0.5]])}, "must hold integers"),
        ({"token_ids": np.ones(3, "int32")}, "must hold integers"),
        (
            {"token_ids": np.ones((1, 99), "int32")},
            "must not be longer than the model's `max_sequence_length`",
        ),
        (
            {
                "token_ids": np.ones((1, 9), "int32"),
                "padding_mask": np.ones((1, 8), "int32"),
            },
            "must have the shape of `token_ids`",
        ),
    ],
)
def test_bad_input_is_named(built, x, message):
    case, task = built
    if case.refusal and not isinstance(x, dict):
        message = case.refusal
    with pytest.raises(ValueError, match=message):
        predict(task, x)


def test_numbers_of_texts_labels_and_weights_must_agree(built):
    case, task = built
    texts, labels = case.first(4)
    for arguments in (
        {"y": case.first(3)[1]},
        {"y": labels, "sample_weight": np.ones(3)},
    ):
        if set(arguments) == {"y"} and labels is None:
            continue
        with pytest.raises(ValueError, match="one label and one weight for"):
            task.fit(texts, **arguments, verbose=0)


def test_validation_split_must_leave_samples(built):
    case, task = built
    with pytest.raises(ValueError, match="samples on both sides"):
        task.fit(*case.first(1), validation_split=0.1, verbose=0)
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        task.fit(case.texts, case.labels, validation_split=1.5, verbose=0)
    with pytest.raises(ValueError, match="Pass `validation_data`"):
        task.fit(iter(case.texts), validation_split=0.5, verbose=0)


@pytest.mark.parametrize(
    "mistake, message",
    [
        ("labels", "Labels must lie in"),
        ("weights", "`sample_weight` must hold finite numbers"),
        ("none", "must be text"),
    ],
)
def test_a_mistake_costs_no_weights(mistake, message):
    """Keras on JAX would leave the model without any."""
    case = CASES["single_label"]
    task = case.make()
    task.fit(tiny.TEXTS, case.labels, batch_size=7, verbose=0)
    expected = predict(task, tiny.TEXTS)
    # TensorFlow wraps what a data set raises in an error of its own.
    with pytest.raises(Exception, match=message):
        if mistake == "labels":
            wrong = Batches(tiny.TEXTS, np.array([0, 1, 0, 1, 9, 9, 9]))
            task.fit(wrong, verbose=0)
        elif mistake == "weights":
            weights = np.full(7, np.nan)
            task.fit(Ready((tiny.TEXTS, case.labels, weights)), verbose=0)
        else:
            task.evaluate(Batches([*tiny.TEXTS[:6], None], case.labels))
    task.compile()
    np.testing.assert_allclose(predict(task, tiny.TEXTS).shape, expected.shape)
    if mistake != "labels":  # There one good batch has been learned.
        np.testing.assert_allclose(
            predict(task, tiny.TEXTS), expected, atol=1e-5
        )


def test_labels_in_streams_are_checked():
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    task = CASES["single_label"].make()
    wrong = tf.data.Dataset.from_tensor_slices((["a", "b"], [0, 9])).batch(2)
    with pytest.raises(Exception, match=r"Labels must lie in \[0, 2\)"):
        task.evaluate(wrong, verbose=0)


def test_data_sets_of_ready_tensors(one_of_two):
    case = one_of_two
    task = case.make()
    x = tiny.inputs(batch=4)
    y = case.ready_labels(x)
    dataset = Ready((x, y))
    expected = task.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(
        task.evaluate(dataset, verbose=0), expected, rtol=1e-4
    )
    assert len(predict(task, dataset)) == 4


class Ready(Batches):
    """One batch of ready tensors."""

    def __init__(self, batch):
        super().__init__([0])
        self.batch = batch

    def __getitem__(self, index):
        return self.batch


@pytest.mark.parametrize(
    "arguments",
    [
        {"y": [1, 0]},
        {"sample_weight": [1, 0]},
        {"batch_size": 2},
        {"validation_split": 0.5},
    ],
)
def test_a_data_set_takes_no_other_arguments(built, arguments):
    _, task = built
    (name,) = arguments
    if name == "validation_split":
        with pytest.raises(ValueError, match="`validation_split` must not be"):
            task.fit(Batches(["a"], np.array([0])), verbose=0, **arguments)
        return
    with pytest.raises(ValueError, match=f"`{name}` must not be given with"):
        task.evaluate(Batches(["a"], np.array([0])), verbose=0, **arguments)


def test_raw_texts_need_labels_and_a_preprocessor(built):
    case, task = built
    if task.needs_labels:
        with pytest.raises(ValueError, match="Raw texts need labels"):
            task.fit(case.texts, verbose=0)
    preprocessor, task.preprocessor = task.preprocessor, None
    try:
        with pytest.raises(ValueError, match="without a preprocessor takes"):
            predict(task, case.texts)
        with pytest.raises(ValueError, match="without a preprocessor takes"):
            task.fit(case.texts, case.labels, verbose=0)
    finally:
        task.preprocessor = preprocessor


def test_texts_longer_than_the_model(built):
    case, task = built
    before = task.preprocessor.sequence_length
    task.preprocessor.sequence_length = 64
    text = "a " * 60
    try:
        with pytest.raises(ValueError, match="`preprocessor.sequence_length`"):
            predict(task, [case.wrap(text)])
    finally:
        task.preprocessor.sequence_length = before


def test_steps_limit_predict(built):
    case, task = built
    output = predict(task, case.texts, batch_size=2, steps=2)
    assert len(output) == 4


def test_preset_keywords(built, tmp_path):
    _, task = built
    task.save_to_preset(tmp_path / "preset")
    copy = type(task).from_preset(tmp_path / "preset", sequence_length=9)
    assert copy.preprocessor.sequence_length == 9
    with pytest.raises(TypeError, match=r"Received: \['sequence_lengthh'\]"):
        type(task).from_preset(tmp_path / "preset", sequence_lengthh=9)


def test_predict_callbacks_need_ready_tensors(built):
    case, task = built
    callbacks = [keras.callbacks.Callback()]
    with pytest.raises(ValueError, match="takes callbacks with ready"):
        predict(task, case.texts, callbacks=callbacks)
    x = case.pack(task, case.texts)
    predict(task, x, callbacks=callbacks)


# === PyTorch ===
@pytest.mark.skipif(
    keras.config.backend() != "torch", reason="parameters are torch's"
)
def test_weights_are_parameters_of_pytorch(case):
    import torch

    task = case.make()
    expected = {id(weight.value) for weight in task.weights}
    assert expected <= {id(found) for found in task.parameters()}
    assert len(task.state_dict()) >= len(task.weights)

    class Outer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = task.backbone

    task.backbone.enable_lora(2)
    expected = {id(weight.value) for weight in task.backbone.weights}
    assert expected <= {id(found) for found in Outer().parameters()}


@pytest.mark.skipif(
    keras.config.backend() != "torch", reason="PyTorch's optimizer"
)
def test_a_module_around_the_backbone_trains_it():
    import torch

    backbone = tiny.spread_weights(tiny.backbone())
    head = torch.nn.Linear(16, 1)
    module = torch.nn.ModuleDict({"backbone": backbone, "head": head})
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    before = backbone.get_weights()
    head(backbone(tiny.inputs())).square().mean().backward()
    optimizer.step()
    changed = [
        weight.path
        for weight, old in zip(backbone.weights, before, strict=True)
        if np.abs(numpy_of(weight) - old).max() > 0
    ]
    assert len(changed) > len(before) - 4  # Biases of keys change nothing.


# === Models of one segment, and vocabularies that do not fit ===
def test_pairs_in_a_model_of_one_segment(case):
    if case.name == "causal_lm":
        pytest.skip("A prompt is one text.")
    task = case.make(num_segments=1)
    texts = case.texts if case.in_pairs else (tiny.TEXTS, tiny.TEXTS)
    if case.name == "masked_lm":
        texts = tiny.TEXTS
    keras.tree.map_structure(
        lambda x: np.testing.assert_(np.isfinite(x).all()),
        task.predict(texts, verbose=0),
    )
    x = tiny.inputs()
    if case.name == "masked_lm":
        x["mask_positions"] = x["token_ids"][:, :1] * 0
    if case.name == "multiple_choice":
        x = {name: value[:, None] for name, value in x.items()}
    one = {**x, "segment_ids": x["segment_ids"] * 0}
    if case.name == "joint_question_answerer":
        x = one  # Its head looks at segments itself.
    keras.tree.map_structure(
        np.testing.assert_array_equal,
        keras.tree.map_structure(numpy_of, task.predict(x, verbose=0)),
        keras.tree.map_structure(numpy_of, task.predict(one, verbose=0)),
    )


def test_a_model_of_one_segment_learns_from_pairs():
    task = CASES["single_label"].make(num_segments=1)
    task.fit((tiny.TEXTS, tiny.TEXTS), tiny.LABELS, verbose=0)
    assert all(np.isfinite(weight).all() for weight in task.get_weights())


def test_a_vocabulary_larger_than_the_embedding(case):
    message = "vocabulary must not be larger than the embedding.*81 pieces"
    with pytest.raises(ValueError, match=message):
        case.make(vocabulary_size=80)
    task = case.make(preprocessor=None, vocabulary_size=80)
    with pytest.raises(ValueError, match=message):
        task.preprocessor = type(case.make().preprocessor)(tiny.tokenizer())
    assert task.preprocessor is None


# === Copies ===
def test_a_copy_from_the_configuration(case):
    task = case.make()
    for model, changes in [
        (task.backbone, {}),
        (task, {"preprocessor": task.preprocessor}),
    ]:
        copy = type(model).from_config({**model.get_config(), **changes})
        copy.set_weights(model.get_weights())
        assert type(copy) is type(model)
        for mine, theirs in zip(copy.weights, model.weights, strict=True):
            np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))
