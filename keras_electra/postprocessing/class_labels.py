"""Class names, and checks of the labels of whole texts."""

import numpy as np

from keras_electra.argument_checks import check_integers

PROBLEM_TYPES = ("single_label", "multi_label", "regression")


def check_names(num_classes, class_names):
    """Complete the number of classes from their names, or the reverse.

    Args:
        num_classes: int or `None`.
        class_names: list of strings or `None`.

    Returns:
        A pair: int, and a list of as many strings.

    Raises:
        ValueError: if both are missing or disagree, a name is no string or
            empty, or a name is repeated.
    """
    if class_names is not None and not are_names(class_names):
        raise ValueError(
            "`class_names` must be a list of strings that are not empty. "
            f"Received: class_names={class_names!r}."
        )
    if num_classes is None and class_names is not None:
        num_classes = len(class_names)
    (num_classes,) = check_integers(num_classes=num_classes)
    if class_names is None:
        class_names = [f"LABEL_{i}" for i in range(num_classes)]
    class_names = [str(name) for name in class_names]
    if not len(set(class_names)) == len(class_names) == num_classes:
        raise ValueError(
            f"`class_names` must hold {num_classes} different names, one for "
            f"each class. Received: {class_names}."
        )
    return num_classes, class_names


def are_names(names):
    """Whether something is a list, tuple or array of strings."""
    return isinstance(names, (list, tuple, np.ndarray)) and all(
        isinstance(name, str) and name for name in names
    )


def drop_other_names(config):
    """Leave out the class names of a preset that has other classes.

    Args:
        config: dict, the configuration of a task.

    Returns:
        A dict, without names that are not as many as the classes.
    """
    names, count = config.get("class_names"), config.get("num_classes")
    # What is no list of names is for the constructor to refuse.
    if are_names(names) and count is not None and len(names) != count:
        return {**config, "class_names": None}
    return config


def check_labels(y, class_names, problem_type):
    """Turn labels into an array and check that the head can learn them.

    Args:
        y: labels of N texts: class ids or names; for `"multi_label"` 0 or 1
            for each class, `(N, C)`; for `"regression"` numbers. `None` is
            returned as it is.
        class_names: list of C strings.
        problem_type: string.

    Returns:
        An array: int32 `(N,)`, or float32 `(N, C)`.

    Raises:
        ValueError: if shape or values do not fit the problem.
    """
    if y is None:
        return None
    y, count = np.atleast_1d(np.asarray(y)), len(class_names)
    if problem_type == "single_label":
        if y.dtype.kind == "S":
            y = np.char.decode(y, "utf-8")
        if y.dtype.kind in "UO":
            return _ids_of_names(y, class_names)
        check_single(y.shape)
        _check_shape(y, [(len(y),), (len(y), 1)], "(N,)")
        y = _whole(y).reshape(-1)
        if y.size and (y.min() < 0 or y.max() >= count):
            raise ValueError(
                f"Labels must lie in [0, {count}), one for each of "
                f"{class_names}. Received: values from {y.min()} to "
                f"{y.max()}. Set `num_classes`, or pass the names."
            )
        return y.astype("int32")
    if problem_type == "multi_label":
        _check_shape(y, [(len(y), count)], f"(N, {count})")
        if y.size and not (y.min() >= 0 and y.max() <= 1):
            raise ValueError(
                "Labels of a multi-label classifier must lie in [0, 1]. "
                f"Received: values from {y.min()} to {y.max()}."
            )
        return y.astype("float32")
    if y.ndim == 1 and count == 1:
        y = y[:, None]
    _check_shape(y, [(len(y), count)], f"(N, {count})")
    if not np.isfinite(y).all():
        raise ValueError(
            "Labels of a regression must be finite. Received: "
            f"{y[~np.isfinite(y)][0]}."
        )
    return y.astype("float32")  # (N, C)


def check_single(shape):
    """Check that there is one label for each text.

    Args:
        shape: tuple of ints, that of labels of a single-label classifier.

    Raises:
        ValueError: if there is a row of numbers for each text.
    """
    if len(shape) == 2 and shape[1] not in (1, None):
        raise ValueError(
            "Labels of a single-label classifier must be class ids or names, "
            f"one for each text, shape (N,). Received: shape {shape}. Where a "
            "text may have several labels, 0 or 1 for each class, make the "
            'model with `problem_type="multi_label"`.'
        )


def _check_shape(y, allowed, wanted):
    if y.dtype.kind not in "iufb" or y.shape not in allowed:
        raise ValueError(
            f"Labels must be numbers of shape {wanted}. Received: dtype "
            f"{y.dtype}, shape {y.shape}."
        )


def _whole(y):
    if y.dtype.kind == "f" and not (y == np.floor(y)).all():
        raise ValueError(
            "Labels of a single-label classifier must be whole numbers. "
            f"Received: {y[y != np.floor(y)][0]}. For numbers set "
            "problem_type='regression'."
        )
    return y.astype("int64")


def _ids_of_names(y, class_names):
    ids = {name: i for i, name in enumerate(class_names)}
    unknown = sorted({str(name) for name in y.flat} - set(ids))
    if y.ndim != 1 or unknown:
        raise ValueError(
            f"Labels given by name must be among {class_names}, one per text. "
            f"Received: {unknown[:5]}, shape {y.shape}."
        )
    return np.array([ids[str(name)] for name in y], dtype="int32")
