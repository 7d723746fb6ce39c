"""Settings that make the suite fast; they change no result."""

import os
import pathlib
import tempfile

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
    is_worker = hasattr(config, "workerinput")  # Of pytest-xdist.
    if path and not is_worker:
        config.pluginmanager.register(SkippedTests(path))


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
    """Writes the names of the tests and modules that were skipped."""

    def __init__(self, path):
        self.path = path
        self.names = []

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.names.append(report.nodeid)

    pytest_collectreport = pytest_runtest_logreport

    def pytest_sessionfinish(self):
        self.path.write_text("\n".join(self.names), "utf-8")
