"""Inputs that are token ids already: told apart, checked, split."""

import keras
import numpy as np

from keras_electra.data import encoder_states


def are_ready(x):
    """Whether `x` is a dict of tensors, which need no preprocessor."""
    return isinstance(x, dict) and "token_ids" in x


def check(x, backbone):
    """Check token ids against the model that is to read them.

    Frameworks answer an id beyond the vocabulary with a crash, with zeros or
    with NaN; this answers with a message.

    Args:
        x: dict of `token_ids` and, optionally, `segment_ids` (default 0) and
            `padding_mask` (default 1), int, `(..., T)`. Anything else is
            returned as it is.
        backbone: `ElectraBackbone`.

    Returns:
        A dict of the three, int32 numpy arrays, and, for a decoder with
        cross-attention, of the encoder's output.

    Raises:
        ValueError: if shapes differ, ids are no integers or outside the
            vocabulary, or sequences are too long.
    """
    if not are_ready(x):
        return x
    ids = _as_integers(x, "token_ids")
    arrays = {"token_ids": ids}
    for name, default in (("segment_ids", 0), ("padding_mask", 1)):
        if name in x:
            arrays[name] = _as_integers(x, name)
        else:
            arrays[name] = np.full_like(ids, default)
        if arrays[name].shape != ids.shape:
            raise ValueError(
                f"`{name}` must have the shape of `token_ids`. Received: "
                f"{name}.shape={arrays[name].shape}, "
                f"token_ids.shape={ids.shape}."
            )
    _check_range("token_ids", ids, backbone.vocabulary_size)
    _check_range("segment_ids", arrays["segment_ids"], backbone.num_segments)
    check_length(ids, backbone)
    return {**arrays, **encoder_states.check(x, backbone, len(ids))}


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
                f"and lie in [0, {length}). Received: shape {positions.shape}, "
                f"values from {positions.min()} to {positions.max()}."
            )
    return {**arrays, "mask_positions": positions}


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
    array = keras.ops.convert_to_numpy(x[name])
    if array.dtype.kind not in "iub" or array.ndim < 2:
        raise ValueError(
            f"`{name}` must hold integers, with a batch and a sequence axis. "
            f"Received: dtype {array.dtype}, shape {array.shape}."
        )
    return array.astype("int32", copy=False)


def _check_range(name, array, size):
    if array.size and (array.min() < 0 or array.max() >= size):
        raise ValueError(
            f"`{name}` must lie in [0, {size}), the range the model has "
            f"embeddings for. Received: values from {array.min()} to "
            f"{array.max()}. Was another tokenizer used?"
        )


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
