"""Private names of Keras and PyTorch still exist and do their work."""

import inspect

import keras
import numpy as np
import pytest

from keras_electra import keras_internals


def model():
    inner = keras.Sequential([keras.layers.Dense(2, name="inner")])
    return keras.Sequential([keras.Input((3,)), inner])


def only(backend):
    return pytest.mark.skipif(
        keras.config.backend() != backend, reason=f"{backend} only"
    )


def test_layers_are_found_at_any_depth():
    names = [layer.name for layer in keras_internals.flatten_layers(model())]
    assert "inner" in names


def test_evaluation_inside_fit_is_recognised():
    seen = []

    class Model(keras.Sequential):
        def evaluate(self, *args, **kwargs):
            seen.append(keras_internals.called_by_fit(kwargs))
            return super().evaluate(*args, **kwargs)

    watched = Model([keras.Input((3,)), keras.layers.Dense(1)])
    watched.compile("sgd", "mse")
    x, y = np.zeros((4, 3), "float32"), np.zeros((4, 1), "float32")
    watched.fit(x, y, validation_data=(x, y), verbose=0)
    watched.evaluate(x, y, verbose=0)
    assert seen == [True, False]


def test_a_variable_is_read_and_set():
    variable = keras.Variable([1.0, 2.0])
    other = keras.ops.convert_to_tensor([3.0, 4.0])
    if keras.config.backend() == "jax":  # Where it is used.
        keras_internals.set_value(variable, other)
        assert keras_internals.get_value(variable) is other
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(variable),
        keras.ops.convert_to_numpy(keras_internals.get_value(variable)),
    )


def test_optimizers_number_their_variables():
    dense = model()
    optimizer = keras.optimizers.SGD()
    optimizer.build(dense.trainable_variables)
    numbers = [
        keras_internals.variable_index(optimizer, variable)
        for variable in dense.trainable_variables
    ]
    assert numbers == [0, 1]


@only("torch")
def test_all_variables_are_updated_at_once():
    calls = []

    @keras_internals.updates_all_at_once
    class Optimizer(keras.optimizers.SGD):
        def update_all(self, gradients, variables, learning_rate):
            calls.append(len(variables))

    dense = model()
    dense.compile(Optimizer(), "mse")
    dense.fit(np.zeros((4, 3)), np.zeros((4, 2)), verbose=0)
    assert calls == [2]


@only("tensorflow")
@pytest.mark.parametrize("own", [False, True])
def test_the_data_set_of_an_iterator_is_replaced(own):
    import tensorflow as tf

    seen = []

    @keras_internals.replaces_iterator_dataset
    class Model(keras.Sequential):
        def prepare_dataset(self, dataset):
            seen.append(dataset)
            return dataset

    watched = Model([keras.Input((3,)), keras.layers.Dense(1)])
    watched.compile("sgd", "mse")
    x, y = np.zeros((4, 3), "float32"), np.zeros((4, 1), "float32")
    if own:
        data = tf.data.Dataset.from_tensors((x, y))
        watched.fit(data, shuffle=False, verbose=0)
    else:
        watched.fit(x, y, verbose=0)
    assert len(seen) == (0 if own else 1)


@only("torch")
def test_pytorch_has_the_fused_kernel():
    import torch

    weight, zero = torch.ones(2), torch.zeros(2)
    keras_internals.fused_adamw(
        [weight], [torch.ones(2)], [zero.clone()], [zero.clone()], [],
        [torch.ones(())], lr=torch.tensor(0.1), beta1=0.9, beta2=0.999,
        weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False,
    )  # fmt: skip
    np.testing.assert_allclose(weight.numpy(), 0.9, atol=1e-6)


def test_every_function_names_a_version():
    for value in vars(keras_internals).values():
        if inspect.isfunction(value):
            assert "(Keras 3." in value.__doc__ or "(torch " in value.__doc__
