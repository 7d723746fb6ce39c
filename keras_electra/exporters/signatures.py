"""What an exported model takes and gives: one definition for all formats."""

import dataclasses

# What the second axis of an input or output is called, where it is not the
# tokens of a text.
_SECOND_AXES = {
    "mask_positions": "masks",
    "encoder_hidden_states": "encoder_length",
    "encoder_padding_mask": "encoder_length",
}
_OUTPUT_AXES = {"ElectraMaskedLM": "masks", "ElectraMultipleChoice": "choices"}
_OUTPUT_NAMES = {"ElectraTextEmbedder": "embeddings"}


@dataclasses.dataclass(frozen=True)
class NamedTensor:
    """A tensor that goes in or out.

    Args:
        name: str.
        dtype: str.
        shape: tuple. An int for a fixed axis, a name for one of any size.
    """

    name: str
    dtype: str
    shape: tuple


@dataclasses.dataclass(frozen=True)
class Signature:
    """All that goes in and all that comes out.

    Args:
        inputs: tuple of `NamedTensor`.
        outputs: tuple of `NamedTensor`.
    """

    inputs: tuple
    outputs: tuple


def signature_of(task):
    """The signature of a task over token ids.

    Args:
        task: a task of keras_electra.

    Returns:
        `Signature`. Outputs are float32, whatever the task computes in.
    """
    kind = type(task).__name__
    inputs = tuple(
        NamedTensor(name, tensor.dtype, _input_shape(name, tensor.shape))
        for name, tensor in task.input.items()
    )
    outputs = task.output
    if not isinstance(outputs, dict):
        outputs = {_OUTPUT_NAMES.get(kind, "logits"): outputs}
    axis = _OUTPUT_AXES.get(kind, "length")
    return Signature(
        inputs,
        tuple(
            NamedTensor(name, "float32", _named(tensor.shape, [axis]))
            for name, tensor in outputs.items()
        ),
    )


def _input_shape(name, shape):
    if name in _SECOND_AXES:
        return _named(shape, [_SECOND_AXES[name]])
    return _named(
        shape, ["length"] if len(shape) == 2 else ["choices", "length"]
    )


def _named(shape, axes):
    """Name the axes of any size: the batch, and then those given."""
    names = iter(["batch", *axes])
    return tuple(next(names) if size is None else size for size in shape)
