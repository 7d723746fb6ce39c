"""Where the public classes live, and how KerasHub comes to know them.

`keras_hub.models.TextClassifier.from_preset(folder)` finds our classes only
once they are registered, that is, once their modules have been imported; those
modules import Keras, which `import keras_electra` must not. So the modules are
imported the moment `keras_hub` has been, by whoever needs it, or at once where
it already has been. The order of the two imports then makes no difference.
"""

import importlib
import sys
import threading

# One line a public class. To add a class, add it here and to `__init__.py`.
PUBLIC_CLASSES = {
    "ElectraAdamW": "keras_electra.optimizers.adamw",
    "ElectraBackbone": "keras_electra.backbone",
    "ElectraCausalLM": "keras_electra.tasks.causal_lm",
    "ElectraCausalLMPreprocessor": "keras_electra.preprocessors.causal_lm",
    "ElectraPretrainer": "keras_electra.pretraining.pretrainer",
    "ElectraQuestionAnswerer": "keras_electra.tasks.question_answerer",
    "ElectraQuestionAnswererPreprocessor": (
        "keras_electra.preprocessors.question_answerer"
    ),
    "ElectraLamb": "keras_electra.optimizers.lamb",
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
    "LinearWarmupDecay": "keras_electra.optimizers.linear_warmup_decay",
}

# Public names that Keras need not know, because no saved model holds them.
OTHER_NAMES = {
    "ElectraCorpus": "keras_electra.pretraining.corpus.corpus",
    "TrainingCheckpoints": "keras_electra.pretraining.run.checkpoints",
    "TrainingLog": "keras_electra.pretraining.run.training_log",
    "TrainingProgress": "keras_electra.pretraining.run.training_progress",
    "build_corpus": "keras_electra.pretraining.corpus.build_corpus",
    "layer_rate_multipliers": "keras_electra.optimizers.layer_decay",
    "layout_map": "keras_electra.distribution.layout_map",
    "make_generator": "keras_electra.pretraining.make_generator",
    "plot_curves": "keras_electra.pretraining.run.curves",
    "pretrain": "keras_electra.pretraining.run.run",
    "torch_data_parallel": "keras_electra.distribution.torch_data_parallel",
}

# Reached as `keras_electra.layers` and so on.
MODULES = ("converters", "layers", "losses", "presets", "runtime")


def load(name):
    """Imports the module of a public name and returns what it stands for.

    Args:
        name: string. A key of `PUBLIC_CLASSES` or `OTHER_NAMES`, or one of
            `MODULES`.

    Returns:
        The class, function or module.

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


def register():
    """Imports every module that defines a public class."""
    for module in PUBLIC_CLASSES.values():
        importlib.import_module(module)


def install():
    """Registers the public classes now, or as soon as KerasHub is imported."""
    if "keras_hub" in sys.modules:
        register()
    elif not any(isinstance(f, _RegisterAfterImport) for f in sys.meta_path):
        sys.meta_path.insert(0, _RegisterAfterImport())


class _RegisterAfterImport:
    """An import hook: `register` after the import that brought KerasHub in.

    That is `import keras_hub` itself, or one of our own modules, which imports
    KerasHub in its first lines. In the second case the module must be finished
    before others can import from it, so the outermost import is what counts.
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
        """Replaces `exec_module` of one loader, which serves one module."""
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
