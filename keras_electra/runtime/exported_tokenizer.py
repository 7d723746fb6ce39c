"""The tokenizer of an exported model."""

from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.rust import RustEngine
from keras_electra.tokenizer.token_table import TokenTable


class ExportedTokenizer(TokenTable):
    """`ElectraTokenizer` without Keras."""

    def __init__(self, options, vocabulary):
        self.options = TokenizerOptions(**options)
        self._engine = RustEngine(self.options, vocabulary)
        self._set_special_tokens()

    def detokenize(
        self,
        inputs,
        skip_special_tokens=False,
        clean_up_tokenization_spaces=None,
    ):
        """See `ElectraTokenizer.detokenize`."""
        return self._detokenized(
            inputs, skip_special_tokens, clean_up_tokenization_spaces
        )
