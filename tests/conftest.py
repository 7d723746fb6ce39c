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
# one reads: `pytest -n` has several, and nox runs the suite on JAX twice.
CACHE = pathlib.Path(tempfile.gettempdir()) / "keras-electra-tests-jax"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

# Tiny matrices gain nothing from a second thread, and processes side by side
# lose much by it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
