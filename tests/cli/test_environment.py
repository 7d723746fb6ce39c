import json
import warnings

import pytest

from keras_electra.cli import environment


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Fake the installed backends and the contents of `keras.json`."""

    def make(installed, configured=None, asked=None):
        monkeypatch.setattr(
            environment.importlib.util,
            "find_spec",
            lambda name: name if name in installed else None,
        )
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        if configured is not None:
            (tmp_path / "keras.json").write_text(configured)
        # Set first, so that later changes are undone.
        monkeypatch.setenv("KERAS_BACKEND", "")
        if asked:
            monkeypatch.setenv("KERAS_BACKEND", asked)
        else:
            monkeypatch.delenv("KERAS_BACKEND")

    return make


@pytest.mark.parametrize(
    ("installed", "configured", "asked", "chosen"),
    [
        (["tensorflow", "jax", "torch"], None, None, "tensorflow"),
        (["jax", "torch"], None, None, "jax"),
        (["torch"], {"backend": "tensorflow"}, None, "torch"),
        (["tensorflow", "torch"], {"backend": "torch"}, None, "torch"),
        (["tensorflow", "torch"], {}, None, "tensorflow"),
        (["tensorflow", "jax"], {"backend": "tensorflow"}, "jax", "jax"),
        ([], None, "openvino", "openvino"),
    ],
)
def test_backend(machine, installed, configured, asked, chosen):
    configured = None if configured is None else json.dumps(configured)
    machine(installed, configured, asked)
    environment.choose_backend()
    assert environment.os.environ["KERAS_BACKEND"] == chosen


def test_broken_settings_are_passed_over_as_keras_does(machine):
    machine(["jax"], "{")
    environment.choose_backend()
    assert environment.os.environ["KERAS_BACKEND"] == "jax"


def test_no_backend(machine):
    machine([])
    with pytest.raises(ImportError, match="none is installed"):
        environment.choose_backend()


def test_backend_that_is_not_installed(machine):
    machine(["torch"], asked="jax")
    with pytest.raises(
        ImportError, match="KERAS_BACKEND=jax; installed: torch"
    ):
        environment.choose_backend()


def test_warnings_are_one_line(monkeypatch, capsys, machine):
    machine(["jax"])
    monkeypatch.setattr("warnings.showwarning", warnings.showwarning)
    environment.prepare()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning("the head is random", UserWarning, "file.py", 1)
    assert capsys.readouterr().err == "warning: the head is random\n"


def test_import_noise_is_dropped_and_nothing_else(capfd):
    with environment.quiet_imports():
        for line in (
            b"WARNING: All log messages before absl::InitializeLog() is ...\n",
            b"I0000 00:00:1795442921.000038 7297 port.cc:153] oneDNN is on.\n",
            b"WARNING:absl:Failed to load jax profiler: No module named\n",
            b"E0000 00:00:1795442921.000038 7297 driver.cc:1] no device\n",
            b"Traceback\n",
        ):
            environment.os.write(2, line)
    environment.os.write(2, b"I0000 afterwards\n")
    assert capfd.readouterr().err == (
        "E0000 00:00:1795442921.000038 7297 driver.cc:1] no device\n"
        "Traceback\nI0000 afterwards\n"
    )
