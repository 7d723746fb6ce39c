"""Entity scores of a token classifier, epoch by epoch."""

import keras
import numpy as np

from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.metrics.entities import entity_scores
from keras_electra.preprocessors.packing_mixin import as_columns
from keras_electra.preprocessors.token_classifier import split_words
from keras_electra.text.label_alignment import align_labels, label_ids


class EntityCallback(keras.callbacks.Callback):
    """Scores entities after every epoch, and after every evaluation.

    For `fit(callbacks=[...])` of an `ElectraTokenClassifier`. Callbacks that
    come after it, such as `EarlyStopping`, can monitor what it adds to the
    logs: `val_entity_precision`, `val_entity_recall`, `val_entity_f1`. With
    `evaluate(callbacks=[...])` the scores are in `scores` afterwards. Words
    beyond the preprocessor's `sequence_length` are not looked at.

    Args:
        x: N texts, strings or lists of words.
        y: N lists of class names or ids, one a word.
        batch_size: int, default `32`.

    Attributes:
        scores: dict of the last `precision`, `recall`, `f1` and `f1_X` of
            each kind X; `None` before.

    Raises:
        ImportError: if `nervaluate` is not installed.

    Example:
    ```python
    callback = EntityCallback(dev_words, dev_labels)
    tagger.fit(words, labels, epochs=3, callbacks=[callback])
    callback.scores["f1"]
    ```
    """

    def __init__(self, x, y, batch_size=32):
        super().__init__()
        entity_scores([], [])  # Not only after a whole epoch.
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
        # Texts of like length share a batch, so that little is padding.
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
