"""Optimizers, compared with their update rules in numpy."""

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraAdamW,
    ElectraLamb,
    ElectraTextClassifier,
    LinearWarmupDecay,
    layer_rate_multipliers,
)
from tests import tiny
from tests.pretraining.test_pretrainer import make, numpy_of

NAMES = [
    "embeddings/token_embedding/embeddings",
    "embeddings/layer_norm/gamma",
    "transformer_layer_0/output_dense/kernel",
    "transformer_layer_0/output_dense/bias",
    "logits/kernel",
]
SHAPES = [(4, 3), (3,), (3, 3), (3,), (3, 2)]
DECAYED = [True, False, True, False, True]


def variables(seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for path, shape in zip(NAMES, SHAPES, strict=True):
        *scopes, name = path.split("/")
        value = rng.normal(size=shape).astype("float32")
        with keras.name_scope(scopes[0]):
            if len(scopes) > 1:
                with keras.name_scope(scopes[1]):
                    made.append(keras.Variable(value, name=name))
            else:
                made.append(keras.Variable(value, name=name))
    assert [v.path for v in made] == NAMES
    return made


def gradients(step):
    rng = np.random.default_rng(100 + step)
    return [rng.normal(size=shape).astype("float32") for shape in SHAPES]


def rules_of_2020(weights, steps, rate, decay, clip, multipliers=(1.0,) * 5):
    """The update of `optimization.py`, transcribed; float64."""
    weights = [np.float64(w) for w in weights]
    m = [np.zeros_like(w) for w in weights]
    v = [np.zeros_like(w) for w in weights]
    for step in range(steps):
        grads = [np.float64(g) for g in gradients(step)]
        norm = np.sqrt(sum((g**2).sum() for g in grads))
        grads = [g * clip / max(norm, clip) for g in grads]
        for i, g in enumerate(grads):
            m[i] = 0.9 * m[i] + (1.0 - 0.9) * g
            v[i] = 0.999 * v[i] + (1.0 - 0.999) * g**2
            update = m[i] / (np.sqrt(v[i]) + 1e-6)
            if DECAYED[i]:
                update = update + decay * weights[i]
            weights[i] = weights[i] - rate(step) * multipliers[i] * update
    return weights


def run(optimizer, steps=6):
    weights = variables()
    before = [w.numpy() for w in weights]
    for step in range(steps):
        grads = [keras.ops.convert_to_tensor(g) for g in gradients(step)]
        optimizer.apply(grads, weights)
    after = [keras.ops.convert_to_numpy(w.value) for w in weights]
    return before, after


def assert_close(got, wanted):
    for name, a, b in zip(NAMES, got, wanted, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6, rtol=0, err_msg=name)


def test_rules_of_the_2020_code():
    schedule = LinearWarmupDecay(0.1, 10, warmup_steps=3)
    before, after = run(ElectraAdamW(schedule, weight_decay=0.3))
    wanted = rules_of_2020(
        before,
        6,
        lambda step: 0.1 * (1 - step / 10) * min(1, step / 3),
        decay=0.3,
        clip=1.0,
    )
    assert_close(after, wanted)


def test_rate_multipliers():
    optimizer = ElectraAdamW(
        0.1,
        weight_decay=0.3,
        rate_multipliers={"^embeddings/": 0.25, "/output_dense/": 0.5},
    )
    before, after = run(optimizer)
    wanted = rules_of_2020(
        before, 6, lambda step: 0.1, 0.3, 1.0, (0.25, 0.25, 0.5, 0.5, 1.0)
    )
    assert_close(after, wanted)


def test_what_decays_in_a_pretrainer():
    """All but LayerNorms and biases, as in the 2020 code; both towers."""
    model = make(compile=False)
    optimizer = ElectraAdamW(0.5, weight_decay=0.5)
    optimizer.build(model.trainable_variables)
    before = [numpy_of(v) for v in model.trainable_variables]
    optimizer.apply([keras.ops.zeros(v.shape) for v in before])
    spared = set()
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.LayerNormalization):
            spared |= {id(v) for v in layer.trainable_variables}
        for name in ("bias", "output_bias"):
            spared.add(id(getattr(layer, name, None)))
    left = 0
    for variable, old in zip(model.trainable_variables, before, strict=True):
        left += id(variable) in spared
        share = 1.0 if id(variable) in spared else 0.75
        np.testing.assert_allclose(
            numpy_of(variable), share * old, atol=1e-6, err_msg=variable.path
        )
    assert len(before) / 2 < left < len(before)


