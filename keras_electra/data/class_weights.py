"""`class_weight` of `fit` where every token has a label."""

import keras
import numpy as np

from keras_electra.data import raw_inputs
from keras_electra.data.mapped_batches import MappedBatches


def take(task, x, arguments):
    """Take the weights that Keras would misread out of the arguments of `fit`.

    Of labels `(B, T)` Keras takes the place of a row's largest for its class.

    Args:
        task: a task.
        x: what `fit` was given.
        arguments: dict, of which `class_weight` is removed where tokens have
            labels.

    Returns:
        dict of class ids to floats, or `None` where there is nothing to do.

    Raises:
        ValueError: if the labels are no classes, or come with a data set.
    """
    if task.label_kind == "text" or arguments.get("class_weight") is None:
        return None
    if task.label_kind == "position":
        raise ValueError(
            "`class_weight` is for labels that are classes. Received: "
            f"class_weight for {type(task).__name__}, whose labels are "
            "positions. `sample_weight` weighs examples."
        )
    if raw_inputs.is_data_set(x):
        raise ValueError(
            f"`class_weight` of {type(task).__name__}, which has a label for "
            "each token, is for data in memory. Received: a data set. Let its "
            "elements be `(x, y, sample_weight)`, with ready tensors a weight "
            "for each token, `(B, T)`."
        )
    return arguments.pop("class_weight")


def weigh(class_weight, x, y, sample_weight=None):
    """A batch whose weights are those of its labels' classes.

    Args:
        class_weight: dict of class ids to floats, others weigh 1; or `None`.
        x: inputs.
        y: int, `(B, T)`.
        sample_weight: float, `(B,)` or `(B, T)`, or `None`.

    Returns:
        `(x, y, sample_weight)`, the last float32 `(B, T)`, or as it was.
    """
    if class_weight is None:
        return x, y, sample_weight
    y = keras.ops.convert_to_numpy(y)
    weights = np.ones(y.shape, "float32")
    for label, weight in class_weight.items():
        weights[y == int(label)] = weight
    if sample_weight is not None:
        given = keras.ops.convert_to_numpy(sample_weight)
        weights *= given[:, None] if given.ndim == 1 else given
    return x, y, weights


def weighed_batches(class_weight, batches):
    """The same of a `PyDataset` of batches.

    Args:
        class_weight: as for `weigh`.
        batches: `keras.utils.PyDataset` of `(x, y)` or `(x, y,
            sample_weight)`.

    Returns:
        `keras.utils.PyDataset`.
    """
    if class_weight is None:
        return batches
    return MappedBatches(lambda batch: weigh(class_weight, *batch), batches)
