"""Recognize, check and split ready tensors."""

import collections.abc

import keras
import numpy as np

from keras_electra import array_checks
from keras_electra.data import encoder_states
from keras_electra.data.tf_dataset import (
    as_int32,
    assert_length,
    assert_positions,
    assert_range,
    assert_shape,
    every_position,
)
from keras_electra.input_names import check_input_names
from keras_electra.text.raw_text import is_symbolic
from keras_electra.tokenizer.texts import as_column


def are_ready(x):
    """Whether `x` is a dict of tensors, which need no preprocessor."""
    return isinstance(x, collections.abc.Mapping)


def check_names(x, names):
    """Raise if there are unknown inputs, or no `token_ids`."""
    check_input_names(x, names, passed=("encoder_hidden_states",))
    if are_ready(x) and "token_ids" not in x:
        raise ValueError(
            "A dict of inputs must hold `token_ids`. Received: "
            f"{sorted(x)}. Pass a list of strings for texts."
        )


def check(x, backbone, names=None):
    """Check token ids against the model that is to read them.

    Frameworks answer an id beyond the vocabulary with a crash, with zeros or
    with NaN; this answers with a message.

    Args:
        x: dict of `token_ids` and, optionally, `segment_ids` (default 0) and
            `padding_mask` (default 1), int, `(..., T)`. Anything else is
            returned as it is.
        backbone: `ElectraBackbone`.
        names: list of string. All inputs that the model has; default: those
            of `backbone`.

    Returns:
        A dict of the three, int32 numpy arrays, and, for a decoder with
        cross-attention, of the encoder's output. Inside a TensorFlow graph
        they are tensors, which stop the pipeline at a wrong number.

    Raises:
        ValueError: if there is an unknown input, shapes differ, there is no
            token, ids are not integers or outside the vocabulary, or sequences
            are too long.
    """
    if not are_ready(x):
        return x
    check_names(x, names or list(backbone.input))
    ids = _as_integers(x, "token_ids")
    if not is_symbolic(ids) and not ids.size:
        raise ValueError(
            "`token_ids` must hold at least one row, and at least one token a "
            f"row. Received: shape {ids.shape}."
        )
    ids = _check_range("token_ids", ids, backbone.vocabulary_size)
    check_length(ids, backbone)
    if is_symbolic(ids):
        ids = assert_length(ids, backbone.max_sequence_length)
    ids = _as_int32(ids)
    arrays = {"token_ids": ids}
    for name, default in (("segment_ids", 0), ("padding_mask", 1)):
        arrays[name] = ids * 0 + default
        if name in x:
            arrays[name] = _check_shape(name, _as_integers(x, name), ids)
    if backbone.num_segments > 1:  # A model with one ignores them.
        arrays["segment_ids"] = _check_range(
            "segment_ids", arrays["segment_ids"], backbone.num_segments
        )
    arrays["padding_mask"] = encoder_states.check_mask(
        "padding_mask", arrays["padding_mask"]
    )
    arrays = {name: _as_int32(array) for name, array in arrays.items()}
    return {**arrays, **encoder_states.check(x, backbone, ids.shape[0])}


def with_positions(x, arrays):
    """Check where to predict; by default that is everywhere.

    Args:
        x: dict; `mask_positions`, int `(B, M)`, may be in it.
        arrays: what `check` made of it, with T tokens a row.

    Returns:
        `arrays` with `mask_positions`, an int32 numpy array.

    Raises:
        ValueError: if there are no such positions, or not a row for each
            sequence.
    """
    if not are_ready(x):
        return arrays
    ids = arrays["token_ids"]
    if is_symbolic(ids):
        positions = every_position(ids)
        if "mask_positions" in x:
            positions = assert_positions(
                _as_integers(x, "mask_positions"), positions
            )
        return {**arrays, "mask_positions": positions}
    count, length = ids.shape
    if "mask_positions" not in x:
        positions = np.zeros_like(ids) + np.arange(length, dtype="int32")
    else:
        positions = _as_integers(x, "mask_positions")
        if len(positions) != count or (
            positions.size
            and not 0 <= positions.min() <= positions.max() < length
        ):
            raise ValueError(
                f"`mask_positions` must have {count} rows, as `token_ids`, "
                f"and lie in [0, {length}). Received: "
                f"{array_checks.describe(positions)}."
            )
    return {**arrays, "mask_positions": positions.astype("int32")}


