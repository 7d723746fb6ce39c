"""ELECTRA for Keras 3, on TensorFlow, JAX and PyTorch.

Importing this package imports neither Keras nor a backend: public names are
loaded on first use, which keeps `keras-electra --help` fast.
"""

from typing import TYPE_CHECKING

from keras_electra import registration
from keras_electra.version import __version__

if TYPE_CHECKING:
    from keras_electra.backbone import ElectraBackbone
    from keras_electra.distribution import layout_map, torch_data_parallel
    from keras_electra.optimizers import (
        ElectraAdamW,
        ElectraLamb,
        LinearWarmupDecay,
        layer_rate_multipliers,
    )
    from keras_electra.preprocessors.causal_lm import (
        ElectraCausalLMPreprocessor,
    )
    from keras_electra.preprocessors.masked_lm import (
        ElectraMaskedLMPreprocessor,
    )
    from keras_electra.preprocessors.multiple_choice import (
        ElectraMultipleChoicePreprocessor,
    )
    from keras_electra.preprocessors.question_answerer import (
        ElectraQuestionAnswererPreprocessor,
    )
    from keras_electra.preprocessors.replaced_token_detector import (
        ElectraReplacedTokenDetectorPreprocessor,
    )
    from keras_electra.preprocessors.text_classifier import (
        ElectraTextClassifierPreprocessor,
    )
    from keras_electra.preprocessors.text_embedder import (
        ElectraTextEmbedderPreprocessor,
    )
    from keras_electra.preprocessors.token_classifier import (
        ElectraTokenClassifierPreprocessor,
    )
    from keras_electra.pretraining.corpus.build_corpus import build_corpus
    from keras_electra.pretraining.corpus.corpus import ElectraCorpus
    from keras_electra.pretraining.corpus.text_blocks import read_documents
    from keras_electra.pretraining.make_generator import make_generator
    from keras_electra.pretraining.pretrainer import ElectraPretrainer
    from keras_electra.pretraining.run.checkpoints import TrainingCheckpoints
    from keras_electra.pretraining.run.curves import plot_curves
    from keras_electra.pretraining.run.pretrain import pretrain
    from keras_electra.pretraining.run.training_log import TrainingLog
    from keras_electra.pretraining.run.training_progress import TrainingProgress
    from keras_electra.tasks.causal_lm import ElectraCausalLM
    from keras_electra.tasks.masked_lm import ElectraMaskedLM
    from keras_electra.tasks.multiple_choice import ElectraMultipleChoice
    from keras_electra.tasks.question_answerer import ElectraQuestionAnswerer
    from keras_electra.tasks.replaced_token_detector import (
        ElectraReplacedTokenDetector,
    )
    from keras_electra.tasks.text_classifier import ElectraTextClassifier
    from keras_electra.tasks.text_embedder import ElectraTextEmbedder
    from keras_electra.tasks.token_classifier import ElectraTokenClassifier
    from keras_electra.tokenizer.tokenizer import ElectraTokenizer

__all__ = [
    "ElectraAdamW",
    "ElectraBackbone",
    "ElectraCausalLM",
    "ElectraCausalLMPreprocessor",
    "ElectraCorpus",
    "ElectraLamb",
    "ElectraMaskedLM",
    "ElectraMaskedLMPreprocessor",
    "ElectraMultipleChoice",
    "ElectraMultipleChoicePreprocessor",
    "ElectraPretrainer",
    "ElectraQuestionAnswerer",
    "ElectraQuestionAnswererPreprocessor",
    "ElectraReplacedTokenDetector",
    "ElectraReplacedTokenDetectorPreprocessor",
    "ElectraTextClassifier",
    "ElectraTextClassifierPreprocessor",
    "ElectraTextEmbedder",
    "ElectraTextEmbedderPreprocessor",
    "ElectraTokenClassifier",
    "ElectraTokenClassifierPreprocessor",
    "ElectraTokenizer",
    "LinearWarmupDecay",
    "TrainingCheckpoints",
    "TrainingLog",
    "TrainingProgress",
    "__version__",
    "build_corpus",
    "layer_rate_multipliers",
    "layout_map",
    "make_generator",
    "plot_curves",
    "pretrain",
    "read_documents",
    "torch_data_parallel",
]


def __getattr__(name):
    return registration.load(name)


def __dir__():
    return sorted({*globals(), *__all__, *registration.MODULES})


registration.install()
