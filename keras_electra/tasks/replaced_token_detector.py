"""Replaced token detection."""

import keras
import keras_hub
import numpy as np
from keras import ops

from keras_electra.array_checks import describe
from keras_electra.backbone import ElectraBackbone
from keras_electra.data.tf_dataset import assert_classes
from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.layers.activations import get_activation
from keras_electra.layers.head_layers import head_dense
from keras_electra.losses import ReplacedTokenLoss, label_weights
from keras_electra.postprocessing import token_detection
from keras_electra.preprocessors.replaced_token_detector import (
    ElectraReplacedTokenDetectorPreprocessor,
)
from keras_electra.tasks.task import TaskMixin
from keras_electra.text.raw_text import is_symbolic
from keras_electra.training.default_compile import DefaultCompile


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraReplacedTokenDetector(
    DefaultCompile, TaskMixin, keras_hub.models.Task
):
    """Replaced token detection, the task ELECTRA is pre-trained on.

    Args:
        backbone: `ElectraBackbone`.
        preprocessor: `ElectraReplacedTokenDetectorPreprocessor`, or `None`
            for a model that takes ready tensors only.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`. `fit`, `evaluate` and `predict` take raw texts too.

    Returns:
        Logits, float, `(B, T)`; above 0 where a token seems replaced. Where
        `padding_mask` is 0 they mean nothing.

    Example:
    ```python
    detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
        "hf://google/electra-small-discriminator"
    )
    detector.detect("the quick brown fox fake over the lazy dog")
    ```

    Reference: Clark et al., 2020, section 3.1. Checkpoint names:
    `discriminator_predictions.*` in Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraReplacedTokenDetectorPreprocessor
    outputs_per_token = True
    label_kind = "token"
    num_label_classes = 2

    def __init__(self, backbone, preprocessor=None, **kwargs):
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.detector_dense = head_dense(
            backbone,
            backbone.hidden_dim,
            activation=get_activation(backbone.activation),
            name="detector_dense",
        )
        self.detector_logits = head_dense(backbone, 1, name="detector_logits")

        # === Functional Model ===
        inputs = backbone.input
        outputs = self.head_outputs(backbone(inputs), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

    def head_outputs(self, x, inputs, training=None):
        x = self.detector_dense(x)  # (B, T, D)
        with keras.RematScope(mode=None):  # See `head_layers.py`.
            return self.detector_logits(x)[..., 0]  # (B, T)

    def default_loss(self):
        """`ReplacedTokenLoss`."""
        return ReplacedTokenLoss()

    def default_weighted_metrics(self):
        """Area under the ROC curve, precision and recall.

        Few tokens are replaced, so accuracy says nothing.
        """
        return [
            keras.metrics.AUC(from_logits=True, name="auc"),
            keras.metrics.Precision(thresholds=0.0, name="precision"),
            keras.metrics.Recall(thresholds=0.0, name="recall"),
        ]

    def detect(self, texts, batch_size=32):
        """Say of every token how likely it was replaced.

        Args:
            texts: a string, or a list or other sequence of strings.
            batch_size: int, default `32`.

        Returns:
            For a string, a list with an entry a token: `{"token", "start",
            "end", "replaced"}`, characters of the text and a probability.
            For a list of strings, a list of these.

        Raises:
            ValueError: if the model has no preprocessor, or if something is
                not text.
        """
        return token_detection.detect(self, texts, batch_size)

    def _check_labels(self, y, x=None):
        if y is None or x is None:
            return y  # Of raw texts: the preprocessor knows their tokens.
        shape = x["token_ids"].shape
        message = (
            "Labels must be 0, 1 or -100 (ignored), one per token, shape "
            f"{shape}."
        )
        if is_symbolic(y):
            return assert_classes(y, 2, message, IGNORED_LABEL, x["token_ids"])
        y = keras.ops.convert_to_numpy(y)
        if y.shape != shape or not np.isin(y, (0, 1, IGNORED_LABEL)).all():
            raise ValueError(f"{message} Received: {describe(y)}.")
        return y.astype("int32")

    # Padding and ignored tokens count for nothing, however the data came.
    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        y, sample_weight = _counted(x, y, sample_weight)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        y, sample_weight = _counted(x, y, sample_weight)
        return super().compute_metrics(x, y, y_pred, sample_weight)


def _counted(x, y, sample_weight):
    """Labels of 0 and 1, and a weight a token, `(B, T)`."""
    counts = ops.logical_and(
        ops.cast(x["padding_mask"], "bool"), ops.not_equal(y, IGNORED_LABEL)
    )
    weights = label_weights(counts, sample_weight)
    return ops.cast(ops.equal(y, 1), "int32"), weights
