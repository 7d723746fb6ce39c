"""The arrows of the architecture: who may import whom, and what only lazily.

Read from the source of the installed package, without importing it.
"""

import ast
import pathlib

import keras_electra

PACKAGE = pathlib.Path(keras_electra.__file__).parent

# For each module or folder of the package: what it does, and what it may import
# beside itself.
ARROWS = {
    "__init__": (
        "List the public names and load them when they are first used.",
        "backbone distribution optimizers preprocessors pretraining "
        "registration tasks tokenizer version",
    ),
    "argument_checks": (
        "Check arguments of constructors and functions.",
        "",
    ),
    "array_checks": (
        "Check the numbers in arrays; no Keras.",
        "",
    ),
    "atomic_folder": (
        "Replace a folder as a whole or not at all.",
        "",
    ),
    "backbone": (
        "The encoder as a functional model.",
        "argument_checks backbone_details layers model_mixin keras_internals",
    ),
    "backbone_details": (
        "Hidden states and attention maps.",
        "input_names layers",
    ),
    "cli": (
        "Parse a command, and call one function.",
        "atomic_folder converters exporters json_file presets pretraining "
        "registration version",
    ),
    "converters": (
        "Read and write checkpoints of other libraries.",
        "argument_checks atomic_folder json_file keras_internals "
        "preset_files presets quantization registration",
    ),
    "data": (
        "Turn what callers pass to `fit` and `predict` into checked batches.",
        "array_checks input_names keras_internals text tokenizer",
    ),
    "distribution": (
        "Train on many devices.",
        "",
    ),
    "exporters": (
        "Write a task in the formats of other runtimes, and verify it.",
        "atomic_folder data keras_internals registration runtime text "
        "tokenizer json_file",
    ),
    "hubs": (
        "Download from Hugging Face and Kaggle.",
        "",
    ),
    "ignored_label": (
        "Hold the label that losses skip.",
        "",
    ),
    "inference": (
        "Make `predict` fast: sorted batches and a traced forward pass.",
        "layers text",
    ),
    "input_names": (
        "Check the names of a model's inputs.",
        "",
    ),
    "json_file": (
        "Read small files with errors that name them.",
        "",
    ),
    "keras_internals": (
        "Private names of Keras and PyTorch.",
        "",
    ),
    "layers": (
        "Keras layers of the encoder and its heads.",
        "argument_checks",
    ),
    "losses": (
        "Losses that Keras does not have.",
        "ignored_label",
    ),
    "metrics": (
        "Scores of the field, and callbacks that compute them.",
        "argument_checks ignored_label preprocessors registration text",
    ),
    "model_mixin": (
        "What backbone and tasks share.",
        "converters preset_mixin resizing",
    ),
    "optimizers": (
        "Optimizers, schedules and layer-wise rates.",
        "argument_checks distribution keras_internals",
    ),
    "postprocessing": (
        "Turn logits into labels, entities and answers; no Keras.",
        "argument_checks array_checks text tokenizer",
    ),
    "preprocessors": (
        "Preprocessing layers, one for each task.",
        "argument_checks backbone data ignored_label preset_mixin text "
        "tokenizer",
    ),
    "preset_files": (
        "Check the files of a preset.",
        "json_file",
    ),
    "preset_mixin": (
        "`from_preset` and `save_to_preset`.",
        "atomic_folder converters keras_internals preset_files presets "
        "quantization registration resizing",
    ),
    "presets": (
        "Resolve a preset name, hub handle or path to a local folder.",
        "hubs json_file",
    ),
    "pretraining": (
        "Pre-train generator and discriminator, from raw text.",
        "argument_checks atomic_folder backbone distribution input_names "
        "json_file keras_internals losses optimizers tasks tokenizer "
        "training",
    ),
    "quantization": (
        "Save and load quantized layers.",
        "keras_internals",
    ),
    "registration": (
        "Map public names to modules.",
        "",
    ),
    "resizing": (
        "Add tokens to a model.",
        "argument_checks keras_internals",
    ),
    "runtime": (
        "Run exported models; no Keras.",
        "argument_checks input_names json_file postprocessing text tokenizer",
    ),
    "tasks": (
        "The task classes and what they share.",
        "argument_checks array_checks backbone converters data exporters "
        "ignored_label inference input_names keras_internals layers losses "
        "model_mixin postprocessing preprocessors resizing text tokenizer "
        "training",
    ),
    "text": (
        "Turn raw texts and labels into packed arrays; no Keras.",
        "ignored_label json_file tokenizer",
    ),
    "tokenizer": (
        "Turn text into ids, in Rust or in a TensorFlow graph.",
        "backbone json_file preset_mixin resizing registration",
    ),
    "training": (
        "Defaults for `compile`, and safeguards around `fit`.",
        "data ignored_label keras_internals losses",
    ),
    "version": (
        "Hold the version.",
        "",
    ),
}
ARROWS = {name: set(allowed.split()) for name, (_, allowed) in ARROWS.items()}

# Nothing here may import Keras, at the top of a module or in a function.
WITHOUT_KERAS = ("text", "postprocessing", "runtime")

