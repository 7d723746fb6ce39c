"""What is said to whoever asks for what there is not."""

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra.pretraining import run as run_module
from tests.pretraining.test_pretrainer import make
from tests.pretraining.test_run import Corpus, run


def test_a_mesh_without_the_axis():
    if keras.config.backend() != "jax":
        pytest.skip("Keras makes meshes on JAX only")
    mesh = keras.distribution.DeviceMesh(
        (1, 1), ["batch", "heads"], np.array(["cpu:0"])
    )
    with pytest.raises(ValueError, match="must be an axis.*'heads'"):
        keras_electra.layout_map(mesh)
    assert len(keras_electra.layout_map(mesh, model_axis="heads")) == 7


def test_a_model_cut_up_over_processes(tmp_path, monkeypatch):
    if keras.config.backend() != "jax":
        pytest.skip("Keras cuts models up on JAX only")
    model = make()
    mesh = keras.distribution.DeviceMesh((1, 1), ["batch", "model"])
    monkeypatch.setattr("jax.process_count", lambda: 2)
    monkeypatch.setattr(
        keras.distribution,
        "distribution",
        lambda: keras.distribution.ModelParallel(
            layout_map=keras_electra.layout_map(mesh)
        ),
    )
    with pytest.raises(ValueError, match="1 copies on 2 processes"):
        run(model, tmp_path)


def test_data_parallel_needs_pytorch_and_a_process_group():
    other = keras.config.backend() != "torch"
    match = "needs the PyTorch backend" if other else "needs a process group"
    with pytest.raises(RuntimeError, match=match):
        keras_electra.torch_data_parallel(make())


def test_a_batch_that_cannot_be_shared_out(tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "data_parts", lambda model: 3)
    with pytest.raises(ValueError, match="divisible.*batch_size=8"):
        run(make(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_fewer_validation_examples_than_devices(tmp_path, monkeypatch):
    class Few(Corpus):
        def __len__(self):
            return 3

    monkeypatch.setattr(run_module, "data_parts", lambda model: 4)
    with pytest.raises(ValueError, match="3 examples for 4 devices"):
        run(make(), tmp_path, validation_corpus=Few())
