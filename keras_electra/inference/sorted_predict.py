"""Predict texts in batches of similar length."""

import functools
import itertools

import keras
import numpy as np

from keras_electra.text import row_batches


def predict_texts(task, columns, batch_size, verbose):
    """Predict for texts in memory.

    Texts of like length share a batch, so that little of it is padding, and
    few shapes are compiled.

    Args:
        task: a task with a preprocessor.
        columns: tuple of one or two lists of N strings.
        batch_size: int.
        verbose: `"auto"`, 0, 1 or 2, as in Keras.

    Returns:
        The model's outputs for the texts in the order given: an array with N
        rows, or a structure of them. Where there is an output a token,
        `(N, T, ...)`, T is the longest batch's and padding is 0.
    """
    # Tokenizing twice costs 1% of the time, sorting by tokens saves 10%.
    lengths = task.preprocessor.token_counts(*columns)

    def batch(rows):
        x = tuple([column[i] for i in rows] for column in columns)
        return task.preprocess_to_predict(x if len(x) > 1 else x[0])

    return predict_sorted(task, lengths, batch, batch_size, verbose)


def predict_sorted(task, lengths, batch, batch_size, verbose=0):
    """Predict for rows that are made when needed, the shortest first.

    Args:
        task: a task.
        lengths: int array, `(N,)`. How long each row is.
        batch: function of an int array of row numbers to model inputs.
        batch_size: int.
        verbose: as in Keras.

    Returns:
        As `predict_texts`.
    """
    parts, back = row_batches.sorted_parts(lengths, batch_size)
    outputs = _run(task, map(batch, parts), verbose, len(parts))
    return keras.tree.map_structure(lambda output: output[back], outputs)


def predict_batches(task, batches, verbose, steps=None):
    """Predict for a stream of preprocessed batches.

    Args:
        task: a task.
        batches: iterable of model inputs, `(x, y)` or `(x, y, weight)`.
        verbose: as in Keras.
        steps: int. Batches to take; `None` takes all.

    Returns:
        As `predict_texts`.

    Raises:
        ValueError: if there is no batch.
    """
    if steps is None:
        steps = getattr(batches, "num_batches", None)
    if steps is not None:
        batches = itertools.islice(iter(batches), steps)
    inputs = (keras.utils.unpack_x_y_sample_weight(item)[0] for item in batches)
    return _run(task, inputs, verbose, steps)


def _run(task, inputs, verbose, steps):
    verbose = 1 if verbose == "auto" else verbose
    progress = keras.utils.Progbar(steps, verbose=verbose)
    outputs = []
    largest = 0
    for x in inputs:
        x = keras.utils.unpack_x_y_sample_weight(x)[0]
        x = keras.tree.map_structure(np.asarray, x)
        count = len(next(iter(x.values())))
        largest = max(largest, count)
        batch = keras.Model.predict_on_batch(task, _pad_rows(x, count, largest))
        outputs.append(_clean_all(task, batch, count, x["padding_mask"]))
        if verbose:
            progress.update(len(outputs))
    if not outputs:
        raise ValueError("There must be at least one batch. Received: none.")
    if verbose and steps is None:
        progress.update(len(outputs), finalize=True)
    join = functools.partial(row_batches.join, missing=task.missing_output)
    return keras.tree.map_structure(join, *outputs)


def _pad_rows(x, count, largest):
    """Repeat the last row up to a power of two, for compiling backends.

    XLA compiles once a shape; a rest of 7 rows need not be one. A batch as
    large as the largest so far stays as it is.
    """
    if keras.config.backend() == "torch":
        return x
    missing = min(1 << (count - 1).bit_length(), largest) - count
    if not missing:
        return x
    return {
        name: np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])
        for name, array in x.items()
    }


def _clean_all(task, batch, count, mask):
    per_token = task.outputs_per_token
    if isinstance(per_token, bool):
        mask = mask if per_token else None
        clean = functools.partial(_clean, count=count, mask=mask)
        return keras.tree.map_structure(clean, batch)
    return {
        name: _clean(array, count, mask if name in per_token else None)
        for name, array in batch.items()
    }


def _clean(array, count, mask):
    """Drop added rows and what stands at padding."""
    array = array[:count]
    if mask is None:
        return array
    mask = mask.reshape(mask.shape + (1,) * (array.ndim - mask.ndim))
    return np.where(mask != 0, array, np.zeros((), array.dtype))
