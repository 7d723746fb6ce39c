"""Start and end positions as labels."""

import numpy as np
from keras import ops

from keras_electra.data.tf_dataset import joint_labels
from keras_electra.text.raw_text import is_symbolic


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
    # `impossible` is this module's own, of a batch that has been here before.
    if not isinstance(y, dict) or {*y} - {"impossible"} != {"end", "start"}:
        raise ValueError(
            "Labels of ready tensors must be a dict of `start` and `end`, "
            f"the positions of tokens. Received: {type(y).__name__}"
            f"{' of ' + ', '.join(sorted(y)) if isinstance(y, dict) else ''}."
        )
    y = {name: ops.convert_to_numpy(y[name]) for name in ("start", "end")}
    for name, positions in y.items():
        if positions.shape != (count,) or positions.dtype.kind not in "iu":
            raise ValueError(
                "Positions must be integers, one per row, shape "
                f"({count},). Received: `{name}` of shape "
                f"{positions.shape}, dtype {positions.dtype}."
            )
    return {
        name: np.clip(positions, -1, 2**31 - 1).astype("int32")
        for name, positions in y.items()
    }


def for_joint_head(x, y):
    """What the 2020 head learns from: starts are inputs, too.

    Positions count as in `SpanLoss`: a negative one is 0. One beyond the end,
    which that loss ignores, is the last here.

    Args:
        x: dict of model inputs.
        y: dict of `start` and `end`, int `(B,)`; or `None`.

    Returns:
        `x` with `start_positions`, int32 `(B,)`, and `y` with `impossible`,
        int32 `(B, 1)`, 1 where the answer is [CLS]; both unchanged without
        `y`.
    """
    if y is None:
        return x, y
    if is_symbolic(y["start"]):
        starts, none = joint_labels(y["start"], x["padding_mask"])
    else:
        mask = ops.convert_to_numpy(x["padding_mask"])
        starts = ops.convert_to_numpy(y["start"]).reshape(-1)
        starts = np.clip(starts, 0, mask.shape[1] - 1).astype("int32")
        # A column: losses of Keras are means over the last axis.
        none = (starts == mask.argmax(axis=1))[:, None].astype("int32")
    return {**x, "start_positions": starts}, {**y, "impossible": none}
