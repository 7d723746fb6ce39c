"""Choose an installed backend, and import Keras without its logs."""

import contextlib
import importlib.util
import json
import os
import pathlib
import re
import sys
import warnings

# In the order that Keras prefers.
BACKENDS = ("tensorflow", "jax", "torch")
# Messages of TensorFlow's C++ code while it is imported, about the machine and
# its own log; and one of grain's if JAX is not installed.
IMPORT_LOG = re.compile(
    rb"(WARNING: All log messages before absl::InitializeLog|"
    rb"[IW]\d{4} |To enable the following instructions|"
    rb"WARNING:absl:Failed to load jax profiler)[^\n]*\n?"
)


def load(name):
    """Return a public name of the package, with a backend to run on."""
    prepare()
    package = importlib.import_module("keras_electra")
    with quiet_imports():
        return getattr(package, name)


def prepare():
    """Choose the backend and quiet the libraries' logs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.showwarning = _show_warning
    choose_backend()


@contextlib.contextmanager
def quiet_imports():
    """Keep messages that libraries log on import off the terminal.

    TensorFlow reads its log level too late for that. Standard error is sent to
    a file meanwhile, and everything else in it is printed at the end.
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
    """Set `KERAS_BACKEND`, unless it is set, to a backend that is installed.

    Keras itself takes TensorFlow even if it is not installed. In order: the
    variable, the user's Keras settings, any installed backend.
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
    """Return the backend of the user's `keras.json`, if there is one."""
    home = os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras"
    path = pathlib.Path(home) / "keras.json"
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text()).get("backend")
    except ValueError:
        # Keras uses its defaults in this case too.
        return None


def _show_warning(message, category, filename, lineno, file=None, line=None):
    print(f"warning: {message}", file=file or sys.stderr)


def load_preset(class_name, preset, ignore=None):
    """Load a preset as a public class, ignoring the tensors and keys named."""
    options = {"ignore": ignore} if ignore else {}
    return load(class_name).from_preset(preset, **options)
