"""Exact match and F1 of a question answerer, epoch by epoch."""

import keras

from keras_electra.metrics.squad import squad_scores
from keras_electra.preprocessors.packing_mixin import as_columns
from keras_electra.text.squad_files import reference_texts


class SquadCallback(keras.callbacks.Callback):
    """Answers questions after every epoch and adds the scores to the logs.

    For `fit(callbacks=[...])` of an `ElectraQuestionAnswerer`. Callbacks that
    come after it, such as `EarlyStopping`, can monitor what it adds:
    `val_exact_match`, `val_f1` and, where some questions have no answer, the
    best threshold and what is to be had with it.

    Args:
        x: tuple of N questions and N contexts.
        y: list of N `{"text": [...], ...}`, or what else `fit` takes that
            holds texts, which are the references.
        version: string, `"1.1"` or `"2.0"`; default: `"2.0"` where a question
            has no answer.
        **kwargs: arguments of `ElectraQuestionAnswerer.best_answers`.

    Example:
    ```python
    x, y = as_columns(read_squad("dev-v1.1.json"))
    answerer.fit(train_x, train_y, callbacks=[SquadCallback(x, y)])
    ```
    """

    def __init__(self, x, y, version=None, **kwargs):
        super().__init__()
        self.x = x
        self.references = [reference_texts(answer) for answer in as_columns(y)]
        self.has_impossible = not all(self.references)
        self.version = version or ("2.0" if self.has_impossible else "1.1")
        self.options = kwargs

    def on_epoch_end(self, epoch, logs=None):
        rows = self.model.best_answers(*self.x, **self.options)
        none = [row["no_answer_score"] for row in rows]
        scores = squad_scores(
            [row["answer"] for row in rows],
            self.references,
            none if self.has_impossible else None,
            version=self.version,
        )
        if logs is not None:
            logs.update({f"val_{name}": s for name, s in scores.items()})