def test_every_variable_alone_gives_the_same(monkeypatch):
    """Without Keras' hook for all variables at once, as on other backends."""
    settings = {
        "bias_correction": True,
        "rate_multipliers": {"^embeddings/": 0.25},
    }
    _, together = run(ElectraAdamW(0.1, **settings))
    monkeypatch.setattr(
        ElectraAdamW,
        "_backend_update_step",
        keras.optimizers.Optimizer._backend_update_step,
    )
    _, alone = run(ElectraAdamW(0.1, **settings))
    assert_close(together, alone)


def test_bias_correction_is_that_of_torch():
    torch = pytest.importorskip("torch")
    before, after = run(
        ElectraAdamW(
            0.1, weight_decay=0.3, bias_correction=True, global_clipnorm=None
        )
    )
    tensors = [torch.nn.Parameter(torch.tensor(w)) for w in before]
    groups = [
        {"params": [tensor], "weight_decay": 0.3 * decayed}
        for tensor, decayed in zip(tensors, DECAYED, strict=True)
    ]
    peer = torch.optim.AdamW(groups, lr=0.1, eps=1e-6)
    for step in range(6):
        for tensor, grad in zip(tensors, gradients(step), strict=True):
            tensor.grad = torch.tensor(grad)
        peer.step()
    assert_close(after, [tensor.detach().numpy() for tensor in tensors])


def embedding_model(optimizer):
    ids = keras.Input((4,), dtype="int32")
    layer = keras.layers.Embedding(5, 2, name="embeddings")
    model = keras.Model(ids, layer(ids))
    layer.embeddings.assign(np.arange(10.0).reshape(5, 2))
    # Its gradient is what it is called with.
    model.compile(optimizer, lambda y_true, y_pred: y_true * y_pred * 8)
    return model, layer


IDS = np.array([[1, 1, 3, 1]])
TARGETS = np.array([[[1.0, 2.0]] * 4])


@pytest.mark.parametrize("clip", [None, 1.0])
@pytest.mark.parametrize("bias_correction", [False, True])
def test_rows_used_twice_and_accumulation(clip, bias_correction):
    after = []
    for accumulate, epochs in ((None, 1), (2, 2)):
        optimizer = ElectraAdamW(
            0.1,
            epsilon=1.0,
            bias_correction=bias_correction,
            global_clipnorm=clip,
            gradient_accumulation_steps=accumulate,
        )
        model, layer = embedding_model(optimizer)
        model.fit(IDS, TARGETS, epochs=epochs, verbose=0)
        after.append(keras.ops.convert_to_numpy(layer.embeddings.value))
    grad = np.zeros((5, 2))
    grad[1], grad[3] = [3, 6], [1, 2]
    if clip:
        grad /= np.sqrt((grad**2).sum())
    before = np.arange(10.0).reshape(5, 2)
    first, second = (1.0, 1.0) if bias_correction else (0.1, 0.001)
    update = first * grad / (np.sqrt(second * grad**2) + 1.0) + 0.01 * before
    for got in after:
        np.testing.assert_allclose(got, before - 0.1 * update, atol=2e-6)


