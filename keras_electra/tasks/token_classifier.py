"""Token classification: entities, chunks, parts of speech."""

import keras
import keras_hub

from keras_electra.array_checks import describe
from keras_electra.backbone import ElectraBackbone
from keras_electra.converters.constructor_arguments import refuse_foreign_names
from keras_electra.data.tf_dataset import assert_classes
from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.layers.head_layers import head_dense, head_dropout
from keras_electra.postprocessing import class_labels, tagging
from keras_electra.preprocessors.token_classifier import (
    ElectraTokenClassifierPreprocessor,
)
from keras_electra.tasks.task import TaskMixin
from keras_electra.text import label_alignment
from keras_electra.text.raw_text import is_symbolic
from keras_electra.text.words import are_words, as_words
from keras_electra.tokenizer.texts import as_column
from keras_electra.training.fine_tuning import fine_tuning_optimizer
from keras_electra.training.ignored_labels import IgnoredLabelsMixin


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTokenClassifier(
    IgnoredLabelsMixin, TaskMixin, keras_hub.models.Task
):
    """Named entities, chunks, parts of speech: a class for every token.

    Args:
        backbone: `ElectraBackbone`.
        num_classes: int. Classes, C. Default: the number of `class_names`.
        preprocessor: `ElectraTokenClassifierPreprocessor`, or `None` for a
            model that takes ready tensors only.
        class_names: list of C strings, saved with the model; for entities
            `O` and the tags of a scheme: `B-X` and `I-X`, with or without
            `E-X` and `S-X` (BIOES; also BILOU and BMES), or as suffixes, `X-B`
            and `X-I`. Default `LABEL_0`, `LABEL_1`, ...
        dropout: float. Rate in the head; default: the backbone's.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`. `fit`, `evaluate` and `predict` take raw texts and lists
            of words too, with one label, a name or an id, for each word.

    Returns:
        Logits, float, `(B, T, C)`. Where `padding_mask` is 0 they mean
        nothing.

    Raises:
        ValueError: if `num_classes` and `class_names` do not fit together.

    Example:
    ```python
    tagger = keras_electra.ElectraTokenClassifier.from_preset(
        "hf://google/electra-small-discriminator",
        class_names=["O", "B-PER", "I-PER"],
    )
    tagger.fit([["Ada", "Lovelace", "wrote"]], [["B-PER", "I-PER", "O"]])
    tagger.tag("Ada Lovelace wrote the first program.")
    ```

    Reference: Clark et al., 2020, appendix B. Checkpoint names: `classifier`
    in Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraTokenClassifierPreprocessor
    outputs_per_token = True

    def __init__(
        self,
        backbone,
        num_classes=None,
        preprocessor=None,
        class_names=None,
        dropout=None,
        **kwargs,
    ):
        refuse_foreign_names(kwargs)
        num_classes, class_names = class_labels.check_names(
            num_classes, class_names
        )

        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.head_dropout = head_dropout(backbone, dropout, name="head_dropout")
        self.logits_dense = head_dense(backbone, num_classes, name="logits")

        # === Functional Model ===
        inputs = backbone.input
        outputs = self.head_outputs(backbone(inputs), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.num_classes = num_classes
        self.class_names = class_names
        self.dropout = self.head_dropout.rate

    @property
    def num_label_classes(self):
        """int. Classes that `class_weight` knows."""
        return self.num_classes

    def head_outputs(self, x, inputs, training=None):
        return self.logits_dense(self.head_dropout(x, training=training))

    def default_optimizer(self):
        """Adam with the fine-tuning rate of the paper; clipping at 1."""
        return fine_tuning_optimizer(self.backbone)

    def tag(
        self,
        texts,
        aggregation="simple",
        stride=None,
        ignore_labels=("O",),
        batch_size=8,
    ):
        """Find entities, as the token-classification pipeline of Transformers.

        That pipeline knows the tags `B-X` and `I-X`. Other schemes that
        `class_names` may follow are grouped here as well.

        Args:
            texts: a string, a list of strings, or a list of lists of words,
                whose characters are those of the words with blanks between;
                or another sequence of these.
            aggregation: string, default `"simple"`: neighboring tokens of one
                kind are an entity. `"none"`: every token for itself. Or each
                word has one class first: that of its `"first"` piece, of the
                `"average"` of its pieces, or of the surest one, `"max"`.
            stride: int. Long texts are read in windows of the preprocessor's
                `sequence_length` that share so many pieces. By default texts
                are cut, as by the pipeline.
            ignore_labels: names, default `("O",)`. Classes and kinds of
                entities to leave out.
            batch_size: int, default `8`. Windows in one step; a processor is
                fastest with few, an accelerator with many.

        Returns:
            For a string, a list of entities `{"entity_group", "score",
            "word", "start", "end"}`: kind, probability, text, first character
            and the one after the last. With `"none"` of tokens `{"entity",
            "score", "index", "word", "start", "end"}`. For a list, a list of
            these.

        Raises:
            ValueError: if the model has no preprocessor, something is not
                text, `class_names` mix tag schemes, or an argument is not
                possible.
        """
        return tagging.tag(
            self, texts, aggregation, stride, ignore_labels, batch_size
        )

    @classmethod
    def from_config(cls, config):
        return super().from_config(class_labels.drop_other_names(config))

    def _as_columns(self, x):
        x = as_column(x)
        if are_words(x):
            return (as_words(x, "x"),)
        return super()._as_columns(x)

    def _check_labels(self, y, x=None):
        if y is None or (x is None and is_symbolic(y)):
            return y  # The preprocessor refuses texts inside a graph.
        if x is None:  # One a word.
            rows = label_alignment.label_ids(y, self.class_names)
            if getattr(self.preprocessor, "label_all_pieces", False):
                further = label_alignment.continued(self.class_names)
                rows = [
                    label_alignment.with_further(row, further) for row in rows
                ]
            return rows
        shape, count = x["token_ids"].shape, self.num_classes
        message = (
            f"Labels must be class ids in [0, {count}), or -100 (ignored), "
            f"one per token, shape {shape}."
        )
        if is_symbolic(y):
            return assert_classes(
                y, count, message, IGNORED_LABEL, x["token_ids"]
            )
        y = keras.ops.convert_to_numpy(y)
        fits = (y == IGNORED_LABEL) | ((y >= 0) & (y < count))
        if y.shape != shape or not fits.all():
            raise ValueError(f"{message} Received: {describe(y)}.")
        return y.astype("int32")

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "class_names": self.class_names,
            "dropout": self.dropout,
        }
