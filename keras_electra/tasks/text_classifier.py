"""Classification and regression of texts and pairs of texts."""

import keras
import keras_hub
import numpy as np

from keras_electra.argument_checks import check_choice
from keras_electra.backbone import ElectraBackbone
from keras_electra.converters.constructor_arguments import refuse_foreign_names
from keras_electra.data.tf_dataset import (
    assert_classes,
    assert_finite,
    assert_range,
    class_ids,
)
from keras_electra.layers.activations import get_activation
from keras_electra.layers.head_layers import (
    check_head,
    head_dense,
    head_dropout,
)
from keras_electra.postprocessing import class_labels, classification
from keras_electra.preprocessors.text_classifier import (
    ElectraTextClassifierPreprocessor,
)
from keras_electra.tasks.task import TaskMixin
from keras_electra.text.raw_text import is_symbolic
from keras_electra.training.fine_tuning import fine_tuning_optimizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTextClassifier(TaskMixin, keras_hub.models.TextClassifier):
    """Classification of texts and of pairs of texts; regression.

    Args:
        backbone: `ElectraBackbone`.
        num_classes: int. Classes, C; 1 for regression. Default: the number of
            `class_names`.
        preprocessor: `ElectraTextClassifierPreprocessor`, or `None` for a
            model that takes ready tensors only.
        problem_type: string, default `"single_label"`. One class of C
            (softmax), `"multi_label"`: any of C (sigmoid), or `"regression"`:
            C numbers.
        class_names: list of C strings, saved with the model. Default
            `LABEL_0`, `LABEL_1`, ..., as in Transformers.
        dropout: float. Rate in the head; default: the backbone's.
        head: string, default `"dense"`: [CLS] -> dropout -> dense -> gelu ->
            dropout -> dense, as in Transformers; or `"2020"`: [CLS] -> dropout
            -> dense, as in the 2020 fine-tuning code.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`. `fit`, `evaluate` and `predict` take raw texts too.

    Returns:
        Logits, float, `(B, C)`.

    Raises:
        ValueError: if `num_classes`, `class_names` and `problem_type` do not
            fit together.

    Example:
    ```python
    classifier = keras_electra.ElectraTextClassifier.from_preset(
        "electra_mini_sentiment_en"
    )
    classifier.classify(["Amazing food!", "Never again."])
    classifier.fit(["Amazing food!", "Never again."], [1, 0], epochs=1)
    ```

    Reference: Clark et al., 2020, section 3.1. Checkpoint names:
    `classifier.dense` and `classifier.out_proj` in Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraTextClassifierPreprocessor

    def __init__(
        self,
        backbone,
        num_classes=None,
        preprocessor=None,
        problem_type="single_label",
        class_names=None,
        dropout=None,
        head="dense",
        **kwargs,
    ):
        check_choice(class_labels.PROBLEM_TYPES, problem_type=problem_type)
        check_head(head)
        refuse_foreign_names(kwargs)
        num_classes, class_names = class_labels.check_names(
            num_classes, class_names
        )

        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.head_dropout = head_dropout(backbone, dropout, name="head_dropout")
        self.pooled_dense = None
        if head == "dense":
            # As in Transformers, erf for every `activation` of the encoder.
            self.pooled_dense = head_dense(
                backbone,
                backbone.hidden_dim,
                activation=get_activation("gelu"),
                name="pooled_dense",
            )
            self.pooled_dropout = head_dropout(
                backbone, dropout, name="pooled_dropout"
            )
        self.logits_dense = head_dense(backbone, num_classes, name="logits")

        # === Functional Model ===
        inputs = backbone.input
        outputs = self.head_outputs(backbone(inputs), inputs)
        # KerasHub's class compiles in its constructor, and needs these then.
        self.problem_type = problem_type
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.num_classes = num_classes
        self.class_names = class_names
        self.dropout = self.head_dropout.rate
        self.head = head

    @property
    def num_label_classes(self):
        """int. Classes that `class_weight` knows, or `None`."""
        is_single = self.problem_type == "single_label"
        return self.num_classes if is_single else None

    def head_outputs(self, x, inputs, training=None):
        with keras.RematScope(mode=None):  # See `head_layers.py`.
            x = x[:, 0]  # (B, D)
        x = self.head_dropout(x, training=training)
        if self.pooled_dense is not None:
            x = self.pooled_dropout(self.pooled_dense(x), training=training)
        return self.logits_dense(x)  # (B, C)

    def compile(
        self, optimizer="auto", loss="auto", *, metrics="auto", **kwargs
    ):
        """Configure training; every `"auto"` fits the `problem_type`.

        Args:
            optimizer: `"auto"`: Adam with the fine-tuning rate of the paper,
                1e-4 (5e-5 for the large size), clipping at 1.
            loss: `"auto"`: cross-entropy, binary cross-entropy or mean
                squared error on logits.
            metrics: `"auto"`: accuracy, or root mean squared error.
            **kwargs: other arguments of `keras.Model.compile`.
        """
        auto_loss, auto_metrics = _objective(self.problem_type)
        # Another loss may want its labels in another form.
        self._checks_labels = loss == "auto"
        if optimizer == "auto":
            optimizer = fine_tuning_optimizer(self.backbone)
        super().compile(
            optimizer=optimizer,
            loss=auto_loss if loss == "auto" else loss,
            metrics=auto_metrics if metrics == "auto" else metrics,
            **kwargs,
        )

    def classify(self, texts, top_k=1, batch_size=32):
        """Label texts, as the text-classification pipeline of Transformers.

        Args:
            texts: a string, a list or other sequence of strings, or a tuple
                of two for pairs.
            top_k: int, default `1`; `None` for all classes. How many labels
                to give for each text, best first.
            batch_size: int, default `32`.

        Returns:
            For a list, one entry a text: `{"label", "score"}` where `top_k`
            is 1, otherwise a list of these, best first. For a single string,
            its entry. The score is a probability; for regression the number
            itself.

        Raises:
            ValueError: if the model has no preprocessor, or if something is
                not text.
        """
        return classification.classify(self, texts, top_k, batch_size)

    @classmethod
    def from_config(cls, config):
        return super().from_config(class_labels.drop_other_names(config))

    def _check_labels(self, y, x=None):
        if y is None:
            return None
        if is_symbolic(y):
            is_single = self.problem_type == "single_label"
            if is_single and y.dtype.name == "string":
                return class_ids(y, self.class_names)
            if is_single and self._checks_labels:
                if y.shape.rank is not None:
                    class_labels.check_single(tuple(y.shape))
                return assert_classes(
                    y,
                    self.num_classes,
                    f"Labels must lie in [0, {self.num_classes}), one for each "
                    f"of {self.class_names}.",
                )
            if self._checks_labels and self.problem_type == "multi_label":
                return assert_range(
                    y,
                    0,
                    1,
                    "Labels of a multi-label classifier must lie in [0, 1].",
                )
            if self.problem_type == "regression":
                if self._checks_labels:
                    y = assert_finite(
                        y, "Labels of a regression must be finite."
                    )
                # A column, as labels in memory are.
                return y[:, None] if len(y.shape) == 1 else y
            return y
        if not self._checks_labels:
            return np.asarray(y)
        return class_labels.check_labels(y, self.class_names, self.problem_type)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "problem_type": self.problem_type,
            "class_names": self.class_names,
            "dropout": self.dropout,
            "head": self.head,
        }


def _objective(problem_type):
    if problem_type == "single_label":
        return (
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        )
    if problem_type == "multi_label":
        return (
            keras.losses.BinaryCrossentropy(from_logits=True),
            # On logits, where a probability of 0.5 is 0.
            [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
        )
    return (
        keras.losses.MeanSquaredError(),
        [keras.metrics.RootMeanSquaredError(name="rmse")],
    )
