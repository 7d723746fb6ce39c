"""Base class of preprocessors that KerasHub has no class for."""

import keras_hub


class TokenizingPreprocessor(keras_hub.models.Preprocessor):
    """A preprocessor with a tokenizer, for tasks that KerasHub lacks.

    Args:
        tokenizer: `ElectraTokenizer`.
        **kwargs: other arguments of `keras.layers.Layer`.
    """

    def __init__(self, tokenizer, **kwargs):
        super().__init__(**kwargs)
        self.tokenizer = tokenizer
