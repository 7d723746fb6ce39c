"""Inputs that are texts: told apart, checked, brought into one form."""

import keras

from keras_electra.data import ready_inputs
from keras_electra.text.raw_text import split_pair
from keras_electra.tokenizer.texts import as_texts


def is_data_set(x):
    """Whether `x` makes its own batches: a stream or a `PyDataset`."""
    return is_stream(x) or isinstance(x, keras.utils.PyDataset)


def refuse(**arguments):
    """Raise if an argument is given that a data set makes meaningless.

    Args:
        **arguments: names and values of the arguments.

    Raises:
        ValueError: if one of them is not `None`.
    """
    given = sorted(k for k, value in arguments.items() if value is not None)
    if given:
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


def is_stream(x):
    """Whether `x` is a `tf.data` or grain data set."""
    return all(callable(getattr(x, name, None)) for name in ("map", "batch"))


def as_columns(x):
    """Raw texts as a tuple of one or two lists of strings.

    Args:
        x: a list or an array of texts, or a tuple of two.

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
    first, second = split_pair(x)
    columns = (as_texts(first, "x")[0],)
    if second is not None:
        columns += (as_texts(second, "x")[0],)
    if len({len(column) for column in columns}) > 1:
        raise ValueError(
            "The two texts of a pair must be equally many. Received: "
            f"{len(columns[0])} and {len(columns[1])}."
        )
    return columns
