"""Callback that computes entity scores of a token classifier."""

import keras
import numpy as np

from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.metrics.entities import entity_scores
from keras_electra.preprocessors.packing_mixin import as_columns
from keras_electra.preprocessors.token_classifier import split_words
from keras_electra.text.label_alignment import align_labels, label_ids


class EntityCallback(keras.callbacks.Callback):
    """Compute entity scores after every epoch or evaluation.

    Pass it to `fit` of an `ElectraTokenClassifier`. It adds
    `val_entity_precision`, `val_entity_recall` and `val_entity_f1` to the logs,
    which later callbacks such as `EarlyStopping` can monitor. It can also be
    passed to `evaluate`. Words beyond the preprocessor's `sequence_length` are
    ignored.

    Args:
        x: list of N texts, strings or lists of words.
        y: list of N lists of class names or ids, one for each word.
        batch_size: int, default `32`.

    Attributes:
        scores: dict of the latest `precision`, `recall`, `f1`, and `f1_X` for
            each entity type X. Initially `None`.

    Raises:
        ImportError: if `nervaluate` is not installed.

    Example:
    ```python
    callback = keras_electra.metrics.EntityCallback(dev_words, dev_labels)
    tagger.fit(words, labels, epochs=3, callbacks=[callback])
    callback.scores["f1"]
    ```
    """

    def __init__(self, x, y, batch_size=32):
        super().__init__()
        entity_scores([], [])  # Raises early if `nervaluate` is missing.
        self.words = split_words(x)
        self.labels = as_columns(y)
        self.batch_size = batch_size
        self.scores = None
        self._training = False

    def on_train_begin(self, logs=None):
        self._training = True

    def on_train_end(self, logs=None):
        self._training = False

    def on_test_end(self, logs=None):
        if not self._training:
            self.scores = self._score()

    def on_epoch_end(self, epoch, logs=None):
        self.scores = self._score()
        if logs is not None:
            for name in ("precision", "recall", "f1"):
                logs[f"val_entity_{name}"] = self.scores[name]

    def _score(self):
        names = np.array(self.model.class_names)
        labels = label_ids(self.labels, self.model.class_names)
        preprocessor = self.model.preprocessor
        references, predictions = [], []
        # Texts of similar length share a batch, which saves padding.
        order = np.argsort([len(words) for words in self.words], kind="stable")
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            words = [self.words[row] for row in rows]
            packed = preprocessor.pack_words(words)
            truth = align_labels(
                packed["word_ids"],
                [len(row) for row in words],
                [labels[row] for row in rows],
            )  # (B, T)
            logits = self.model.predict_on_batch(
                {name: packed[name] for name in self.model.input}
            )
            found = np.argmax(np.asarray(logits, "float32"), axis=-1)
            for row, counts in enumerate(truth != IGNORED_LABEL):
                references.append(names[truth[row, counts]].tolist())
                predictions.append(names[found[row, counts]].tolist())
        return entity_scores(references, predictions, self.model.class_names)
