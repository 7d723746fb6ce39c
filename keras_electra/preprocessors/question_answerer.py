"""Questions and contexts to the inputs of `ElectraQuestionAnswerer`."""

import warnings

import keras

from keras_electra.argument_checks import is_integer
from keras_electra.backbone import ElectraBackbone
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.preprocessors.tokenizing_preprocessor import (
    TokenizingPreprocessor,
)
from keras_electra.text.answer_spans import character_spans, token_spans
from keras_electra.text.context_windows import windows_of
from keras_electra.text.packing import pack_with_offsets
from keras_electra.text.raw_text import is_symbolic, split_pair
from keras_electra.text.truncation import length_buckets
from keras_electra.tokenizer.texts import as_texts
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraQuestionAnswererPreprocessor(PackingMixin, TokenizingPreprocessor):
    """Questions and contexts, and where in these the answers are.

    Called, it makes one row of each question, whose context is cut where it
    is too long: what streams of batches need. `fit`, `evaluate` and `answer`
    of the task make overlapping windows of long contexts from lists.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `384`, or what the task's encoder takes if
            that is less. Tokens of a row, of a window.
        stride: int. Pieces that two windows of a context share. Default: 128,
            but no more than half of `sequence_length`, or half of the room
            that a long question leaves for the context.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: tuple of questions and contexts, each a list of strings, a numpy
            array of them or a `tf.string` tensor, `(B,)`.
        y: answers: for each question `{"text": [...], "answer_start":
            [...]}`, as data sets have it; a list of `{"text": ...,
            "answer_start": ...}`, as SQuAD's files have it; or `(start,
            end)`, the first character and the one after the last. The first
            answer counts. An empty list, `None` or (0, 0) is no answer.
        sample_weight: float, `(B,)`. A weight for each question.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, T)`. With `y` a tuple of it and a dict of `start` and `end`,
        int32 `(B,)`, first and last tokens; that of [CLS] where there is no
        answer, or not in the row, of which a warning tells.

    Raises:
        ValueError: if a question has no context, or an answer does not stand
            where it should.

    Example:
    ```python
    preprocessor = keras_electra.ElectraQuestionAnswererPreprocessor(tokenizer)
    preprocessor(
        (["Who jumps?"], ["The quick fox jumps."]),
        y=[{"text": ["fox"], "answer_start": [10]}],
    )
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer

    default_length = 384

    def __init__(
        self,
        tokenizer,
        sequence_length=None,
        stride=None,
        truncation="only_second",
        **kwargs,
    ):
        if stride is not None and not is_integer(stride, 0):
            raise ValueError(
                "`stride` must be an integer from 0, or None. Received: "
                f"stride={stride!r}."
            )
        super().__init__(
            tokenizer,
            sequence_length=sequence_length,
            truncation=truncation,
            **kwargs,
        )
        self.stride = None if stride is None else int(stride)

    def call(self, x, y=None, sample_weight=None):
        questions, contexts = split_pair(x)
        if contexts is None:
            raise ValueError(
                "A question answerer must be given questions and contexts: a "
                "tuple of two lists, or a list of pairs. Received: "
                f"{type(x).__name__} of single texts."
            )
        if y is None:
            return super().call((questions, contexts), None, sample_weight)
        if is_symbolic(questions) or is_symbolic(y):
            raise ValueError(
                "Answers in characters cannot be turned into tokens inside a "
                "TensorFlow graph. Received: tensors of a graph. Pass lists, "
                "a grain data set or a `keras.utils.PyDataset`; or map this "
                "preprocessor over the data beforehand."
            )
        contexts = as_texts(contexts, "contexts")[0]
        packed = pack_with_offsets(
            self.tokenizer,
            questions,
            contexts,
            sequence_length=self.sequence_length,
            truncation=self.truncation,
            buckets=length_buckets(),
        )
        spans = character_spans(y, contexts)
        starts, ends = token_spans(spans, packed)
        self._warn_of_cut(spans, starts, packed["padding_mask"])
        inputs = {
            name: packed[name]
            for name in ("token_ids", "segment_ids", "padding_mask")
        }
        labels = {"start": starts, "end": ends}
        return keras.utils.pack_x_y_sample_weight(inputs, labels, sample_weight)

    def _warn_of_cut(self, spans, starts, padding_mask):
        """Say that an answer is beyond the end of its row."""
        on_cls = starts == padding_mask.argmax(axis=1)
        cut = (spans[:, 1] > spans[:, 0]) & on_cls
        if cut.any():  # One text for all batches: Python says it once.
            warnings.warn(
                "Of contexts that are cut at `sequence_length`="
                f"{self.sequence_length}, answers behind the cut teach that "
                "there is none. Raise it, or pass lists to `fit`, which makes "
                "overlapping windows of them.",
                stacklevel=4,
            )

    def count_windows(self, x):
        """How many windows `fit` makes, of which a batch has `batch_size`.

        Args:
            x: tuple of questions and contexts, two lists of N strings.

        Returns:
            int, at least N.

        Raises:
            ValueError: if a question leaves no room for its context.
        """
        questions, contexts = split_pair(x)
        windows = windows_of(
            self.tokenizer,
            questions,
            contexts,
            self.sequence_length,
            self.stride,
        )
        return sum(len(each["text_index"]) for _, each in windows)

    def get_config(self):
        return {**super().get_config(), "stride": self.stride}
