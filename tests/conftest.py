"""Settings that make the suite fast; they change no result."""

import os
import pathlib
import tempfile

import pytest

# Before any backend is imported: hundreds of tiny XLA programs are compiled,
# and optimizing them takes longer than running them.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
flags = os.environ.get("XLA_FLAGS", "")
if "backend_optimization_level" not in flags:
    os.environ["XLA_FLAGS"] = f"{flags} --xla_backend_optimization_level=0"

# Many tests compile the same programs. What one process has compiled, the next
# one reads: `pytest -n` has several.
CACHE = pathlib.Path(tempfile.gettempdir()) / "keras-electra-tests-jax"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

# Tiny matrices gain nothing from a second thread, and processes side by side
# lose much by it.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser):
    group = parser.getgroup("skipped tests, as noxfile.py runs them again")
    for option, text in (
        ("--list-skipped", "write the names of skipped tests to this file"),
        ("--only-listed", "run only the tests that this file names"),
    ):
        group.addoption(option, metavar="FILE", type=pathlib.Path, help=text)


def pytest_configure(config):
    path = config.getoption("--list-skipped")
    if path:
        config.pluginmanager.register(SkippedTests(path, config))


def pytest_collection_modifyitems(config, items):
    path = config.getoption("--only-listed")
    if path is None:
        return
    listed = set(path.read_text("utf-8").splitlines())
    # A skipped module is listed as such.
    items[:] = [
        item
        for item in items
        if listed & {node.nodeid for node in item.listchain()}
    ]


class SkippedTests:
    """Writes the names of the tests and modules that were skipped.

    Workers of pytest-xdist hand theirs to the process that started them. It
    gets reports too, but of two modules that are skipped by the same line of a
    third one only the first.
    """

    def __init__(self, path, config):
        self.path = path
        self.config = config
        self.names = set()

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.names.add(report.nodeid)

    pytest_collectreport = pytest_runtest_logreport

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        self.names.update(getattr(node, "workeroutput", {}).get("skipped", ()))

    def pytest_sessionfinish(self):
        names = sorted(self.names)
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["skipped"] = names
        else:
            self.path.write_text("\n".join(names), "utf-8")
