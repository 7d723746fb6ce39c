"""Masked language modeling."""

import keras
import keras_hub

from keras_electra.array_checks import describe
from keras_electra.backbone import ElectraBackbone
from keras_electra.data import raw_inputs, ready_inputs
from keras_electra.data.tf_dataset import assert_classes
from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.layers.head_layers import masked_lm_head
from keras_electra.postprocessing import mask_filling
from keras_electra.preprocessors.masked_lm import ElectraMaskedLMPreprocessor
from keras_electra.tasks.task import TaskMixin
from keras_electra.text.raw_text import is_symbolic
from keras_electra.training.ignored_labels import IgnoredLabelsMixin


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraMaskedLM(IgnoredLabelsMixin, TaskMixin, keras_hub.models.MaskedLM):
    """Masked language modeling, the task of ELECTRA's generator.

    `fit` and `evaluate` hide tokens of raw texts, other ones at every epoch.
    `predict` looks for [MASK] in them.

    Args:
        backbone: `ElectraBackbone`.
        preprocessor: `ElectraMaskedLMPreprocessor`, or `None` for a model
            that takes ready tensors only.
        tie_word_embeddings: bool, default `True`. Whether the output table is
            the backbone's token embedding, as in the paper; `False` gives the
            head one of its own, saved and trained beside it.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`, and `mask_positions`, int `(B, M)`. Where ready tensors
            are passed to `fit`, `evaluate` and `predict`, `mask_positions`
            defaults to every position, and labels, `(B, M)`, are -100 where
            nothing is to be learned.

    Returns:
        Logits, float, `(B, M, V)`.

    Example:
    ```python
    generator = keras_electra.ElectraMaskedLM.from_preset(
        "hf://google/electra-small-generator"
    )
    generator.fill_mask("the quick brown [MASK] jumps over the lazy dog")
    ```

    Reference: Clark et al., 2020, section 3.1. Checkpoint names:
    `generator_predictions.*`, `generator_lm_head.*` in Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraMaskedLMPreprocessor
    needs_labels = False

    def __init__(
        self, backbone, preprocessor=None, tie_word_embeddings=True, **kwargs
    ):
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.masked_lm_head = masked_lm_head(backbone, tie_word_embeddings)

        # === Functional Model ===
        positions = keras.Input((None,), dtype="int32", name="mask_positions")
        inputs = {**backbone.input, "mask_positions": positions}
        outputs = self.head_outputs(backbone(backbone.input), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.tie_word_embeddings = tie_word_embeddings

    @property
    def num_label_classes(self):
        """int. Tokens that `class_weight` knows."""
        return self.backbone.vocabulary_size

    def head_outputs(self, x, inputs, training=None):
        positions = inputs.get("mask_positions")
        return self.masked_lm_head(x, mask_positions=positions)  # (B, M, V)

    def call_at_every_position(
        self, token_ids, segment_ids=None, padding_mask=None
    ):
        """Predict every token, hidden or not, as Transformers' class does.

        Works on arrays, and on symbolic inputs to build a functional model.
        There is no dropout.

        Args:
            token_ids: int, `(B, T)`.
            segment_ids: int, `(B, T)`; `None` for all 0.
            padding_mask: int or bool, `(B, T)`; `None` for all 1.

        Returns:
            Logits, float, `(B, T, V)`.

        Example:
        ```python
        everywhere = keras.Model(
            masked_lm.backbone.input,
            masked_lm.call_at_every_position(**masked_lm.backbone.input),
        )
        ```
        """
        ones = keras.ops.ones_like(token_ids)
        inputs = {
            "token_ids": token_ids,
            "segment_ids": ones * 0 if segment_ids is None else segment_ids,
            "padding_mask": ones if padding_mask is None else padding_mask,
        }
        if not keras.utils.is_keras_tensor(
            token_ids
        ):  # Keras takes no mixture.
            inputs = keras.tree.map_structure(
                keras.ops.convert_to_tensor, inputs
            )
        return self.masked_lm_head(self.backbone(inputs, training=False))

    def fill_mask(self, texts, top_k=5, batch_size=32):
        """Guess masked tokens, as the fill-mask pipeline of Transformers.

        Args:
            texts: a string, or a list or other sequence of strings; each
                holds the tokenizer's mask token, `[MASK]`, at least once.
            top_k: int, default `5`. Guesses for each mask, best first.
            batch_size: int, default `32`.

        Returns:
            For a string with one mask, a list of `{"score", "token",
            "token_str", "sequence"}`: a probability, an id, its text, and the
            whole text with it. For a string with several masks, a list of
            such lists, one a mask; the other masks stay in `sequence`, with
            [CLS] and [SEP]. For a list of strings, a list of these.

        Raises:
            ValueError: if the model has no preprocessor, if a text has no
                mask token or one too far back, or if `top_k` is below 1.
        """
        return mask_filling.fill_mask(self, texts, top_k, batch_size)

    def preprocess_to_predict(self, x):
        if ready_inputs.are_ready(x):
            return super().preprocess_to_predict(x)
        raw_inputs.check_batch(x, None, self.input)
        inputs = self.preprocessor.find_masks(x)
        ready_inputs.check_length(inputs["token_ids"], self.backbone)
        return inputs

    def _check_ready(self, x):
        return ready_inputs.with_positions(x, super()._check_ready(x))

    def _check_labels(self, y, x=None):
        if y is None or x is None:
            return y  # Of raw texts: the preprocessor refuses them.
        positions, size = x["mask_positions"], self.backbone.vocabulary_size
        message = (
            f"Labels must be token ids in [0, {size}), or -100 (ignored), "
            f"one per masked position, shape {positions.shape}."
        )
        if is_symbolic(y):
            return assert_classes(y, size, message, IGNORED_LABEL, positions)
        y = keras.ops.convert_to_numpy(y)
        inside = (y == IGNORED_LABEL) | ((y >= 0) & (y < size))
        if y.shape != positions.shape or not inside.all():
            raise ValueError(f"{message} Received: {describe(y)}.")
        return y.astype("int32")

    def get_config(self):
        return {
            **super().get_config(),
            "tie_word_embeddings": self.tie_word_embeddings,
        }
