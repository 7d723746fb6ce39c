"""Raw texts to the inputs of `ElectraTextClassifier`."""

import keras
import keras_hub

from keras_electra.backbone import ElectraBackbone
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTextClassifierPreprocessor(
    PackingMixin, keras_hub.models.TextClassifierPreprocessor
):
    """Texts, or pairs of texts, to the inputs of a text classifier.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer sequences are truncated; shorter ones are
            padded to the longest of their batch, rounded up to a bucket on JAX
            and TensorFlow, not to this length.
        truncation: string, default `"longest_first"`. Which text of a pair is
            cut: `"longest_first"`, `"only_first"` or `"only_second"`.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: a list of strings, a numpy array of them or a `tf.string` tensor,
            `(B,)`; for pairs a tuple of two of these.
        y: labels, passed on.
        sample_weight: weights, passed on.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, T)`; with labels, a tuple of it and them.

    Raises:
        ValueError: if something is not text.

    Example:
    ```python
    preprocessor = keras_electra.ElectraTextClassifierPreprocessor.from_preset(
        "electra_mini_sentiment_en"
    )
    preprocessor(["Amazing food!", "Never again."])
    preprocessor((["A question?"], ["An answer."]))
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer
