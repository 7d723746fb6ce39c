"""Check encoder states passed to a decoder."""

import keras
import numpy as np

from keras_electra import array_checks
from keras_electra.data.tf_dataset import (
    as_int32,
    assert_finite,
    assert_range,
    ones_mask,
)
from keras_electra.text.raw_text import is_symbolic


def check_mask(name, mask):
    """Return a padding mask; raise, or stop a graph, unless it is 0 and 1."""
    if is_symbolic(mask):
        return assert_range(mask, 0, 1, array_checks.mask_message(name))
    array_checks.check_mask(name, mask)
    return mask


def check(x, backbone, batch_size):
    """The encoder's output among the inputs of a decoder.

    Args:
        x: dict of inputs.
        backbone: `ElectraBackbone`.
        batch_size: int. Rows of the other inputs, B.

    Returns:
        A dict of `encoder_hidden_states`, float32 `(B, S, D)`, and
        `encoder_padding_mask`, int32 `(B, S)`, by default 1; empty for a model
        without cross-attention.

    Raises:
        ValueError: if it is missing, not asked for, of another shape,
            or holds other numbers than it may.
    """
    states = x.get("encoder_hidden_states")
    if (states is not None) != backbone.add_cross_attention:
        raise ValueError(
            "`encoder_hidden_states` must be given to a decoder with "
            "cross-attention, and to no other. Received: "
            f"{'some' if states is not None else 'none'} for a backbone with "
            f"add_cross_attention={backbone.add_cross_attention}."
        )
    if states is None:
        return {}
    if is_symbolic(states):
        return _check_symbolic(states, x.get("encoder_padding_mask"))
    states = keras.ops.convert_to_numpy(states)
    shape = (batch_size, *states.shape[1:2], backbone.hidden_dim)
    if states.ndim != 3 or states.shape != shape:
        raise ValueError(
            "`encoder_hidden_states` must have the shape (B, S, hidden_dim), "
            f"here ({batch_size}, S, {backbone.hidden_dim}). Received: shape "
            f"{states.shape}."
        )
    mask = x.get("encoder_padding_mask")
    if mask is None:
        mask = np.ones(shape[:2], "int32")
    mask = keras.ops.convert_to_numpy(mask)
    if mask.shape != shape[:2]:
        raise ValueError(
            "`encoder_padding_mask` must have the shape (B, S) of "
            f"`encoder_hidden_states`, {shape[:2]}. Received: {mask.shape}."
        )
    array_checks.check_mask("encoder_padding_mask", mask)
    states = states.astype("float32")
    array_checks.check_finite("encoder_hidden_states", states)
    return {
        "encoder_hidden_states": states,
        "encoder_padding_mask": mask.astype("int32"),
    }


def _check_symbolic(states, mask):
    mask = ones_mask(states) if mask is None else mask
    return {
        "encoder_hidden_states": assert_finite(
            states, "`encoder_hidden_states` must hold finite numbers."
        ),
        "encoder_padding_mask": as_int32(
            check_mask("encoder_padding_mask", mask)
        ),
    }
