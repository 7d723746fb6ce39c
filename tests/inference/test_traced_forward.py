"""On torch, `predict` runs a trace, which has to be the model at all times."""

import gc
import weakref

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraCausalLM,
    ElectraMaskedLM,
    ElectraMultipleChoice,
    ElectraQuestionAnswerer,
    ElectraTextClassifier,
)
from tests import tiny

pytestmark = pytest.mark.skipif(
    keras.config.backend() != "torch", reason="TracedForward is torch's"
)


def make():
    task = ElectraTextClassifier(tiny.backbone(), num_classes=2)
    return tiny.spread_weights(task, 0.3)


def train(task):
    task.fit(tiny.inputs(), np.array([0, 1, 0]), verbose=0)


def assign(task):
    task.weights[-2].assign(np.ones((16, 2), "float32"))


def replace_data(task):
    parameter = task.weights[-2].value
    parameter.data = parameter.data * 3 + 1


def load(task):
    task.set_weights([weight + 0.1 for weight in task.get_weights()])


def adapt(task):
    task.backbone.enable_lora(2)
    for weight in task.backbone.trainable_weights:
        weight.assign(np.full(weight.shape, 0.1, "float32"))


def change_activation(task):
    task.pooled_dense.activation = keras.activations.relu
    task.compile()


ACTIONS = [train, assign, replace_data, load, adapt, change_activation]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda f: f.__name__)
def test_predict_is_the_model_after(action):
    task, x = make(), tiny.inputs()
    before = task.predict(x, verbose=0)
    action(task)
    expected = keras.ops.convert_to_numpy(task(x))
    np.testing.assert_allclose(task.predict(x, verbose=0), expected, atol=1e-5)
    assert np.abs(expected - before).max() > 1e-4


def test_new_weights_need_no_new_trace():
    task, x = make(), tiny.inputs()
    task.predict(x, verbose=0)
    run = task._traced_forward._run
    train(task)
    task.predict(tiny.inputs(batch=1, length=1), verbose=0)
    assert task._traced_forward._run is run
    assert type(run).__module__.startswith("torch.jit")


def test_a_model_is_freed_with_its_weights():
    task = make()
    task.predict(tiny.inputs(), verbose=0)
    weight = weakref.ref(task.weights[0].value)
    del task
    keras.backend.clear_session()
    gc.collect()
    assert weight() is None


TASKS = {
    ElectraTextClassifier: {"num_classes": 2},
    ElectraMaskedLM: {},
    ElectraMultipleChoice: {},
    ElectraQuestionAnswerer: {},
}


@pytest.mark.parametrize("sizes", [{"num_segments": 1}, {"vocabulary_size": 1}])
@pytest.mark.parametrize("limit", [1, 3, 32])
@pytest.mark.parametrize("task", [*TASKS, ElectraCausalLM])
def test_the_smallest_models_are_traced(task, limit, sizes):
    decoder = task is ElectraCausalLM
    made = task(
        tiny.backbone(
            max_sequence_length=limit,
            is_decoder=decoder,
            add_cross_attention=decoder,
            **sizes,
        ),
        **TASKS.get(task, {}),
    )
    tiny.spread_weights(made, 0.3)
    ids = np.zeros((3, min(limit, 6)), "int32")
    x = {"token_ids": ids, "segment_ids": ids, "padding_mask": ids + 1}
    if task is ElectraMultipleChoice:
        x = {name: value[:, None] for name, value in x.items()}
    if task is ElectraMaskedLM:
        x["mask_positions"] = ids[:, :1]
    if decoder:
        states = np.random.default_rng(0).normal(size=(3, 5, 16))
        x["encoder_hidden_states"] = states.astype("float32")
        x["encoder_padding_mask"] = np.ones((3, 5), "int32")
    outputs = made.predict(x, verbose=0)  # A warning is an error here.
    keras.tree.map_structure(
        lambda ours, eager: np.testing.assert_allclose(
            ours, keras.ops.convert_to_numpy(eager), atol=1e-5
        ),
        outputs,
        made(x),
    )


@pytest.mark.parametrize("kind", [RuntimeError, IndexError, TypeError])
def test_a_model_that_cannot_be_traced_runs_eagerly(monkeypatch, kind):
    import torch

    def refuse(*args, **kwargs):
        raise kind("no traces today")

    task, x = make(), tiny.inputs()
    monkeypatch.setattr(torch.jit, "trace", refuse)
    with pytest.warns(UserWarning, match="cannot be traced.*no traces today"):
        output = task.predict(x, verbose=0)
    np.testing.assert_allclose(
        output, keras.ops.convert_to_numpy(task(x)), atol=1e-6
    )
