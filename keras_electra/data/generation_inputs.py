"""Check the inputs of `generate`."""

import keras
import numpy as np

from keras_electra import array_checks
from keras_electra.data import encoder_states, ready_inputs
from keras_electra.input_names import check_input_names
from keras_electra.tokenizer.texts import listed


def check_length(max_length, backbone, preprocessor):
    """The length of the sequences to make.

    Args:
        max_length: int, prompt included; `None` for the longest there can be.
        backbone: `ElectraBackbone`.
        preprocessor: of the task, or `None`.

    Returns:
        int, or `None` where the inputs themselves say it.

    Raises:
        ValueError: if the model has not that many positions.
    """
    limit = backbone.max_sequence_length
    if max_length is None:
        return preprocessor and min(preprocessor.sequence_length, limit)
    is_integer = isinstance(max_length, (int, np.integer))
    if not is_integer or not 1 <= max_length <= limit:
        raise ValueError(
            "`max_length` must be a positive integer, not above the model's "
            f"`max_sequence_length`. Received: max_length={max_length!r}, "
            f"max_sequence_length={limit}."
        )
    return int(max_length)


def check_stop_tokens(stop_token_ids, backbone):
    """Stop tokens as a list.

    Args:
        stop_token_ids: `"auto"`, `None`, an int or a list of int.
        backbone: `ElectraBackbone`.

    Returns:
        `"auto"`, `None` or a list of int.

    Raises:
        ValueError: if one of them is no token.
    """
    if stop_token_ids is None or isinstance(stop_token_ids, str):
        if stop_token_ids in (None, "auto"):
            return stop_token_ids
        ids = [stop_token_ids]
    else:
        ids = np.atleast_1d(stop_token_ids).tolist()
    size = backbone.vocabulary_size
    if not ids or not all(isinstance(i, int) and 0 <= i < size for i in ids):
        raise ValueError(
            "`stop_token_ids` must be 'auto' ([SEP]), `None`, or one or more "
            f"integers in [0, {size}). Received: "
            f"stop_token_ids={stop_token_ids!r}."
        )
    return ids


def fill_up(inputs, backbone, length=None):
    """Ready prompts with room for what is to be generated.

    Args:
        inputs: dict of `token_ids` and other inputs of the model.
        backbone: `ElectraBackbone`.
        length: int. The length T to fill up to; `None` for that of the
            inputs, which then have room already.

    Returns:
        A dict of arrays, int32 `(B, T)`, and the encoder's output.

    Raises:
        ValueError: if the inputs do not fit the model, a prompt is empty, or
            there is no room after a prompt.
    """
    inputs = ready_inputs.check(inputs, backbone)
    mask = inputs["padding_mask"]
    missing = max((length or 0) - mask.shape[1], 0)
    filled = {
        name: np.pad(inputs[name], ((0, 0), (0, missing)))
        for name in ("token_ids", "segment_ids", "padding_mask")
    }
    mask = filled["padding_mask"]
    if not mask.any(axis=1).all():
        raise ValueError(
            "A prompt must hold at least one token; [CLS] begins a text. "
            f"Received: an empty prompt in row {mask.any(axis=1).argmin()}."
        )
    if mask[:, -1].any() or (length and length < mask.shape[1]):
        raise ValueError(
            "A prompt must leave room for at least one token before "
            f"`max_length`. Received: prompts of {inputs['token_ids'].shape[1]}"
            f" tokens, max_length={length}. Raise `max_length`, or, without "
            "it, pad the prompts with a `padding_mask` of 0."
        )
    return {**inputs, **filled}


def check_generated(outputs):
    """Return what was generated; raise if a row is -1, for NaN."""
    ids = keras.ops.convert_to_numpy(outputs["token_ids"])
    array_checks.check_outputs(np.where(ids < 0, np.nan, 0.0))
    return outputs


def with_encoder(inputs, backbone):
    """Complete prompts in text with the inputs of cross-attention.

    Args:
        inputs: texts, or a dict of `prompts` and the encoder's output, and of
            nothing else.
        backbone: `ElectraBackbone`.

    Returns:
        `inputs`, complete; another dict, as KerasHub changes the one it gets.

    Raises:
        ValueError: if the encoder's output is missing, not asked for, or of
            another shape, or if there is an unknown input.
    """
    if not isinstance(inputs, dict):
        encoder_states.check({}, backbone, 0)
        return listed(inputs)
    check_input_names(
        inputs, ("prompts", "encoder_hidden_states", "encoder_padding_mask")
    )
    prompts = listed(inputs.get("prompts"))
    if prompts is None:
        return inputs  # Refused by the preprocessor.
    count = 1 if isinstance(prompts, (str, bytes)) else len(prompts)
    encoded = encoder_states.check(inputs, backbone, count)
    # Last: whether it is a single one tells KerasHub what to return.
    return {**encoded, "prompts": prompts}
