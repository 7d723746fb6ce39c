"""Everything that has to pass: `pip install nox && nox`.

    nox                      all of it
    nox -s lint              ruff, check and format
    nox -s tests             the suite on every backend
    nox -s tests -- torch    one step: tensorflow, torch or jax

The suite runs against the built wheel, from a folder that holds the tests but
not the package, so that a file missing from the wheel is a failure. Arguments
that name no step go to pytest: `nox -s tests -- jax -k tokenizer`.

On JAX the suite runs with TensorFlow and PyTorch uninstalled, as many have it
there, and then, with both back, what was skipped for want of them.
"""

import pathlib
import re
import shutil
import tempfile

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2024.4.15"
nox.options.reuse_venv = "yes"
nox.options.stop_on_first_error = False
nox.options.error_on_missing_interpreters = True

ROOT = pathlib.Path(__file__).parent
BACKENDS = ("tensorflow", "torch", "jax")
WITHOUT = ("tensorflow-text", "tensorflow", "torch")
# What the tests read, beside themselves.
TEST_FILES = (
    "tests",
    "guides",
    "docs",
    "README.md",
    "pyproject.toml",
)


@nox.session
def lint(session):
    """Style: `ruff check` and `ruff format --check`."""
    session.install("-c", "constraints.txt", "ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def tests(session):
    """The suite on TensorFlow, PyTorch and JAX, guides included."""
    backends = [name for name in BACKENDS if name in session.posargs]
    options = [arg for arg in session.posargs if arg not in BACKENDS]
    _install_all(session)
    _run_suites(session, backends or BACKENDS, options)


def _install_all(session):
    # First and alone: asked for by this exact version, pip takes a CPU build
    # where one is on offer; as a dependency it brings gigabytes of CUDA.
    session.install(f"torch=={_pinned('torch')}")
    _install_wheel(session, "jax,torch,export,test")


def _pinned(package):
    """Returns the version of a package in `constraints.txt`."""
    text = (ROOT / "constraints.txt").read_text()
    return re.search(rf"^{package}==(\S+)$", text, re.MULTILINE)[1]


def _install_wheel(session, extras):
    """Builds the wheel and installs it with the pinned dependencies."""
    folder = session.create_tmp()
    for old in pathlib.Path(folder).glob("*.whl"):
        old.unlink()
    session.run("pip", "wheel", "-q", "--no-deps", "-w", folder, str(ROOT))
    (wheel,) = pathlib.Path(folder).glob("*.whl")
    session.install("-c", "constraints.txt", f"{wheel}[{extras}]")
    # A reused environment may hold an older build of the same version.
    session.install("--no-deps", "--force-reinstall", str(wheel))


def _run_suites(session, backends, options):
    """Runs every suite, also after one has failed, and names those that did."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="keras-electra-") as name:
        folder = pathlib.Path(name)
        for entry in TEST_FILES:
            source = ROOT / entry
            if source.is_dir():
                shutil.copytree(source, folder / entry)
            elif source.exists():
                shutil.copy(source, folder / entry)
        session.chdir(folder)
        for backend in backends:
            if backend != "jax":
                if not _passes(session, folder, backend, options):
                    failed.append(backend)
                continue
            skipped = folder / "skipped.txt"
            session.run("pip", "uninstall", "-qy", *WITHOUT)
            list_skipped = [f"--list-skipped={skipped}", *options]
            if not _passes(session, folder, backend, list_skipped):
                failed.append("jax alone")
            session.chdir(ROOT)
            _install_all(session)
            session.chdir(folder)
            only_those = [f"--only-listed={skipped}", *options]
            # Of a part of the suite, nothing may have been skipped.
            if not _passes(session, folder, backend, only_those, none=True):
                failed.append("jax, what needs the others")
        session.chdir(ROOT)
    if failed:
        session.error(f"failed: {', '.join(failed)}")


def _passes(session, folder, backend, options, none=False):
    """Whether the suite, or the part that `options` ask for, passes."""
    session.log(f"The suite on {backend}, against the installed wheel")
    try:
        # Two processes: each comes to hold five gigabytes of compiled programs.
        session.run(
            "python", "-m", "pytest", "-q", "-rs", "--durations=60",
            "-n", "auto", "--maxprocesses", "2", "--dist", "worksteal",
            *options,
            env=_environment(folder, backend),
            success_codes=[0, 5] if none else [0],  # 5: there is no test.
        )  # fmt: skip
    except CommandFailed:
        return False
    return True


def _environment(folder, backend):
    return {
        "KERAS_BACKEND": backend,
        # Neither the user's Keras settings, nor modules from elsewhere, nor
        # the hubs: what passes here needs nothing outside the wheel.
        "KERAS_HOME": str(folder / "keras-home"),
        "PYTHONPATH": None,
        "HF_HUB_OFFLINE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
