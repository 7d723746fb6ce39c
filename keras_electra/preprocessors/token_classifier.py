"""Words or raw texts to the inputs of `ElectraTokenClassifier`."""

import keras
import numpy as np

from keras_electra.argument_checks import check_bools
from keras_electra.backbone import ElectraBackbone
from keras_electra.preprocessors.packing_mixin import PackingMixin, as_columns
from keras_electra.preprocessors.tokenizing_preprocessor import (
    TokenizingPreprocessor,
)
from keras_electra.text.label_alignment import align_labels
from keras_electra.text.packing import pack_with_offsets
from keras_electra.text.raw_text import is_symbolic
from keras_electra.text.truncation import length_buckets
from keras_electra.text.words import are_words, as_words, encode_words
from keras_electra.tokenizer.texts import as_texts
from keras_electra.tokenizer.tokenizer import ElectraTokenizer

_INPUTS = ("token_ids", "segment_ids", "padding_mask")


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTokenClassifierPreprocessor(PackingMixin, TokenizingPreprocessor):
    """Texts or lists of words, and a label for each word.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer sequences are truncated; shorter ones are
            padded to the longest of their batch, rounded up to a bucket on JAX
            and TensorFlow.
        truncation: string, default `"longest_first"`. Which text of a pair is
            cut.
        label_all_pieces: bool, default `False`. Whether all pieces of a word
            have its label, instead of the first alone.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: B texts: a list of strings, or of lists of words.
        y: for each text a list with one class id a word, -100 for words that
            do not count; the words of a string are what stands between white
            space. Or with two ids a word, for the first piece and for others.
        sample_weight: float, `(B,)`. A weight for each text.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, T)`. With `y` a tuple of it and the labels, int32 `(B, T)`, -100
        where there is none, and of the weights if given.

    Raises:
        ValueError: if the labels of a text are not as many as its words, or
            something is not text.

    Example:
    ```python
    preprocessor = keras_electra.ElectraTokenClassifierPreprocessor(tokenizer)
    preprocessor([["Ada", "met", "Charles"]], y=[[1, 0, 1]])
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer

    def __init__(
        self,
        tokenizer,
        sequence_length=None,
        truncation="longest_first",
        label_all_pieces=False,
        **kwargs,
    ):
        check_bools(label_all_pieces=label_all_pieces)
        super().__init__(
            tokenizer,
            sequence_length=sequence_length,
            truncation=truncation,
            **kwargs,
        )
        self.label_all_pieces = label_all_pieces

    def call(self, x, y=None, sample_weight=None):
        if y is None and not are_words(x):
            return super().call(x, None, sample_weight)
        if is_symbolic(x) or is_symbolic(y):
            raise ValueError(
                "Labels of words cannot be brought to their pieces inside a "
                "TensorFlow graph. Received: tensors of a graph. Pass lists, "
                "a grain data set or a `keras.utils.PyDataset`; or map this "
                "preprocessor over the data beforehand."
            )
        words = split_words(x)
        packed = self.pack_words(words)
        inputs = {name: packed[name] for name in _INPUTS}
        if y is not None:
            y = align_labels(
                packed["word_ids"],
                [len(row) for row in words],
                y,
                self.label_all_pieces,
            )
        return keras.utils.pack_x_y_sample_weight(inputs, y, sample_weight)

    def pack_words(self, words):
        """One row a text, cut to `sequence_length`.

        Args:
            words: list of B lists of strings.

        Returns:
            What `pack_with_offsets` makes.
        """
        return pack_with_offsets(
            self.tokenizer,
            words,
            sequence_length=self.sequence_length,
            buckets=length_buckets(),
        )

    def token_counts(self, texts, pairs=None):
        if not are_words(texts):
            return super().token_counts(texts, pairs)
        tables = encode_words(self.tokenizer.engine, as_words(texts))
        return np.array(
            [min(len(table), self.sequence_length) for table in tables]
        )

    def get_config(self):
        return {
            **super().get_config(),
            "label_all_pieces": self.label_all_pieces,
        }


def split_words(x):
    """Texts as lists of words.

    Args:
        x: B strings, or lists of words.

    Returns:
        list of B lists of strings.

    Raises:
        ValueError: if something is not text, or a pair of texts.
    """
    x = as_columns(x)
    if are_words(x):
        return as_words(x, "x")
    if isinstance(x, tuple) and len(x) > 1:
        raise ValueError(
            "Texts with labels of their words must be single ones, a list. "
            f"Received: a tuple of {len(x)}."
        )
    return [
        text.split()
        for text in as_texts(x[0] if isinstance(x, tuple) else x, "x")[0]
    ]
