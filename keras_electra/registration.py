"""Table of public names, loaded on first use and registered with Keras.

`keras_hub.models.TextClassifier.from_preset(folder)` finds our classes only
after the modules that define them have been imported. Those modules import
Keras, which `import keras_electra` must not do. They are therefore imported
right after `keras_hub` is, or at once if it has been imported before; the two
packages can be imported in either order.
"""

import importlib
import sys
import threading

# Public classes that saved models refer to. To add a class, add it here and to
# `__init__.py`.
PUBLIC_CLASSES = {
    "ElectraAdamW": "keras_electra.optimizers",
    "ElectraBackbone": "keras_electra.backbone",
    "ElectraCausalLM": "keras_electra.tasks.causal_lm",
    "ElectraCausalLMPreprocessor": "keras_electra.preprocessors.causal_lm",
    "ElectraPretrainer": "keras_electra.pretraining.pretrainer",
    "ElectraQuestionAnswerer": "keras_electra.tasks.question_answerer",
    "ElectraQuestionAnswererPreprocessor": (
        "keras_electra.preprocessors.question_answerer"
    ),
    "ElectraLamb": "keras_electra.optimizers",
    "ElectraMaskedLM": "keras_electra.tasks.masked_lm",
    "ElectraMaskedLMPreprocessor": "keras_electra.preprocessors.masked_lm",
    "ElectraMultipleChoice": "keras_electra.tasks.multiple_choice",
    "ElectraMultipleChoicePreprocessor": (
        "keras_electra.preprocessors.multiple_choice"
    ),
    "ElectraReplacedTokenDetector": (
        "keras_electra.tasks.replaced_token_detector"
    ),
    "ElectraReplacedTokenDetectorPreprocessor": (
        "keras_electra.preprocessors.replaced_token_detector"
    ),
    "ElectraTextClassifier": "keras_electra.tasks.text_classifier",
    "ElectraTextClassifierPreprocessor": (
        "keras_electra.preprocessors.text_classifier"
    ),
    "ElectraTextEmbedder": "keras_electra.tasks.text_embedder",
    "ElectraTextEmbedderPreprocessor": (
        "keras_electra.preprocessors.text_embedder"
    ),
    "ElectraTokenClassifier": "keras_electra.tasks.token_classifier",
    "ElectraTokenClassifierPreprocessor": (
        "keras_electra.preprocessors.token_classifier"
    ),
    "ElectraTokenizer": "keras_electra.tokenizer.tokenizer",
    "LinearWarmupDecay": "keras_electra.optimizers",
}

# Public names that no saved model refers to.
OTHER_NAMES = {
    "ElectraCorpus": "keras_electra.pretraining.corpus.corpus",
    "TrainingCheckpoints": "keras_electra.pretraining.run.checkpoints",
    "TrainingLog": "keras_electra.pretraining.run.training_log",
    "TrainingProgress": "keras_electra.pretraining.run.training_progress",
    "build_corpus": "keras_electra.pretraining.corpus.build_corpus",
    "layer_rate_multipliers": "keras_electra.optimizers",
    "layout_map": "keras_electra.distribution",
    "make_generator": "keras_electra.pretraining.make_generator",
    "plot_curves": "keras_electra.pretraining.run.curves",
    "pretrain": "keras_electra.pretraining.run.pretrain",
    "read_documents": "keras_electra.pretraining.corpus.text_blocks",
    "torch_data_parallel": "keras_electra.distribution",
}

# Public packages and modules: `keras_electra.layers` and so on.
MODULES = (
    "converters",
    "distribution",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "presets",
    "runtime",
    "tokenizer",
)


def load(name):
    """Import the class, function or module of a name in the tables above.

    Raises:
        AttributeError: if there is no such public name.
    """
    if name in MODULES:
        return importlib.import_module(f"keras_electra.{name}")
    module = PUBLIC_CLASSES.get(name) or OTHER_NAMES.get(name)
    if module is None:
        raise AttributeError(
            f"module 'keras_electra' has no attribute {name!r}"
        )
    return getattr(importlib.import_module(module), name)


def lazy_names(package, modules):
    """Load the public names of a package on first use (PEP 562).

    For packages of which some modules import Keras and others must not. In a
    package that imports Keras anyway, plain imports do the same.

    Args:
        package: string. The `__name__` of the package.
        modules: dict from public name to the submodule that defines it. No
            submodule may have the name of a public name: importing it would
            hide that.

    Returns:
        A tuple to assign to `__all__, __getattr__, __dir__` of the package.
    """

    def load_name(name):
        if name not in modules:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}"
            )
        module = importlib.import_module(f"{package}.{modules[name]}")
        return getattr(module, name)

    def names():
        return sorted({*vars(sys.modules[package]), *modules})

    return list(modules), load_name, names


def register():
    """Import every module that defines a public class."""
    for module in PUBLIC_CLASSES.values():
        importlib.import_module(module)


def install():
    """Register the public classes now, or as soon as KerasHub is imported."""
    if "keras_hub" in sys.modules:
        register()
    elif not any(isinstance(f, _RegisterAfterImport) for f in sys.meta_path):
        sys.meta_path.insert(0, _RegisterAfterImport())


class _RegisterAfterImport:
    """Import hook that calls `register` after KerasHub has been imported.

    KerasHub is imported by `import keras_hub` or by one of our own modules. In
    the second case that module must be complete before others can import from
    it, so the hook waits for the outermost import.
    """

    def __init__(self):
        self._depth = threading.local()

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras_hub" and not fullname.startswith(
            "keras_electra."
        ):
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    self._watch(spec.loader)
                return spec
        return None

    def _watch(self, loader):
        """Replace `exec_module` of a loader, which serves a single module."""
        execute = loader.exec_module

        def execute_then_register(module):
            depth = getattr(self._depth, "value", 0)
            self._depth.value = depth + 1
            try:
                execute(module)
            finally:
                self._depth.value = depth
            if depth == 0 and "keras_hub" in sys.modules:
                if self in sys.meta_path:
                    sys.meta_path.remove(self)
                register()

        loader.exec_module = execute_then_register
