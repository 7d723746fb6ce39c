"""Raw texts to the inputs of `ElectraReplacedTokenDetector`."""

import keras
import numpy as np

from keras_electra.backbone import ElectraBackbone
from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.preprocessors.tokenizing_preprocessor import (
    TokenizingPreprocessor,
)
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraReplacedTokenDetectorPreprocessor(
    PackingMixin, TokenizingPreprocessor
):
    """Texts, and a label for each of their tokens, for the detector.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer sequences are truncated; shorter ones are
            padded to the longest of their batch, rounded up to a bucket on JAX
            and TensorFlow.
        truncation: string, default `"longest_first"`. Which text of a pair is
            cut.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: a list of strings, `(B,)`.
        y: for each text a list with one label a token, the tokens that
            `tokenizer.tokenize` gives: 1 for a replaced one, 0 for an
            original one. `None` at prediction.
        sample_weight: float, `(B,)`. A weight for each text.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, T)`. With `y` a tuple of it and the labels, int32 `(B, T)`, -100
        at [CLS], [SEP] and padding, and of the weights if given.

    Raises:
        ValueError: if the labels of a text are not as many as its tokens.

    Example:
    ```python
    preprocessor = (
        keras_electra.ElectraReplacedTokenDetectorPreprocessor.from_preset(
            "electra_mini_sentiment_en"
        )
    )
    preprocessor(["the fox fake over"], y=[[0, 0, 1, 1, 0]])
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer

    def call(self, x, y=None, sample_weight=None):
        packed = super().call(x)
        if y is None:
            return packed
        labels = np.full(packed["token_ids"].shape, IGNORED_LABEL, "int32")
        counts = packed["padding_mask"].sum(axis=1) - 2  # [CLS] and [SEP]
        for row, (given, count) in enumerate(zip(y, counts, strict=True)):
            given = np.asarray(given)
            if (
                given.ndim != 1
                or not np.isin(given, (0, 1, IGNORED_LABEL)).all()
            ):
                raise ValueError(
                    "Labels of a text must be a list of 0, 1 or -100 "
                    f"(ignored). Received: {given} for text {row}."
                )
            truncated = count == self.sequence_length - 2 < len(given)
            if len(given) != count and not truncated:
                raise ValueError(
                    "There must be one label a token. Received: "
                    f"{len(given)} labels for the {count} tokens of text "
                    f"{row} of the batch. `tokenizer.tokenize` shows them."
                )
            labels[row, 1 : count + 1] = given[:count]
        return keras.utils.pack_x_y_sample_weight(packed, labels, sample_weight)
