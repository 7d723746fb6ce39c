"""Training on many devices gives the weights of one, in child processes."""

import os
import shutil
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

TOLERANCE = 1e-5


def start(folder, what, *hows, **environment):
    """A process that trains in all these ways."""
    return subprocess.Popen(
        [
            sys.executable, "-m", "tests.distribution.training",
            str(folder), what, *hows,
        ],
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            **environment,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def finish(*processes):
    for process in processes:
        _, errors = process.communicate(timeout=500)
        assert process.returncode == 0, errors[-3000:]


def start_two(folder, what, how):
    """The same in two processes that know of each other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {
        "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
    }  # fmt: skip
    return [
        start(folder, what, how, RANK=str(rank), **place) for rank in range(2)
    ]


def forget_last(run):
    """As if it had been killed after the checkpoint before."""
    folders = sorted((run / "checkpoints").iterdir())
    assert [path.name[-1] for path in folders] == ["6", "7"]
    shutil.rmtree(folders[-1])


def assert_equal(folder, one, many, tolerance=TOLERANCE):
    one, many = (np.load(folder / f"{name}.npz") for name in (one, many))
    assert set(one) == set(many) and len(one) > 60
    for name in one:
        np.testing.assert_allclose(
            many[name], one[name], rtol=0, atol=tolerance, err_msg=name
        )


def needs(backend):
    return pytest.mark.skipif(
        keras.config.backend() != backend, reason=f"{backend} only"
    )


@needs("jax")
def test_eight_devices_equal_one(tmp_path):
    finish(start(tmp_path, "fit", "one", "data", "model"))
    assert_equal(tmp_path, "one", "data")
    assert_equal(tmp_path, "one", "model")


@needs("jax")
@pytest.mark.slow
def test_a_run_on_eight_devices_equals_that_on_one(tmp_path):
    finish(start(tmp_path, "pretrain", "one", "data", "model"))
    assert_equal(tmp_path, "one", "data")
    assert_equal(tmp_path, "one", "model")


@needs("jax")
@pytest.mark.slow
@pytest.mark.parametrize("what", ["fit", "pretrain"])
def test_two_hosts_equal_one(tmp_path, what):
    finish(start(tmp_path, what, "one"))
    finish(*start_two(tmp_path, what, "hosts"))
    assert_equal(tmp_path, "hosts0", "hosts1", 0)
    assert_equal(tmp_path, "one", "hosts0")


@needs("tensorflow")
def test_two_replicas_equal_one(tmp_path):
    finish(start(tmp_path, "fit", "one", "mirrored"))
    assert_equal(tmp_path, "one", "mirrored")


@needs("tensorflow")
@pytest.mark.slow
def test_a_run_on_two_replicas_resumes_exactly(tmp_path):
    finish(start(tmp_path, "pretrain", "mirrored"))
    (tmp_path / "mirrored.npz").rename(tmp_path / "uncut.npz")
    forget_last(tmp_path / "mirrored")
    finish(start(tmp_path, "pretrain", "mirrored"))
    assert_equal(tmp_path, "uncut", "mirrored", 0)


@needs("torch")
def test_two_processes_equal_one(tmp_path):
    one = start(tmp_path, "fit", "one")
    finish(one, *start_two(tmp_path, "fit", "processes"))
    assert_equal(tmp_path, "processes0", "processes1", 0)
    assert_equal(tmp_path, "one", "processes0")


@needs("torch")
@pytest.mark.slow
def test_a_run_of_two_processes_resumes_exactly(tmp_path):
    finish(*start_two(tmp_path, "pretrain", "processes"))
    assert_equal(tmp_path, "processes0", "processes1", 0)
    for name in ("processes0", "processes1"):
        (tmp_path / f"{name}.npz").rename(tmp_path / f"uncut_{name}.npz")
    forget_last(tmp_path / "processes")
    finish(*start_two(tmp_path, "pretrain", "processes"))
    assert_equal(tmp_path, "uncut_processes0", "processes0", 0)
    rows = (tmp_path / "processes/log.jsonl").read_text().splitlines()
    assert len(rows) == 3  # One process writes.
