"""Convert text inputs to lists of strings."""

import collections.abc
import re

import numpy as np

_SURROGATES = re.compile("[\ud800-\udfff]")
_WAY_OUT = (
    "Pass a string, a list of strings or a column of a data frame, a numpy "
    "array of strings or a `tf.string` tensor of rank 0 or 1."
)
_LISTS = (str, bytes, list, tuple, np.ndarray, collections.abc.Mapping)


def as_column(values):
    """Make a list of a column of texts or labels, wherever it comes from.

    Series of pandas and polars, arrays of pyarrow, columns of `datasets` and
    other sequences become lists of Python objects. Strings, lists, tuples,
    dicts, arrays, tensors, iterators and `None` are returned as they are.

    Args:
        values: anything.

    Returns:
        A list, or `values`.

    Raises:
        ValueError: if it is a table of several columns.
    """
    if isinstance(values, _LISTS) or values is None:
        return values
    if type(values).__module__.startswith("tensorflow."):
        return values  # Ragged tensors have a `to_list` too.
    for names in ("column_names", "columns"):
        if hasattr(values, names):
            columns = getattr(values, names)
            columns = [] if columns is None else [str(name) for name in columns]
            raise ValueError(
                "Texts and labels must be columns. Received: a "
                f"{type(values).__name__} with the columns {columns}. Pass one "
                'of them, such as `data["text"]`, or a tuple of two for pairs.'
            )
    for method in ("to_pylist", "to_list"):  # pyarrow; pandas and polars.
        if callable(getattr(values, method, None)):
            return getattr(values, method)()
    is_sequence = hasattr(values, "__getitem__") and hasattr(values, "__len__")
    is_view = isinstance(values, collections.abc.MappingView)
    if is_view or (is_sequence and not hasattr(values, "shape")):
        return list(values)
    return values


def listed(values):
    """As `as_column`, and iterators become lists too."""
    is_iterator = isinstance(values, collections.abc.Iterator)
    return list(values) if is_iterator else as_column(values)


def as_batch(texts):
    """Texts as a batch, and whether there was a single text or pair."""
    if isinstance(texts, (str, bytes)):
        return [texts], True
    if not isinstance(texts, tuple):
        return listed(texts), False
    if texts and all(isinstance(text, (str, bytes)) for text in texts):
        return tuple([text] for text in texts), True
    return tuple(map(listed, texts)), False


def as_texts(inputs, name="inputs"):
    """Reads one text or a batch of texts.

    Args:
        inputs: str or UTF-8 bytes, or a list, tuple, numpy array, column of
            a data frame, iterator or `tf.string` tensor of them, with at most
            one axis.
        name: str. How the error messages call the argument.

    Returns:
        A tuple `(texts, batched)`: list of str and whether the input had a
        batch axis.

    Raises:
        ValueError: if the batch is empty, is nested, or an element is not a
            string or not valid UTF-8.
    """
    if type(inputs) is str:
        return [inputs], False
    if isinstance(inputs, (str, bytes)):
        return [_as_text(inputs, name)], False
    inputs = listed(inputs)
    if not isinstance(inputs, (list, tuple)):
        inputs = _from_array(inputs, name)
        if isinstance(inputs, (str, bytes)):
            return [_as_text(inputs, name)], False
    if not inputs:
        raise ValueError(
            f"`{name}` must hold at least one text. Received: {inputs!r}. An "
            'empty string is a valid text: pass [""] for a batch of one.'
        )
    if set(map(type, inputs)) == {str}:
        return list(inputs), True
    return [_as_text(x, name, i) for i, x in enumerate(inputs)], True


def readable(text):
    """`text` with each lone surrogate replaced by U+FFFD.

    Python strings may hold half of a UTF-16 pair, which no encoder accepts.
    One character becomes one character, so offsets stay true; `clean_text`
    drops U+FFFD just as the 2020 code drops surrogates.
    """
    return _SURROGATES.sub("\ufffd", text)


def _from_array(inputs, name):
    """A string or list from anything with `tolist`: arrays and tensors."""
    array = inputs.numpy() if hasattr(inputs, "numpy") else inputs
    if isinstance(array, (str, bytes)):
        return array
    if not hasattr(array, "tolist"):
        raise ValueError(
            f"`{name}` must be text. Received: {name}={inputs!r} of type "
            f"{type(inputs).__name__}. {_WAY_OUT}"
        )
    if isinstance(array, np.ndarray) and array.ndim > 1:
        raise ValueError(
            f"`{name}` must have at most one axis. Received: an array of "
            f"shape {array.shape}. {_WAY_OUT}"
        )
    return array.tolist()


def _as_text(value, name, index=None):
    where = name if index is None else f"{name}[{index}]"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"`{where}` must be valid UTF-8. Received bytes that are not: "
                f"{error}. Decode them with their own encoding first."
            ) from error
    nested = "nested list " if isinstance(value, (list, tuple)) else ""
    raise ValueError(
        f"`{where}` must be text. Received: {nested}{value!r} of type "
        f"{type(value).__name__}. {_WAY_OUT}"
    )
