"""Settings that make the suite fast; they change no result."""

import os

# Before any backend is imported: hundreds of tiny XLA programs are compiled,
# and optimizing them takes longer than running them.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
flags = os.environ.get("XLA_FLAGS", "")
if "backend_optimization_level" not in flags:
    os.environ["XLA_FLAGS"] = f"{flags} --xla_backend_optimization_level=0"
