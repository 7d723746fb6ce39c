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
        x: whatever the caller passed.

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


def check_weights(sample_weight):
    """Return weights of samples as arrays; raise if one is not finite."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, dict):
        return {k: check_weights(value) for k, value in sample_weight.items()}
    if is_symbolic(sample_weight):
        return assert_finite(sample_weight)
    weights = keras.ops.convert_to_numpy(listed(sample_weight))
    array_checks.check_finite("sample_weight", weights)
    return weights


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
