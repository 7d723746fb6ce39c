"""The arrows of the architecture: who may import whom, and what only lazily.

Read from the source of the installed package, without importing it.
"""

import ast
import pathlib

import keras_electra

PACKAGE = pathlib.Path(keras_electra.__file__).parent

# component: the components it may import, beside itself. A component is the
# first name below `keras_electra`.
ARROWS = {
    "__init__": {
        "backbone", "distribution", "optimizers", "preprocessors",
        "pretraining", "registration", "tasks", "tokenizer", "version",
    },
    "registration": set(),
    "version": set(),
    "atomic_folder": set(),
    "checks": set(),
    "hubs": set(),
    "ignored_label": set(),
    "losses": {"ignored_label"},
    "json_file": set(),
    "preset_files": {"json_file"},
    "presets": {"atomic_folder", "hubs", "json_file"},
    "preset_mixin": {
        "atomic_folder", "converters", "preset_files", "presets",
        "quantization", "registration", "resizing",
    },
    "quantization": set(),
    "resizing": set(),
    "model_mixin": {"converters", "preset_mixin", "resizing"},
    "layers": {"checks"},
    "metrics": {"ignored_label", "preprocessors"},
    "backbone": {
        "backbone_details", "checks", "layers", "model_mixin",
    },
    "backbone_details": {"input_names", "layers"},
    "input_names": set(),
    "tokenizer": {
        "atomic_folder", "backbone", "json_file", "preset_mixin", "resizing",
    },
    "preprocessors": {
        "backbone", "checks", "ignored_label", "json_file", "preset_mixin",
        "tokenizer",
    },
    "tasks": {
        "backbone", "checks", "converters", "exporters", "ignored_label",
        "input_names", "layers", "losses", "model_mixin", "preprocessors",
        "tokenizer",
    },
    # What serves exported models: no Keras, wherever it comes from.
    "runtime": {
        "checks", "input_names", "json_file", "preprocessors", "tasks",
        "tokenizer",
    },
    "exporters": {
        "atomic_folder", "preprocessors", "registration", "runtime",
        "tasks", "tokenizer",
    },
    "distribution": set(),
    "optimizers": {"distribution"},
    "pretraining": {
        "atomic_folder", "backbone", "checks", "distribution", "input_names",
        "json_file", "losses", "optimizers", "tasks", "tokenizer",
    },
    "converters": {
        "atomic_folder", "checks", "json_file", "preset_files", "presets",
        "quantization", "registration",
    },
    "cli": {
        "atomic_folder", "converters", "exporters", "json_file", "presets",
        "pretraining", "registration", "version",
    },
}  # fmt: skip

# Packages that not every install has: where they may be imported, and even
# there only inside a function.
OPTIONAL = {
    "tensorflow": (
        "exporters/litert.py",
        "exporters/onnx.py",
        "exporters/saved_model.py",
        "exporters/text_signature.py",
        "distribution/tf_replicas.py",
        "preprocessors/tf_dataset.py",
        "tokenizer/in_graph.py",
    ),
    "tensorflow_text": ("tokenizer/in_graph.py",),
    "torch": None,
    "jax": None,
    "tf2onnx": ("exporters/onnx.py",),
    "onnx": ("exporters/onnx.py",),
    "onnx_ir": ("exporters/onnx_projections.py", "exporters/onnx_rules.py"),
    "onnxscript": ("exporters/onnx_rules.py",),
    "onnxruntime": ("exporters/onnx.py",),
    "openvino": ("exporters/openvino.py",),
    "nncf": ("exporters/openvino.py",),
    "ai_edge_litert": (
        "exporters/litert_ranges.py",
        "runtime/litert_engine.py",
    ),
    "ai_edge_quantizer": ("exporters/litert_ranges.py",),
    "matplotlib": ("pretraining/curves.py",),
}
# These are made of such a package's classes: what is imported lazily are they.
LAZY = (
    "exporters/onnx_projections.py",
    "exporters/onnx_rules.py",
    "exporters/torch_program.py",
)
FILE_LIMIT = 300


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
