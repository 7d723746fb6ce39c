"""Callback that computes SQuAD scores of a question answerer."""

import keras

from keras_electra.metrics.squad import squad_scores
from keras_electra.preprocessors.packing_mixin import as_columns
from keras_electra.text.squad_files import reference_texts


class SquadCallback(keras.callbacks.Callback):
    """Compute exact match and F1 after every epoch.

    Pass it to `fit` of an `ElectraQuestionAnswerer`. It adds `val_exact_match`,
    `val_f1` and, if some questions have no answer, the best scores and their
    thresholds to the logs, which later callbacks such as `EarlyStopping` can
    monitor.

    Args:
        x: tuple of N questions and N contexts.
        y: list of N reference answers, `{"text": [...], ...}`, or another
            format of `fit` that contains their text.
        version: string, `"1.1"` or `"2.0"`. Default: `"2.0"` if a question has
            no answer.
        **kwargs: arguments of `ElectraQuestionAnswerer.best_answers`.

    Example:
    ```python
    x = ["Who jumps?"], ["The fox jumps."]
    y = [{"text": ["The fox"], "answer_start": [0]}]
    callback = keras_electra.metrics.SquadCallback(x, y)
    answerer.fit(x, y, callbacks=[callback])
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
