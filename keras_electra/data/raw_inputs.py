"""Recognize, check and convert raw texts."""

import keras

from keras_electra import array_checks
from keras_electra.data import ready_inputs
from keras_electra.data.mapped_batches import MappedBatches
from keras_electra.data.tf_dataset import assert_finite
from keras_electra.text.raw_text import is_symbolic, split_pair
from keras_electra.tokenizer.texts import as_column, as_texts, listed


def is_data_set(x):
    """Whether `x` makes its own batches: a stream or a `PyDataset`."""
    return is_stream(x) or isinstance(x, keras.utils.PyDataset)


def mapped(function, x):
    """Apply a function to each element of a stream or a `PyDataset`."""
    return x.map(function) if is_stream(x) else MappedBatches(function, x)


def refuse(x, **arguments):
    """Raise if an argument is given that a data set makes meaningless.

    Args:
        x: what the caller passed.
        **arguments: names and values of the arguments.

    Raises:
        ValueError: if `x` is a data set, and one of them is not `None`.
    """
    given = sorted(k for k, value in arguments.items() if value is not None)
    if given and is_data_set(x):
        raise ValueError(
            f"{', '.join(f'`{name}`' for name in given)} must not be given "
            "with a data set, whose elements are whole batches `(x, y, "
            f"sample_weight)`. Received: {given}."
        )


def refuse_raw(task, x):
    """Raise if texts are given to a model that cannot read.

    Args:
        task: a task.
        x: the input of `fit`, `evaluate` or `predict`.

    Raises:
        ValueError: if the task has no preprocessor and `x` is text.
    """
    if task.preprocessor is None and not ready_inputs.are_ready(x):
        if is_data_set(x) or hasattr(x, "__next__"):
            return
        raise ValueError(
            "A task without a preprocessor takes ready tensors: a dict of "
            f"`token_ids`, `segment_ids`, `padding_mask`. Received: "
            f"{type(x).__name__}. Set `task.preprocessor` to pass texts."
        )


def check_batch(x, y, inputs):
    """Raise if `x` is a single text, or the tokens of a single one."""
    first = x[0] if isinstance(x, tuple) and len(x) else x
    rank = 1
    if isinstance(x, dict):
        first, rank = x.get("token_ids"), len(inputs["token_ids"].shape)
    is_text = isinstance(first, (str, bytes)) and y is not None
    if is_text or (is_symbolic(first) and first.shape.rank not in (rank, None)):
        raise ValueError(
            "The elements of a data set must be batches. Received: "
            f"{repr(first)[:80]}. Call `dataset.batch(32)` first."
        )


def refuse_strings(y):
    """Raise if labels inside a TensorFlow graph are strings; return them."""
    if is_symbolic(y) and y.dtype.name == "string":
        raise ValueError(
            "Labels must be numbers inside a TensorFlow graph; names of "
            "classes are for classifiers with one class a text. Received: "
            "labels that are strings. Map them to ids, or pass lists or a "
            "`keras.utils.PyDataset`."
        )
    return y


def check_weights(sample_weight, task, x=None):
    """Check weights of samples and turn them into arrays.

    Args:
        sample_weight: weights, a dict of them, or `None`.
        task: a task.
        x: the ready tensors they belong to; `None` for raw texts.

    Returns:
        The weights.

    Raises:
        ValueError: if one is not finite, or their shape is not `(N,)` or, for
            ready tensors with a label for each token, `(N, T)`.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, dict):
        return {
            name: check_weights(weights, task, x)
            for name, weights in sample_weight.items()
        }
    if is_symbolic(sample_weight):
        weights = assert_finite(
            sample_weight, "`sample_weight` must hold finite numbers."
        )
    else:
        weights = keras.ops.convert_to_numpy(listed(sample_weight))
        if weights.dtype.name == "bfloat16":  # NumPy has no such numbers.
            weights = weights.astype("float32")
        array_checks.check_finite("sample_weight", weights)
    _check_shape(weights.shape, task, x)
    if task.label_kind != "token" and getattr(weights.shape, "rank", 1):
        # One rank: TensorFlow would lose track of it if a caller used both.
        return weights[:, 0] if len(weights.shape) == 2 else weights
    return weights


def _check_shape(shape, task, x):
    """Raise if weights of samples do not have a shape they may have."""
    rows, allowed = None, "(N,)"
    if x is not None:
        labels = x.get("mask_positions", x["token_ids"]).shape
        rows, allowed = labels[0], f"({labels[0]},)"
    fits = [(rows,), (rows, 1)]
    if x is not None and task.label_kind == "token":
        fits.append(tuple(labels))
        allowed += f" or {tuple(labels)}"
    if getattr(shape, "rank", 1) is None or any(
        len(shape) == len(other)
        and all(
            a == b or None in (a, b) for a, b in zip(shape, other, strict=True)
        )
        for other in fits
    ):
        return
    raise ValueError(
        "`sample_weight` must hold one weight for each sample"
        f"{', or one for each label' if len(fits) > 2 else ''}, shape "
        f"{allowed}. Received: shape {tuple(shape)}."
    )


def is_stream(x):
    """Whether `x` is a `tf.data` or grain data set."""
    # A table of the library `datasets` has both methods, too.
    return not hasattr(x, "column_names") and all(
        callable(getattr(x, name, None)) for name in ("map", "batch")
    )


def as_columns(x):
    """Raw texts as a tuple of one or two lists of strings.

    Args:
        x: a list, an array or a column of texts, or a tuple of two.

    Returns:
        A tuple of lists of str, equally long.

    Raises:
        ValueError: if `x` is a single text, a generator or no text.
    """
    if isinstance(x, (str, bytes)):
        raise ValueError(
            "`x` must be a batch of texts. Received a single one: "
            f"x={x[:50]!r}. Wrap it in a list."
        )
    if hasattr(x, "__next__"):
        raise ValueError(
            "`x` must be texts or a data set. Received: a generator, which "
            "has no length and no second epoch. Wrap it in a "
            "`keras.utils.PyDataset`."
        )
    first, second = split_pair(as_column(x))
    columns = (as_texts(first, "x")[0],)
    if second is not None:
        columns += (as_texts(second, "x")[0],)
    if len({len(column) for column in columns}) > 1:
        raise ValueError(
            "The two texts of a pair must be equally many. Received: "
            f"{len(columns[0])} and {len(columns[1])}."
        )
    return columns