# Packages that not every install has: where they may be imported, and even
# there only inside a function.
OPTIONAL = {
    "tensorflow": (
        "exporters/litert.py",
        "exporters/onnx.py",
        "exporters/saved_model.py",
        "exporters/text_endpoints.py",
        "distribution/tf_replicas.py",
        "data/tf_dataset.py",
        "tokenizer/in_graph/in_graph_tokenizer.py",
    ),
    "tensorflow_text": ("tokenizer/in_graph/in_graph_tokenizer.py",),
    "torch": None,
    "jax": None,
    "tf2onnx": ("exporters/onnx.py",),
    "onnx": ("exporters/onnx.py",),
    "onnx_ir": ("exporters/onnx_qkv_fusion.py", "exporters/onnx_rewrites.py"),
    "onnxscript": ("exporters/onnx_rewrites.py",),
    "onnxruntime": ("exporters/onnx.py",),
    "openvino": ("exporters/openvino.py",),
    "nncf": ("exporters/openvino.py",),
    "ai_edge_litert": (
        "exporters/litert.py",
        "runtime/litert_engine.py",
    ),
    "ai_edge_quantizer": ("exporters/litert.py",),
    "matplotlib": ("pretraining/run/curves.py",),
}
# These are made of such a package's classes: what is imported lazily are they.
LAZY = (
    "exporters/onnx_qkv_fusion.py",
    "exporters/onnx_rewrites.py",
    "exporters/torch_program.py",
)
FILE_LIMIT = 400


def sources():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")


def imports(text):
    """Yields (module, whether at the top level) for each import."""
    tree = ast.parse(text)
    top = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Try | ast.With):
            top.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in top
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node in top


def component(path):
    return path.split("/")[0].removesuffix(".py")


def test_arrows():
    wrong = []
    for path, text in sources():
        own = component(path)
        allowed = ARROWS.get(own)
        if allowed is None:
            wrong.append(f"{path}: {own} is not in the table of arrows")
            continue
        for module, _ in imports(text):
            package, _, rest = module.partition(".")
            if package != "keras_electra":
                continue
            other = rest.split(".")[0]
            if (PACKAGE / other).exists() or (PACKAGE / f"{other}.py").exists():
                if other not in {own, *allowed}:
                    wrong.append(f"{path} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_some_folders_do_without_keras():
    """Neither they nor any module that importing them loads."""
    loaded = {path: list(imports(text)) for path, text in sources()}
    reached = [p for p in loaded if component(p) in WITHOUT_KERAS]
    wrong = []
    for path in reached:  # Grows while it is walked.
        for module, at_top in loaded[path]:
            if module.split(".")[0] in ("keras", "keras_hub"):
                if at_top or component(path) in WITHOUT_KERAS:
                    wrong.append(f"{path} imports {module}")
            as_path = module.partition(".")[2].replace(".", "/")
            for parent in (as_path, as_path.rpartition("/")[0]):
                found = f"{parent}.py"
                if at_top and found in loaded and found not in reached:
                    reached.append(found)
    assert not wrong, "\n".join(wrong)


def test_optional_packages_are_imported_lazily():
    wrong = []
    for path, text in sources():
        for module, at_top in imports(text):
            package = module.split(".")[0]
            as_path = module.partition(".")[2].replace(".", "/") + ".py"
            if as_path in LAZY and at_top and path not in LAZY:
                wrong.append(f"{path} imports {module} at the top")
            if package not in OPTIONAL:
                continue
            if at_top and path not in LAZY:
                wrong.append(f"{path} imports {module} at the top")
            allowed = OPTIONAL[package]
            if allowed is not None and path not in allowed:
                wrong.append(f"{path} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_only_public_names_of_keras_and_keras_hub():
    wrong = [
        f"{path} imports {module}"
        for path, text in sources()
        for module, _ in imports(text)
        if module.startswith(("keras.src", "keras_hub.src"))
    ]
    assert not wrong, "\n".join(wrong)


def test_private_names_of_libraries_are_in_one_file():
    trees = {path: ast.parse(text) for path, text in sources()}
    nodes = [(path, n) for path, tree in trees.items() for n in ast.walk(tree)]
    own = {"_asdict", "_exit", "_fields", "_replace"}
    for _, node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Name):
            own.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(
            node.ctx, ast.Store
        ):
            if ast.unparse(node.value) in ("self", "cls", "model", "task"):
                own.add(node.attr)
    own -= {"_backend_update_step", "_maybe_symbolic_build"}
    wrong = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, node in nodes
        if path != "keras_internals.py"
        and isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr not in own
    ]
    assert not wrong, "\n".join(wrong)


def test_no_assert_statements():
    wrong = [
        f"{path}:{node.lineno}"
        for path, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assert)
    ]
    assert not wrong, "\n".join(wrong)


def test_files_stay_small():
    long = {
        path: lines
        for path, text in sources()
        if (lines := text.count("\n")) > FILE_LIMIT
    }
    assert not long


def is_record(node):
    """Whether a class is a dataclass or a named tuple: a row of a table."""
    parts = [ast.unparse(part) for part in node.decorator_list + node.bases]
    return any("dataclass" in part or "NamedTuple" in part for part in parts)


def test_one_public_class_a_file():
    wrong = {}
    for path, text in sources():
        names = [
            node.name
            for node in ast.parse(text).body
            if isinstance(node, ast.ClassDef)
            and not node.name.startswith("_")
            and not is_record(node)
        ]
        if len(names) > 1:
            wrong[path] = names
    assert not wrong


def test_no_module_is_a_junk_drawer():
    junk = {"utils", "common", "helpers", "manager", "misc"}
    wrong = [
        path
        for path, _ in sources()
        if junk & {part.removesuffix(".py") for part in path.split("/")}
    ]
    assert not wrong
