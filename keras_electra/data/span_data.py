"""Training data of question answerers."""

import keras

from keras_electra.data import raw_inputs, ready_inputs, span_labels
from keras_electra.data.text_batches import TextBatches
from keras_electra.text import context_windows, question_columns


class SpanData:
    """The hooks of `TaskMixin` for questions, contexts and answers.

    Goes before `TaskMixin` in the bases of `ElectraQuestionAnswerer`.
    """

    def _text_batches(self, x, y, sample_weight, batch_size, shuffle):
        questions, contexts = _pairs(x)
        question_columns.check_counts(questions, y, sample_weight)
        preprocessor = self.preprocessor
        ids, segments, positions, owners = context_windows.training_windows(
            preprocessor.tokenizer,
            questions,
            contexts,
            y,
            preprocessor.sequence_length,
            preprocessor.stride,
        )
        if sample_weight is not None:
            sample_weight = sample_weight[owners]

        def pad(x, y, sample_weight):
            x, y = context_windows.pad_windows(
                preprocessor.tokenizer, *x, y, preprocessor.sequence_length
            )
            ready_inputs.check_length(x["token_ids"], self.backbone)
            return self._with_starts(x, y, sample_weight)

        return TextBatches(
            pad,
            (ids, segments),
            positions,
            sample_weight,
            batch_size=batch_size,
            shuffle=shuffle,
        )

    def _data(self, x, y, *args, **kwargs):
        data = super()._data(x, y, *args, **kwargs)
        if self.head == "2020" and data.get("y") is not None:
            data["x"], data["y"] = span_labels.for_joint_head(
                data["x"], data["y"]
            )
        return data

    def preprocess_samples(self, x, y=None, sample_weight=None):
        batch = super().preprocess_samples(x, y, sample_weight)
        return self._with_starts(*keras.utils.unpack_x_y_sample_weight(batch))

    def _with_starts(self, x, y, sample_weight):
        if self.head == "2020":
            x, y = span_labels.for_joint_head(x, y)
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def _check_labels(self, y, x=None):
        if y is None or x is None:
            return y  # Of raw texts: the preprocessor reads them.
        return span_labels.check(y, x)


def _pairs(x):
    """Raw input of `fit` as two lists of strings.

    Args:
        x: tuple of questions and contexts, or a list of pairs.

    Returns:
        Two lists of N strings.

    Raises:
        ValueError: if these are not pairs of texts.
    """
    columns = raw_inputs.as_columns(x)
    if len(columns) != 2:
        raise ValueError(
            "A question answerer must be given questions and contexts: a "
            "tuple of two lists, or a list of pairs. Received: "
            f"{len(columns[0])} single texts."
        )
    return columns
