"""Apply `class_weight` by class id or name."""

import functools

import keras
import numpy as np

from keras_electra.data import raw_inputs


def take(task, x, arguments):
    """Take `class_weight` out of the arguments of `fit`.

    Keras ignores classes that it does not know, and takes the place of the
    largest number for the class of several labels, `(B, T)` or `(B, C)`.

    Args:
        task: a task.
        x: what `fit` was given.
        arguments: dict, of which `class_weight` is removed. For a data set of
            texts with one class each it stays, by id, for Keras to apply.

    Returns:
        Function of a batch `(x, y)` or `(x, y, sample_weight)` to one with
        weights; `None` where there is nothing to do.

    Raises:
        ValueError: if the labels are not classes, a class is unknown or named
            twice, a weight is not possible, or labels of tokens come with a
            data set.
    """
    given = arguments.pop("class_weight", None)
    if given is None:
        return None
    table = _table(given, task)
    per_token = task.label_kind == "token"
    if not raw_inputs.is_data_set(x):
        return functools.partial(_weigh, table, per_token)
    if per_token:
        raise ValueError(
            f"`class_weight` of {type(task).__name__}, which has a label for "
            "each token, is for data in memory. Received: a data set. Let its "
            "elements be `(x, y, sample_weight)`, with ready tensors a weight "
            "for each token, `(B, T)`."
        )
    arguments["class_weight"] = dict(enumerate(table.tolist()))
    return None


def _table(given, task):
    """The weight of each class, float32 `(C,)`; 1 for those not given."""
    count = task.num_label_classes
    if count is None:
        kind = getattr(task, "problem_type", None)
        raise ValueError(
            "`class_weight` needs labels that are classes, one for each text "
            f"or token. Received: class_weight for {type(task).__name__}"
            f"{f' with problem_type={kind!r}' if kind else ''}, whose labels "
            "are something else. Weigh examples with `sample_weight`."
        )
    names = getattr(task, "class_names", None) or []
    if not isinstance(given, dict):
        raise ValueError(
            "`class_weight` must be a dict of class ids or names to weights. "
            f"Received: {type(given).__name__}, {given!r:.100}."
        )
    weights = {}
    for key, weight in given.items():
        index = names.index(key) if key in names else key
        is_class = (
            isinstance(index, (int, np.integer))
            and not isinstance(index, bool)
            and 0 <= index < count
        )
        if not is_class or index in weights:
            raise ValueError(
                "`class_weight` must have ids of classes, integers in "
                f"[0, {count}), for keys"
                f"{f', or names among {names}' if names else ''}, each class "
                f"once. Received: class_weight={given!r:.200}, with the key "
                f"{key!r}."
            )
        is_number = isinstance(weight, (int, float, np.number))
        if not is_number or not 0 <= weight < np.inf:
            raise ValueError(
                "Weights of classes must be finite numbers, and not negative. "
                f"Received: {weight!r} for the class {key!r}."
            )
        weights[index] = weight
    table = np.ones(count, "float32")
    table[list(weights)] = list(weights.values())
    return table


def _weigh(table, per_token, x, y=None, sample_weight=None):
    if y is None:  # Keras says that it is missing.
        return x, y, sample_weight
    y = keras.ops.convert_to_numpy(y)
    classes = y
    if not per_token:  # (B,), (B, 1), or, for a loss of one's own, one-hot.
        one_hot = y.ndim > 1 and y.shape[-1] > 1
        classes = y.argmax(axis=-1) if one_hot else y.reshape(len(y))
    known = (classes >= 0) & (classes < len(table))  # Else -100, ignored.
    ids = np.where(known, classes, 0).astype("int64")
    weights = np.where(known, table[ids], np.float32(1))
    if sample_weight is not None:
        given = keras.ops.convert_to_numpy(sample_weight)
        if not per_token:
            given = given.reshape(len(given))
        elif given.ndim == 1:
            given = given[:, None]
        weights = weights * given
    return x, y, weights
