"""Multiple choice."""

import keras
import keras_hub
import numpy as np

from keras_electra.argument_checks import check_bools
from keras_electra.array_checks import describe
from keras_electra.backbone import ElectraBackbone
from keras_electra.data import ready_inputs
from keras_electra.data.tf_dataset import assert_choice_labels
from keras_electra.layers.activations import get_activation
from keras_electra.layers.choice_scores import (
    PADDED_CHOICE,
    ElectraChoiceScores,
)
from keras_electra.layers.flatten_choices import ElectraFlattenChoices
from keras_electra.layers.head_layers import head_dense, head_dropout
from keras_electra.layers.sequence_pooling import ElectraSequencePooling
from keras_electra.postprocessing import choice_ranking
from keras_electra.preprocessors.multiple_choice import (
    ElectraMultipleChoicePreprocessor,
)
from keras_electra.tasks.task import TaskMixin
from keras_electra.text.choices import as_choices
from keras_electra.text.raw_text import is_symbolic
from keras_electra.training.fine_tuning import fine_tuning_optimizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraMultipleChoice(TaskMixin, keras_hub.models.Task):
    """Multiple choice: a score for each of any number of continuations.

    Args:
        backbone: `ElectraBackbone`.
        preprocessor: `ElectraMultipleChoicePreprocessor`, or `None` for a
            model that takes ready tensors only.
        summary_type: string, default `"first"`. The vector of a sequence:
            `"first"`, `"last"`, `"mean"` or `"cls_index"`; see
            `ElectraSequencePooling`.
        summary_projection: bool, default `True`. Whether a dense layer
            follows.
        summary_activation: string, default `"gelu"`: what follows that, any
            activation of the backbone or `"tanh"`; `None` for nothing.
        summary_dropout: float, default `0.1`. Rate after the activation.
        summary_first_dropout: float, default `0`. Rate before the projection.
        summary_counts_padding: bool, default `False`. Whether `"last"`,
            `"mean"` and `"cls_index"` take padding for tokens, as in
            Transformers, whose folders load with `True`. The score of a
            choice then depends on how far its batch is padded; texts are
            padded to the longest of the batch.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, C, T)`. `fit`, `evaluate` and `predict` take raw texts too.

    Returns:
        Logits, float, `(B, C)`; very low for a choice that is all padding.

    Raises:
        ValueError: if `summary_type` or `summary_activation` is unknown.

    Example:
    ```python
    model = keras_electra.ElectraMultipleChoice.from_preset("./my_preset")
    model.choose("The sky is", ["blue", "square", "loud"])
    ```

    Reference: checkpoint names `sequence_summary.summary` and `classifier` in
    Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraMultipleChoicePreprocessor
    always_pairs = True
    missing_output = PADDED_CHOICE

    def __init__(
        self,
        backbone,
        preprocessor=None,
        summary_type="first",
        summary_projection=True,
        summary_activation="gelu",
        summary_dropout=0.1,
        summary_first_dropout=0.0,
        summary_counts_padding=False,
        **kwargs,
    ):
        check_bools(summary_projection=summary_projection)
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        policy = {"dtype": backbone.dtype_policy}
        self.flatten_choices = ElectraFlattenChoices(
            dtype="int32", name="flatten_choices"
        )
        self.summary_pooling = ElectraSequencePooling(
            summary_type,
            summary_counts_padding,
            name="summary_pooling",
            **policy,
        )
        self.first_dropout = head_dropout(
            backbone, summary_first_dropout, name="summary_first_dropout"
        )
        self.summary_dense = None
        if summary_projection:
            self.summary_dense = head_dense(
                backbone, backbone.hidden_dim, name="summary_dense"
            )
        self.summary_activation_layer = keras.layers.Activation(
            _activation(summary_activation), name="summary_activation", **policy
        )
        self.last_dropout = head_dropout(
            backbone, summary_dropout, name="summary_dropout"
        )
        self.logits_dense = head_dense(backbone, 1, name="logits")
        self.choice_scores = ElectraChoiceScores(name="scores", **policy)

        # === Functional Model ===
        inputs = {
            name: keras.Input((None, None), dtype="int32", name=name)
            for name in backbone.input
        }
        flat = {name: self.flatten_choices(x) for name, x in inputs.items()}
        outputs = self.head_outputs(backbone(flat), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.summary_type = summary_type
        self.summary_projection = summary_projection
        self.summary_activation = summary_activation
        self.summary_dropout = summary_dropout
        self.summary_first_dropout = summary_first_dropout
        self.summary_counts_padding = summary_counts_padding

    def _encoder_rows(self, inputs):
        flatten = ElectraFlattenChoices(autocast=False)
        return {
            name: x if x is None else flatten(x) for name, x in inputs.items()
        }

    def head_outputs(self, x, inputs, training=None):
        mask = inputs["padding_mask"]
        x = self.summary_pooling(
            x, padding_mask=self.flatten_choices(mask)
        )  # (B * C, D)
        x = self.first_dropout(x, training=training)
        if self.summary_dense is not None:
            x = self.summary_dense(x)
        x = self.summary_activation_layer(x)
        x = self.last_dropout(x, training=training)
        return self.choice_scores(
            self.logits_dense(x), padding_mask=mask
        )  # (B, C)

    def compile(
        self, optimizer="auto", loss="auto", *, metrics="auto", **kwargs
    ):
        """Configure training; every `"auto"` fits the task.

        Args:
            optimizer: `"auto"`: Adam with the fine-tuning rate of the paper,
                1e-4 (5e-5 for the large size), clipping at 1.
            loss: `"auto"`: cross-entropy over the choices.
            metrics: `"auto"`: accuracy.
            **kwargs: other arguments of `keras.Model.compile`.
        """
        if optimizer == "auto":
            optimizer = fine_tuning_optimizer(self.backbone)
        if loss == "auto":
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if metrics == "auto":
            metrics = [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
        super().compile(
            optimizer=optimizer, loss=loss, metrics=metrics, **kwargs
        )

    def choose(self, prompt, choices, batch_size=32):
        """Say which choice fits best.

        Args:
            prompt: a string, or a list of strings.
            choices: list of at least two strings; a list of such lists for a
                list of prompts. They may differ in length.
            batch_size: int, default `32`.

        Returns:
            `{"choice", "index", "score", "scores"}`: the best choice, its
            number, its probability and those of all, in the order given. For
            a list of prompts, a list of these.

        Raises:
            ValueError: if the model has no preprocessor, if something is not
                text, or if there are fewer than two choices.
        """
        return choice_ranking.choose(self, prompt, choices, batch_size)

    def _pack_samples(self, x, y=None, sample_weight=None):
        batch = super()._pack_samples(x, y, sample_weight)
        if ready_inputs.are_ready(x) or not self.summary_counts_padding:
            return batch
        # Where padding counts, a batch is not rounded up to a bucket.
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        if not is_symbolic(x["padding_mask"]):
            used = np.flatnonzero(x["padding_mask"].any(axis=(0, 1)))
            x = {k: v[..., used[0] : used[-1] + 1] for k, v in x.items()}
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def _as_columns(self, x):
        return as_choices(x)

    def _check_ready(self, x):
        x = super()._check_ready(x)
        if isinstance(x, dict) and x["token_ids"].ndim != 3:
            raise ValueError(
                "`token_ids` of multiple choice must have three axes: "
                "examples, choices, tokens. Received: shape "
                f"{x['token_ids'].shape}."
            )
        return x

    def _check_labels(self, y, x=None):
        if y is None:
            return None
        if is_symbolic(y):
            if x is None:
                return y  # The preprocessor knows how many choices there are.
            return assert_choice_labels(y, x["token_ids"])
        y = keras.ops.convert_to_numpy(y)
        limit = x["token_ids"].shape[1] if x is not None else np.inf
        if y.dtype.kind not in "iu" or (
            y.size and not 0 <= y.min() <= y.max() < limit
        ):
            raise ValueError(
                "Labels must be the numbers of the right choices, integers "
                f"from 0 and below {limit}. Received: {describe(y)}."
            )
        return y

    def get_config(self):
        return {
            **super().get_config(),
            "summary_type": self.summary_type,
            "summary_projection": self.summary_projection,
            "summary_activation": self.summary_activation,
            "summary_dropout": self.summary_dropout,
            "summary_first_dropout": self.summary_first_dropout,
            "summary_counts_padding": self.summary_counts_padding,
        }


def _activation(name):
    if name is None:
        return keras.activations.linear
    return keras.activations.tanh if name == "tanh" else get_activation(name)