def test_round_trip_with_state(tmp_path):
    optimizer = ElectraAdamW(
        LinearWarmupDecay(0.1, 10, 2),
        bias_correction=True,
        not_decayed=["x"],
        rate_multipliers={"embed": 0.5},
    )
    model, layer = embedding_model(optimizer)
    model.compile(optimizer, "mse")
    model.fit(IDS, TARGETS, epochs=3, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.optimizer.get_config() == optimizer.get_config()
    assert int(again.optimizer.iterations.numpy()) == 3
    for trained in (model, again):
        trained.fit(IDS, TARGETS, epochs=2, verbose=0)
    np.testing.assert_array_equal(
        again.get_weights()[0], layer.get_weights()[0]
    )


def test_scaled_losses():
    """As mixed float16 needs them: a wrapper calls the optimizer."""
    after = []
    for optimizer in (
        ElectraAdamW(0.1),
        keras.optimizers.LossScaleOptimizer(
            ElectraAdamW(0.1), initial_scale=8.0
        ),
    ):
        model, layer = embedding_model(optimizer)
        model.fit(IDS, TARGETS, verbose=0)
        after.append(layer.get_weights()[0])
    np.testing.assert_allclose(*after, atol=2e-6)


def test_lamb_leaves_norms_and_biases():
    optimizer = ElectraLamb(0.1, weight_decay=0.3)
    before, after = run(optimizer, steps=1)
    for i, (w, got) in enumerate(zip(before, after, strict=True)):
        norm = np.sqrt(sum((g**2).sum() for g in gradients(0)))
        g = gradients(0)[i] / max(norm, 1)
        w = w * (1 - 0.1 * 0.3) if DECAYED[i] else w
        u = g / (np.abs(g) + 1e-6)
        ratio = np.sqrt((w**2).sum() / (u**2).sum())
        np.testing.assert_allclose(got, w - 0.1 * ratio * u, atol=1e-4)
    again = ElectraLamb.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert_close(run(again, steps=1)[1], after)


def test_lamb_with_rows_used_twice():
    optimizer = ElectraLamb(0.1, weight_decay=0.0)
    model, layer = embedding_model(optimizer)
    model.fit(IDS, TARGETS, verbose=0)
    grad = np.zeros((5, 2))
    grad[1], grad[3] = [3, 6], [1, 2]
    grad /= np.sqrt((grad**2).sum())
    before = np.arange(10.0).reshape(5, 2)
    update = grad / (np.abs(grad) + 1e-6)
    ratio = np.sqrt((before**2).sum() / (update**2).sum())
    wanted = before - 0.1 * ratio * update
    got = keras.ops.convert_to_numpy(layer.embeddings.value)
    np.testing.assert_allclose(got, wanted, atol=1e-4)
    # The first update hangs on signs alone; the moments on the whole.
    moments = [keras.ops.convert_to_numpy(v) for v in optimizer.variables[-2:]]
    np.testing.assert_allclose(moments[0], 0.1 * grad, atol=1e-6)
    np.testing.assert_allclose(moments[1], 0.001 * grad**2, atol=1e-8)


@pytest.mark.parametrize(
    "arguments",
    [{"weight_decay": -0.1}, {"rate_multipliers": {"a": -1.0}}],
)
def test_refused(arguments):
    with pytest.raises(ValueError, match="must be at least 0. Received: [wr]"):
        ElectraAdamW(**arguments)


# === Layer by layer ===
@pytest.mark.parametrize(
    ("form", "powers"), [("as_published", (4, 3, 2)), ("as_stated", (3, 2, 1))]
)
def test_rates_of_layers(form, powers):
    task = ElectraTextClassifier(tiny.backbone(), num_classes=2)
    multipliers = layer_rate_multipliers(task, 0.5, form)
    optimizer = ElectraAdamW(1.0, 0.0, rate_multipliers=multipliers)
    task.compile(optimizer=optimizer)
    before = [w.numpy() for w in task.trainable_variables]
    optimizer.build(task.trainable_variables)
    rng = np.random.default_rng(0)
    optimizer.apply(
        [
            keras.ops.convert_to_tensor(rng.normal(size=w.shape), "float32")
            for w in before
        ]
    )
    # The first update of Adam is alike for all weights.
    size = 0.1 / np.sqrt(0.001)
    rates = {
        variable.path.split("/")[0]: np.median(
            np.abs(keras.ops.convert_to_numpy(variable.value) - w)
        )
        / size
        for variable, w in zip(task.trainable_variables, before, strict=True)
    }
    embeddings, low, high = (0.5**power for power in powers)
    wanted = {
        "embeddings": embeddings,
        "embeddings_projection": embeddings,
        "transformer_layer_0": low,
        "transformer_layer_1": high,
        "pooled_dense": 1.0,
        "logits": 1.0,
    }
    assert rates == pytest.approx(wanted, rel=0.02)


def test_rates_of_layers_refused():
    backbone = tiny.backbone(embedding_dim=16)
    found = layer_rate_multipliers(backbone, 0.8)
    assert "(^|/)embeddings/" in found and len(found) == 3
    with pytest.raises(ValueError, match="`rate` must be above 0"):
        layer_rate_multipliers(backbone, 0)
    with pytest.raises(ValueError, match="`form` must be one of"):
        layer_rate_multipliers(backbone, 0.8, "as_found")
    backbone.trainable = False
    with pytest.raises(ValueError, match="`model` must have trainable"):
        layer_rate_multipliers(backbone, 0.8)
