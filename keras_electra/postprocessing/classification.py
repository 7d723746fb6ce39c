"""Text classification: from texts to labels with scores."""

import numpy as np

from keras_electra.argument_checks import check_integers
from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.probabilities import sigmoid, softmax
from keras_electra.postprocessing.text_arguments import read_texts


def classify(model, texts, top_k=1, batch_size=32):
    """Label texts; see `ElectraTextClassifier.classify`.

    Args:
        model: a task or an exported model, with `class_names`,
            `problem_type`, `preprocessor` and `predict`.
        texts: a string, a list of strings, or a pair of either.
        top_k: int, or `None` for all classes.
        batch_size: int.
    """
    check_top_k(top_k)
    columns, is_single = read_texts(model, texts, "classify", pairs=True)
    x = columns if len(columns) > 1 else columns[0]
    logits = model.predict(x, batch_size=batch_size, verbose=0)
    rows = label_rows(
        np.asarray(logits, "float32"),
        model.class_names,
        model.problem_type,
        top_k,
    )
    return rows[0] if is_single else rows


def check_top_k(top_k):
    if top_k is not None:
        check_integers(top_k=top_k)


def label_rows(logits, class_names, problem_type, top_k):
    """Return the best labels of each row of logits, `(N, C)`."""
    check_outputs(logits)
    if problem_type == "single_label":
        scores = softmax(logits)
    elif problem_type == "multi_label":
        scores = sigmoid(logits)
    else:
        scores = logits
    rows = []
    for row in scores:
        order = np.argsort(-row, kind="stable")
        entries = [
            {"label": class_names[i], "score": float(row[i])} for i in order
        ]
        rows.append(entries[0] if top_k == 1 else entries[:top_k])
    return rows
