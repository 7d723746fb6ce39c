"""Errors of distributed training."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

import keras_electra
from keras_electra.distribution.processes import data_parts
from keras_electra.pretraining.run import pretrain as run_module
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


@pytest.mark.parametrize(
    ("axes", "processes", "copies"),
    [
        (["batch"], [0, 0, 1, 1], 2),
        (["batch", "model"], [[0, 0], [0, 0], [1, 1], [1, 1]], 2),
        (["model", "batch"], [[0, 1], [0, 1]], 1),
        (["batch", "model"], [[0, 0, 1, 1]], None),  # One copy on both.
        (["model", "batch"], [[0, 0], [1, 1]], None),  # Two, each on both.
        (["batch"], [0, 0, 0, 1], None),  # Three here, one there.
    ],
)
def test_copies_over_processes(axes, processes, copies, monkeypatch):
    if keras.config.backend() != "jax":
        pytest.skip("Keras makes meshes on JAX only")
    devices = np.vectorize(lambda n: SimpleNamespace(process_index=n))(
        np.array(processes)
    )
    mesh = SimpleNamespace(
        axis_names=axes, backend_mesh=SimpleNamespace(devices=devices)
    )
    distribution = SimpleNamespace(device_mesh=mesh, batch_dim_name="batch")
    monkeypatch.setattr(
        keras.distribution, "distribution", lambda: distribution
    )
    if copies is not None:
        assert data_parts(None) == copies
        return
    with pytest.raises(ValueError, match="must be on the devices of one"):
        data_parts(None)


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