def check_vocabulary(preprocessor, backbone):
    """Check that the model has a vector for every piece of a tokenizer.

    Args:
        preprocessor: of the task, or `None`.
        backbone: `ElectraBackbone`.

    Raises:
        ValueError: if the vocabulary is larger than the embedding.
    """
    tokenizer = getattr(preprocessor, "tokenizer", None)
    if getattr(tokenizer, "cls_token_id", None) is None:
        return  # Its vocabulary is loaded after the model is made.
    pieces = tokenizer.vocabulary_size()
    if pieces > backbone.vocabulary_size:
        raise ValueError(
            "The vocabulary must not be larger than the embedding: the last "
            "pieces would have no vector. Received: a vocabulary of "
            f"{pieces} pieces and a backbone with vocabulary_size="
            f"{backbone.vocabulary_size}. Pass the tokenizer that the model "
            "was trained with."
        )


def check_length(token_ids, backbone):
    """Check that the model has a position for every token.

    Args:
        token_ids: array or tensor, `(..., T)`.
        backbone: `ElectraBackbone`.

    Raises:
        ValueError: if T is known and too large.
    """
    length, limit = token_ids.shape[-1], backbone.max_sequence_length
    if length is not None and length > limit:
        raise ValueError(
            "Sequences must not be longer than the model's "
            f"`max_sequence_length`. Received: length {length}, "
            f"max_sequence_length={limit}. Truncate them (for raw texts set "
            f"`preprocessor.sequence_length` to {limit}), or split them."
        )


def _as_integers(x, name):
    array = x[name]
    if is_symbolic(array):
        is_integer = array.dtype.is_integer or array.dtype.is_bool
        rank = array.shape.rank
    else:
        array = keras.ops.convert_to_numpy(array)
        is_integer, rank = array.dtype.kind in "iub", array.ndim
    if not is_integer or (rank is not None and rank < 2):
        raise ValueError(
            f"`{name}` must hold integers, with a batch and a sequence axis. "
            f"Received: dtype {array.dtype}, shape {array.shape}."
        )
    return array  # Not yet int32, in which a large id becomes another one.


def _as_int32(array):
    return as_int32(array) if is_symbolic(array) else array.astype("int32")


def _check_shape(name, array, ids):
    message = f"`{name}` must have the shape of `token_ids`."
    if is_symbolic(array):
        return assert_shape(array, ids, message)
    if array.shape != ids.shape:
        raise ValueError(
            f"{message} Received: {name}.shape={array.shape}, "
            f"token_ids.shape={ids.shape}."
        )
    return array


def _check_range(name, array, size):
    message = (
        f"`{name}` must lie in [0, {size}), the range the model has "
        "embeddings for."
    )
    if is_symbolic(array):
        return assert_range(array, 0, size - 1, message)
    if array.size and (array.min() < 0 or array.max() >= size):
        hint = " Was another tokenizer used?" if name == "token_ids" else ""
        raise ValueError(
            f"{message} Received: values from {array.min()} to "
            f"{array.max()}.{hint}"
        )
    return array


def split(x, y, sample_weight, validation_split):
    """Split off the last part of arrays or lists, as Keras' `fit` does.

    Args:
        x: texts (a list, an array, a tuple of these) or a dict of arrays.
        y: labels, or `None`.
        sample_weight: weights, or `None`.
        validation_split: float in (0, 1). The share to split off.

    Returns:
        Two triples `(x, y, sample_weight)`.

    Raises:
        ValueError: if one of the parts would be empty, or if `x` cannot be
            sliced.
    """
    if hasattr(x, "__next__"):
        raise ValueError(
            "`validation_split` needs texts or arrays that can be split. "
            f"Received: {type(x).__name__}. Pass `validation_data`."
        )
    if not 0 < validation_split < 1:
        raise ValueError(
            "`validation_split` must lie between 0 and 1. Received: "
            f"validation_split={validation_split}."
        )
    x, y, sample_weight = map(_sliceable, (x, y, sample_weight))
    columns = x.values() if isinstance(x, dict) else x
    count = len(next(iter(columns)) if isinstance(x, (dict, tuple)) else x)
    at = int(count * (1 - validation_split))
    if at in (0, count):
        raise ValueError(
            "`validation_split` must leave samples on both sides. Received: "
            f"validation_split={validation_split} of {count} samples."
        )

    def part(value, rows):
        if value is None:
            return None
        if isinstance(value, dict):
            return {key: item[rows] for key, item in value.items()}
        if isinstance(value, tuple):
            return tuple(item[rows] for item in value)
        return value[rows]

    data = (x, y, sample_weight)
    return (
        tuple(part(value, slice(None, at)) for value in data),
        tuple(part(value, slice(at, None)) for value in data),
    )


def _sliceable(value):
    if isinstance(value, tuple):
        return tuple(map(_sliceable, value))
    return as_column(value)
