"""Raw texts to the inputs of `ElectraTextEmbedder`."""

import keras
import keras_hub

from keras_electra.backbone import ElectraBackbone
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTextEmbedderPreprocessor(
    PackingMixin, keras_hub.models.TextEmbedderPreprocessor
):
    """Texts, or pairs of texts, to the inputs of a text embedder.

    Arguments, call arguments, results and errors are those of
    `ElectraTextClassifierPreprocessor`.

    Example:
    ```python
    preprocessor = keras_electra.ElectraTextEmbedderPreprocessor.from_preset(
        "electra_mini_sentiment_en"
    )
    preprocessor(["Amazing food!", "Never again."])
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer
