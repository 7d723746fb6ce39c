"""A backend that is installed, and quiet logs: before Keras is imported."""

import contextlib
import importlib.util
import json
import os
import pathlib
import re
import sys
import warnings

# Keras' own order of preference.
BACKENDS = ("tensorflow", "jax", "torch")
# What TensorFlow's C++ code writes while it is imported: information and
# warnings about the machine, and that nobody has set up its log yet. The last
# one is grain's, where JAX is not installed.
IMPORT_LOG = re.compile(
    rb"(WARNING: All log messages before absl::InitializeLog|"
    rb"[IW]\d{4} |To enable the following instructions|"
    rb"WARNING:absl:Failed to load jax profiler)[^\n]*\n?"
)


def prepare():
    """Chooses the backend and quiets the libraries' logs.

    Raises:
        ImportError: if no backend is installed, or not the one asked for.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.showwarning = _show_warning
    choose_backend()


@contextlib.contextmanager
def quiet_imports():
    """Keeps what libraries log when they are imported off the terminal.

    TensorFlow reads its setting for that only later, so standard error goes to
    a file meanwhile; all but those lines comes out of it again at the end.
    """
    import tempfile

    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            log.seek(0)
            for line in log:
                if not IMPORT_LOG.fullmatch(line):
                    os.write(2, line)


def choose_backend():
    """Sets `KERAS_BACKEND` where the user has not, to one that is installed.

    Keras itself takes TensorFlow without looking whether it is there. In
    order: the variable, the user's Keras settings, whatever is installed.

    Raises:
        ImportError: if no backend is installed, or not the one asked for.
    """
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    asked = os.environ.get("KERAS_BACKEND")
    if asked in BACKENDS and asked not in installed:
        raise ImportError(
            f"`KERAS_BACKEND` must name an installed backend. Received: "
            f"KERAS_BACKEND={asked}; installed: {', '.join(installed)}. "
            f"Install {asked} or change the variable."
        )
    if asked:
        return
    if not installed:
        raise ImportError(
            "Keras needs TensorFlow, JAX or PyTorch, and none is installed. "
            "Install one, for instance: pip install jax"
        )
    preferred = _configured_backend()
    if preferred not in installed:
        preferred = installed[0]
    os.environ["KERAS_BACKEND"] = preferred


def _configured_backend():
    """Returns the backend of the user's `keras.json`, if there is one."""
    home = os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras"
    path = pathlib.Path(home) / "keras.json"
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text()).get("backend")
    except ValueError:
        # Keras, too, goes on with its defaults.
        return None


def _show_warning(message, category, filename, lineno, file=None, line=None):
    print(f"warning: {message}", file=file or sys.stderr)
