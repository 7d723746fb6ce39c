"""What a task's encoder computes on the way, as Transformers returns it."""

import keras
import numpy as np
import pytest

from keras_electra import ElectraTextEmbedder
from tests import contracts, tiny
from tests.converters.checkpoints import (
    GOLDEN,
    TOLERANCE,
    difference,
    golden,
)
from tests.converters.test_huggingface import CLASSES, load, outputs

CASES = {case.name: case for case in contracts.cases()}
FOLDERS = [name for name in CLASSES if name != "backbone"]


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


def assert_close(mine, theirs):
    if isinstance(mine, dict):
        assert set(mine) == set(theirs)
        for key in mine:
            assert_close(mine[key], theirs[key])
    elif isinstance(mine, (list, tuple)):
        for ours, other in zip(mine, theirs, strict=True):
            assert_close(ours, other)
    else:
        np.testing.assert_allclose(
            numpy_of(mine), numpy_of(theirs), atol=TOLERANCE
        )


@pytest.fixture(scope="module", params=CASES)
def built(request):
    case = CASES[request.param]
    task = case.make(dropout=0.5, attention_dropout=0.5)
    x = tiny.inputs()
    if case.name == "multiple_choice":
        x = {name: np.stack([v, v[::-1]], axis=1) for name, v in x.items()}
    if case.name == "masked_lm":
        x["mask_positions"] = np.array([[1, 3], [2, 2], [0, 4]], "int32")
    return task, x


# === Every task ===
def test_outputs_are_those_of_the_task(built):
    task, x = built
    details = task.call_with_details(**x)
    assert_close(details.pop("outputs"), task(x))
    if x["token_ids"].ndim == 3:
        x = {name: value.reshape(-1, 8) for name, value in x.items()}
    x = {k: v for k, v in x.items() if k != "mask_positions"}
    assert_close(details, task.backbone.call_with_details(**x))


def test_defaults(built):
    task, x = built
    ids = x["token_ids"]
    x = {**x, "segment_ids": ids * 0, "padding_mask": ids * 0 + 1}
    rest = {k: v for k, v in x.items() if k == "mask_positions"}
    assert_close(
        task.call_with_details(ids, **rest)["outputs"],
        task.call_with_details(**x)["outputs"],
    )


def test_embeddings_and_positions(built):
    task, x = built
    words = numpy_of(task.backbone.token_embedding(x["token_ids"]))
    ids = x["token_ids"]
    places = ids * 0 + np.arange(ids.shape[-1], dtype="int32")
    rest = {k: v for k, v in x.items() if k != "token_ids"}
    expected = task.call_with_details(**x)["outputs"]
    found = task.call_with_details(
        input_embeddings=words, position_ids=places, **rest
    )
    assert_close(found["outputs"], expected)
    moved = task.call_with_details(**x, position_ids=places[..., ::-1].copy())
    gap = [
        np.abs(numpy_of(a) - numpy_of(b)).max()
        for a, b in zip(
            keras.tree.flatten(moved["outputs"]),
            keras.tree.flatten(expected),
            strict=True,
        )
    ]
    assert max(gap) > 1e-3


def test_dropout(built):
    task, x = built
    plain, first, second = (
        numpy_of(
            task.call_with_details(**x, training=training)["hidden_states"][-1]
        )
        for training in (False, True, True)
    )
    assert np.abs(plain - first).max() > 0.1
    assert np.abs(second - first).max() > 0.1


def test_a_functional_model_with_more_outputs(built):
    task, x = built
    view = keras.Model(
        task.input, task.call_with_details(**task.input, training=None)
    )
    # Keras casts floats among the inputs only.
    tensors = {k: keras.ops.convert_to_tensor(v) for k, v in x.items()}
    assert_close(view(tensors, training=False), task.call_with_details(**x))
    plain, dropped = (
        numpy_of(view(tensors, training=training)["hidden_states"][-1])
        for training in (False, True)
    )
    assert np.abs(plain - dropped).max() > 0.1


def test_a_head_drops_too():
    task = CASES["single_label"].make()
    x = tiny.inputs()
    for rate in (task.head_dropout, task.pooled_dropout):
        rate.rate = 0.9
    for layer in task.backbone._flatten_layers():
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    first, second = (
        numpy_of(task.call_with_details(**x, training=training)["outputs"])
        for training in (False, True)
    )
    assert np.abs(first - second).max() > 1e-3


