"""Prompts and choices to the inputs of `ElectraMultipleChoice`."""

import keras
import numpy as np

from keras_electra.argument_checks import check_integers
from keras_electra.backbone import ElectraBackbone
from keras_electra.data.tf_dataset import assert_choices
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.preprocessors.tokenizing_preprocessor import (
    TokenizingPreprocessor,
)
from keras_electra.text import packing
from keras_electra.text.choices import as_choices, check_chosen
from keras_electra.text.raw_text import is_symbolic
from keras_electra.tokenizer.in_graph.in_graph_tokenizer import (
    import_tensorflow_text,
)
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraMultipleChoicePreprocessor(PackingMixin, TokenizingPreprocessor):
    """A sequence for each choice: `[CLS] prompt [SEP] choice [SEP]`.

    Prompts may have different numbers of choices; those with fewer than
    others of their batch are filled up with choices without a token.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer sequences are truncated.
        truncation: string, default `"longest_first"`. Which text is cut.
        num_choices: int. Choices that every prompt must have; default: any
            number.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: a tuple of B prompts and B lists of choices, or a list of such
            pairs. In a TensorFlow graph string tensors, `(B,)` and `(B, C)`;
            the second may be ragged.
        y: int, `(B,)`. The right choice's number, from 0.
        sample_weight: float, `(B,)`.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, C, T)`; with labels, a tuple of it and them.

    Raises:
        ValueError: if something is not text, if a prompt has fewer than two
            choices or another number than `num_choices`, or if a label is no
            choice.

    Example:
    ```python
    preprocessor = (
        keras_electra.ElectraMultipleChoicePreprocessor.from_preset(
            "electra_mini_sentiment_en"
        )
    )
    preprocessor((["The sky is"], [["blue", "square", "loud"]]), y=[0])
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer

    def __init__(
        self,
        tokenizer,
        sequence_length=None,
        truncation="longest_first",
        num_choices=None,
        **kwargs,
    ):
        if num_choices is not None:
            (num_choices,) = check_integers(num_choices=num_choices)
        super().__init__(
            tokenizer,
            sequence_length=sequence_length,
            truncation=truncation,
            **kwargs,
        )
        self.num_choices = num_choices

    def call(self, x, y=None, sample_weight=None):
        if isinstance(x, tuple) and is_symbolic(x[0]):
            packed = self._pack_in_graph(*x, y)
            return keras.utils.pack_x_y_sample_weight(packed, y, sample_weight)
        prompts, rows = as_choices(x)
        self._check_numbers(rows)
        if y is not None:
            check_chosen(y, rows)
        counts = [len(row) for row in rows]
        flat = super().call(_flat(prompts, rows))
        real = np.arange(max(counts)) < np.array(counts)[:, None]  # (B, C)
        packed = {}
        for name, values in flat.items():
            shape = (*real.shape, values.shape[1])
            filler = self.tokenizer.pad_token_id if name == "token_ids" else 0
            packed[name] = np.full(shape, filler, "int32")
            packed[name][real] = values
        return keras.utils.pack_x_y_sample_weight(packed, y, sample_weight)

    def token_counts(self, texts, pairs=None):
        counts = super().token_counts(*_flat(texts, pairs))
        ends = np.cumsum([len(row) for row in pairs])
        return np.array([part.max() for part in np.split(counts, ends[:-1])])

    def _check_numbers(self, rows):
        for index, row in enumerate(rows):
            if self.num_choices not in (None, len(row)):
                raise ValueError(
                    f"Every prompt must have {self.num_choices} choices, the "
                    f"`num_choices` of the preprocessor. Received: {len(row)} "
                    f"for prompt {index} of the batch."
                )

    def _pack_in_graph(self, prompts, choices, labels=None):
        tf, _ = import_tensorflow_text()
        if not isinstance(choices, tf.RaggedTensor):
            choices = tf.RaggedTensor.from_tensor(choices)
        counts = choices.row_lengths()
        counts = assert_choices(counts, self.num_choices, labels)
        flat = packing.pack_in_graph(
            self.tokenizer,
            tf.repeat(prompts, counts),
            choices.flat_values,
            sequence_length=self.sequence_length,
            truncation=self.truncation,
        )

        def rows(name, values):
            filler = self.tokenizer.pad_token_id if name == "token_ids" else 0
            ragged = tf.RaggedTensor.from_row_lengths(values, counts)
            return ragged.to_tensor(default_value=filler)  # (B, C, T)

        return {name: rows(name, values) for name, values in flat.items()}

    def get_config(self):
        return {**super().get_config(), "num_choices": self.num_choices}


def _flat(prompts, rows):
    """Two equally long lists: each prompt as often as it has choices."""
    pairs = [
        (prompt, choice)
        for prompt, row in zip(prompts, rows, strict=True)
        for choice in row
    ]
    return tuple(list(column) for column in zip(*pairs, strict=True))
