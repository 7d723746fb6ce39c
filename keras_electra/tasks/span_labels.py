"""Starts and ends of answers as a model's labels."""

from keras import ops

from keras_electra.preprocessors.packing_mixin import is_symbolic
from keras_electra.preprocessors.tf_dataset import starts_at_cls


def check(y, x):
    """Check labels of ready tensors.

    Args:
        y: what the caller gave.
        x: dict of ready tensors, B rows.

    Returns:
        A dict of `start` and `end`, int32 arrays `(B,)`; `y` itself inside a
        TensorFlow graph.

    Raises:
        ValueError: if `y` is something else.
    """
    if is_symbolic(x["token_ids"]):
        return y
    count = len(x["token_ids"])
    if not isinstance(y, dict) or sorted(y) != ["end", "start"]:
        raise ValueError(
            "Labels of ready tensors must be a dict of `start` and `end`, "
            f"the positions of tokens. Received: {type(y).__name__}."
        )
    y = {name: ops.convert_to_numpy(y[name]) for name in y}
    for name, positions in y.items():
        if positions.shape != (count,) or positions.dtype.kind not in "iu":
            raise ValueError(
                "Positions must be integers, one a row, shape "
                f"({count},). Received: `{name}` of shape "
                f"{positions.shape}, dtype {positions.dtype}."
            )
    return {name: y[name].astype("int32") for name in y}


def for_joint_head(x, y):
    """What the 2020 head learns from: starts are inputs, too.

    Args:
        x: dict of model inputs.
        y: dict of `start` and `end`, int `(B,)`; or `None`.

    Returns:
        `x` with `start_positions`, and `y` with `impossible`, int32 `(B,)`, 1
        where the answer is [CLS]; both unchanged without `y`.
    """
    if y is None:
        return x, y
    if is_symbolic(y["start"]):
        none = starts_at_cls(y["start"], x["padding_mask"])
    else:
        start, mask = (
            ops.convert_to_numpy(a) for a in (y["start"], x["padding_mask"])
        )
        none = (start == mask.argmax(axis=1)).astype("int32")
    return {**x, "start_positions": y["start"]}, {**y, "impossible": none}