def test_wrong_inputs(built):
    task, x = built
    with pytest.raises(TypeError, match="inputs of the task.*attention_mask"):
        task.call_with_details(**x, attention_mask=x["padding_mask"])
    with pytest.raises(ValueError, match="Exactly one of `token_ids`"):
        task.call_with_details()


# === Transformers ===
@pytest.mark.parametrize("name", FOLDERS)
def test_golden(name):
    model = load(GOLDEN / "hf" / name)
    numbers, inputs = golden("hf", name)
    details = model.call_with_details(**inputs)
    ours = keras.tree.flatten(details["outputs"])
    for mine, theirs in zip(ours, outputs(numbers), strict=True):
        assert difference(mine, theirs) < TOLERANCE
    for kind in ("hidden_states", "attentions", "cross_attentions"):
        if f"out_{kind}" in numbers:
            assert_close(details[kind], list(numbers[f"out_{kind}"]))


@pytest.mark.parametrize("name", FOLDERS)
def test_embeddings_positions_and_gradients(name):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    model = load(GOLDEN / "hf" / name)
    numbers, inputs = golden("hf", name)
    rng = np.random.default_rng(0)
    shape = inputs["token_ids"].shape
    table = numpy_of(model.backbone.token_embedding.embeddings)
    words = table[rng.integers(0, len(table), shape)]
    places = rng.integers(0, model.max_sequence_length, shape).astype("int32")
    config = transformers.ElectraConfig.from_pretrained(GOLDEN / "hf" / name)
    theirs = getattr(transformers, config.architectures[0]).from_pretrained(
        GOLDEN / "hf" / name, attn_implementation="eager"
    )
    given = torch.from_numpy(words).requires_grad_()
    extra = {
        key: torch.from_numpy(numbers[key])
        for key in numbers
        if key.startswith("encoder_")
    }
    output = theirs.eval()(
        inputs_embeds=given,
        position_ids=torch.from_numpy(places).long(),
        token_type_ids=torch.from_numpy(numbers["token_type_ids"]),
        attention_mask=torch.from_numpy(numbers["attention_mask"]),
        output_hidden_states=True,
        output_attentions=True,
        **extra,
    )
    logits = (
        [output.end_logits, output.start_logits]
        if "end_logits" in output
        else [output.logits]
    )
    sum((x * x).sum() for x in logits).backward()
    rest = {k: v for k, v in inputs.items() if k != "token_ids"}

    def call(words):
        return model.call_with_details(
            input_embeddings=words, position_ids=places, **rest
        )

    details = call(words)
    for mine, other in zip(
        keras.tree.flatten(details["outputs"]), logits, strict=True
    ):
        assert difference(mine, other.detach().numpy()) < TOLERANCE
    for kind in ("hidden_states", "attentions"):
        expected = [x.detach().numpy() for x in getattr(output, kind)]
        assert_close(details[kind], expected)
    found = gradient(call, words)
    expected = given.grad.numpy()
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-3)


def gradient(call, words):
    """Of the sum of squares of all outputs, with respect to `words`."""

    def loss(words):
        parts = keras.tree.flatten(call(words)["outputs"])
        return sum(keras.ops.sum(x * x) for x in parts)

    if keras.config.backend() == "torch":
        import torch

        words = torch.from_numpy(words).requires_grad_()
        loss(words).backward()
        return words.grad.numpy()
    if keras.config.backend() == "jax":
        import jax

        return np.asarray(jax.grad(loss)(jax.numpy.asarray(words)))
    import tensorflow as tf

    words = tf.constant(words)
    with tf.GradientTape() as tape:
        tape.watch(words)
        value = loss(words)
    return tape.gradient(value, words).numpy()


def test_an_embedder():
    numbers, inputs = golden("hf", "backbone")
    task = ElectraTextEmbedder.from_preset(GOLDEN / "hf" / "backbone")
    details = task.call_with_details(**inputs)
    mask = inputs["padding_mask"][..., None]
    states = numbers["out_last_hidden_state"]
    mean = (states * mask).sum(1) / mask.sum(1)
    assert difference(details["outputs"], mean) < TOLERANCE
    assert_close(details["hidden_states"], list(numbers["out_hidden_states"]))
