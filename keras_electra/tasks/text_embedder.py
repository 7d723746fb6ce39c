"""Sentence embeddings."""

import keras
import keras_hub
import numpy as np

from keras_electra.argument_checks import check_choice
from keras_electra.array_checks import check_finite
from keras_electra.backbone import ElectraBackbone
from keras_electra.data.tf_dataset import assert_finite
from keras_electra.layers.sequence_pooling import ElectraSequencePooling
from keras_electra.postprocessing import embedding
from keras_electra.preprocessors.text_embedder import (
    ElectraTextEmbedderPreprocessor,
)
from keras_electra.tasks.task import TaskMixin
from keras_electra.text.raw_text import is_symbolic
from keras_electra.training.fine_tuning import fine_tuning_optimizer

# Ours to the mode of `ElectraSequencePooling`.
POOLINGS = {"mean": "mean", "cls": "first"}


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTextEmbedder(TaskMixin, keras_hub.models.TextEmbedder):
    """Sentence embeddings: the mean of the tokens' vectors, or that of [CLS].

    Checkpoints of sentence encoders in BERT's layout load too, and a folder
    of the sentence-transformers library says its own pooling.

    Args:
        backbone: `ElectraBackbone`.
        preprocessor: `ElectraTextEmbedderPreprocessor`, or `None` for a model
            that takes ready tensors only.
        pooling: string, default `"mean"`: over all tokens, [CLS] and [SEP]
            included; or `"cls"`.
        normalize: bool, default `False`. Whether vectors have length 1.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`. `fit`, `evaluate` and `predict` take raw texts too.

    Returns:
        float, `(B, D)`.

    Raises:
        ValueError: if `pooling` is unknown.

    Example:
    ```python
    embedder = keras_electra.ElectraTextEmbedder.from_preset(
        "electra_mini_sentiment_en"
    )
    vectors = embedder.embed(["Amazing food!", "Never again."])
    embedder.similarity(vectors, vectors)
    ```
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraTextEmbedderPreprocessor

    def __init__(
        self,
        backbone,
        preprocessor=None,
        pooling="mean",
        normalize=False,
        **kwargs,
    ):
        check_choice(POOLINGS, pooling=pooling)

        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.text_pooling = ElectraSequencePooling(
            POOLINGS[pooling],
            normalize=normalize,
            dtype=backbone.dtype_policy,
            name="text_pooling",
        )

        # === Functional Model ===
        inputs = backbone.input
        outputs = self.head_outputs(backbone(inputs), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.pooling = pooling
        self.normalize = normalize

    def head_outputs(self, x, inputs, training=None):
        return self.text_pooling(
            x, padding_mask=inputs["padding_mask"]
        )  # (B, D)

    def compile(self, optimizer="auto", loss="auto", *, metrics=None, **kwargs):
        """Configure training; every `"auto"` fits the task.

        Args:
            optimizer: `"auto"`: Adam with the fine-tuning rate of the paper,
                1e-4 (5e-5 for the large size), clipping at 1.
            loss: `"auto"`: cosine distance to given vectors, `(B, D)`, such
                as those of a larger model.
            metrics: as in Keras.
            **kwargs: other arguments of `keras.Model.compile`.
        """
        if optimizer == "auto":
            optimizer = fine_tuning_optimizer(self.backbone)
        if loss == "auto":
            loss = keras.losses.CosineSimilarity()
        super().compile(
            optimizer=optimizer, loss=loss, metrics=metrics, **kwargs
        )

    def embed(self, texts, batch_size=32):
        """The vectors of texts.

        Args:
            texts: a string, or a list of strings.
            batch_size: int, default `32`.

        Returns:
            float32 array: `(N, D)` for a list, `(D,)` for a string.

        Raises:
            ValueError: if the model has no preprocessor, or if something is
                not text.
        """
        return embedding.embed(self, texts, batch_size)

    def similarity(self, first, second):
        """How alike vectors are: the cosine of every pair.

        Args:
            first: float array, `(N, D)` or `(D,)`.
            second: float array, `(M, D)` or `(D,)`.

        Returns:
            float32 array, `(N, M)`, from -1 to 1; 0 for a vector of zeros.

        Raises:
            ValueError: if the widths differ, or a number is not finite.
        """
        first, second = (
            np.atleast_2d(np.asarray(x, "float32")) for x in (first, second)
        )
        if first.ndim != 2 or first.shape[-1:] != second.shape[-1:]:
            raise ValueError(
                "Vectors to compare must be equally wide, `(N, D)` and "
                f"`(M, D)`. Received: shapes {first.shape} and {second.shape}. "
                "Of texts, take `embed` first."
            )
        check_finite("first", first)
        check_finite("second", second)
        first, second = (
            x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)
            for x in (first, second)
        )
        return first @ second.T

    def _check_labels(self, y, x=None):
        if y is None:
            return None
        if is_symbolic(y):
            return assert_finite(y, "`y` must hold finite numbers.")
        y = keras.ops.convert_to_numpy(y)
        check_finite("y", y)
        return y

    def get_config(self):
        return {
            **super().get_config(),
            "pooling": self.pooling,
            "normalize": self.normalize,
        }
