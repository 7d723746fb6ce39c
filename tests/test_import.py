"""What imports cost, what they bring in, and that their order is free.

Each test starts its own interpreters: in this one everything is imported. Where
JAX is installed they do without TensorFlow, whose import takes seconds and
which nothing here is about.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys

import pytest

import keras_electra
from keras_electra import registration

HEAVY = ("keras", "keras_hub", "tensorflow", "jax", "torch", "numpy")
QUICK = importlib.util.find_spec("jax") is not None


def run_python(code):
    """Runs code in a new interpreter and returns the JSON it prints last."""
    environment = dict(os.environ)
    if QUICK:
        environment["KERAS_BACKEND"] = "jax"
        code = f"import sys\nsys.modules['tensorflow'] = None\n{code}"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def imported_by(code):
    return run_python(
        f"{code}\n"
        "import json, sys\n"
        f"print(json.dumps([m for m in {HEAVY} if sys.modules.get(m)]))"
    )


def test_importing_the_package_imports_nothing_heavy():
    assert imported_by("import keras_electra") == []


def test_modules_need_no_import_of_their_own():
    code = f"""
import json, keras_electra
missing = set({registration.MODULES}) - set(dir(keras_electra))
for name in {registration.MODULES}:
    getattr(keras_electra, name)
print(json.dumps(sorted(missing)))
"""
    assert run_python(code) == []


@pytest.mark.parametrize("package", ["distribution", "metrics", "optimizers"])
def test_packages_list_their_public_names(package):
    module = getattr(keras_electra, package)
    assert module.__all__ == sorted(module.__all__)
    for name in module.__all__:
        assert name in dir(module)
        assert callable(getattr(module, name))
    with pytest.raises(AttributeError, match="has no attribute 'Electric'"):
        _ = module.Electric


def test_scores_need_no_keras():
    code = "from keras_electra.metrics import entity_scores, squad_scores"
    assert imported_by(code) == []


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_command_line_answers_without_keras(option):
    code = (
        "import sys\n"
        "from keras_electra.cli import main\n"
        f"sys.argv = ['keras-electra', {option!r}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
    )
    assert imported_by(code) == []


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_command_line_answers_in_a_third_of_a_second(option):
    resource = pytest.importorskip("resource")
    command = [sys.executable, "-m", "keras_electra.cli", option]

    def answer():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(after[:2]) - sum(before[:2])

    # One thread that never waits: its processor time is how long it takes,
    # whatever else the machine has to do.
    assert statistics.median(answer() for _ in range(5)) < 0.3


def test_our_import_is_cheap_on_top_of_keras_hub():
    code = (
        "import json, time\n"
        "clock = time.process_time\n"
        "times = [clock()]\n"
        "import keras_hub\n"
        "times.append(clock())\n"
        "import keras_electra\n"
        "times.append(clock())\n"
        "import sys\n"
        "assert 'keras_electra.backbone' in sys.modules\n"
        "print(json.dumps(times))"
    )
    ratios = []
    for _ in range(3):
        start, middle, end = run_python(code)
        # A ratio, about 0.065: a busy processor takes its time for both.
        ratios.append((end - middle) / (middle - start))
        if ratios[-1] < 0.1:
            return
    pytest.fail(f"too slow each time: {ratios}")


@pytest.mark.parametrize(
    "imports",
    [
        "import keras_electra\nimport keras_hub",
        "import keras_hub\nimport keras_electra",
        "import keras_electra.backbone",
        "from keras_electra import ElectraTokenizer",
    ],
)
def test_classes_are_registered_in_either_order(imports):
    names = [f"keras_electra>{name}" for name in registration.PUBLIC_CLASSES]
    registered = run_python(
        f"{imports}\n"
        "import json, keras\n"
        "get = keras.saving.get_registered_object\n"
        f"print(json.dumps([n for n in {names} if get(n) is not None]))"
    )
    assert registered == names


def test_public_names_are_all_there():
    assert set(keras_electra.__all__) == {
        *registration.PUBLIC_CLASSES,
        *registration.OTHER_NAMES,
        "__version__",
    }
    for name in keras_electra.__all__:
        assert name in dir(keras_electra)
        assert getattr(keras_electra, name) is not None


def test_unknown_name():
    with pytest.raises(AttributeError, match="has no attribute 'Electric'"):
        _ = keras_electra.Electric
