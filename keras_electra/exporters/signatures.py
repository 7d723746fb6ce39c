"""Inputs and outputs of exported models: one definition for all formats."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class NamedTensor:
    """An input or output.

    Args:
        name: string.
        dtype: string.
        shape: tuple. An int for a fixed axis, a name for one of any size.
    """

    name: str
    dtype: str
    shape: tuple


@dataclasses.dataclass(frozen=True)
class Signature:
    """All inputs and outputs of a model."""

    inputs: tuple
    outputs: tuple


# === Token ids ===

# Name of the second axis, if it is not the tokens of a text.
_INPUT_AXES = {
    "mask_positions": "masks",
    "encoder_hidden_states": "encoder_length",
    "encoder_padding_mask": "encoder_length",
}
_OUTPUT_AXES = {"ElectraMaskedLM": "masks", "ElectraMultipleChoice": "choices"}
_OUTPUT_NAMES = {"ElectraTextEmbedder": "embeddings"}


def token_signature(task):
    """Return the signature of a task over token ids; outputs are float32."""
    kind = type(task).__name__
    outputs = task.output
    if not isinstance(outputs, dict):
        outputs = {_OUTPUT_NAMES.get(kind, "logits"): outputs}
    axis = _OUTPUT_AXES.get(kind, "length")
    return Signature(
        tuple(
            NamedTensor(name, tensor.dtype, _input_shape(name, tensor.shape))
            for name, tensor in task.input.items()
        ),
        tuple(
            NamedTensor(name, "float32", _named(tensor.shape, [axis]))
            for name, tensor in outputs.items()
        ),
    )


def _input_shape(name, shape):
    if name in _INPUT_AXES:
        return _named(shape, [_INPUT_AXES[name]])
    return _named(
        shape, ["length"] if len(shape) == 2 else ["choices", "length"]
    )


def _named(shape, axes):
    """Name the axes of any size: the batch, and then `axes`."""
    names = iter(["batch", *axes])
    return tuple(next(names) if size is None else size for size in shape)


# === Raw text ===

_TEXTS = NamedTensor("texts", "string", ("batch",))
_TOKENS = NamedTensor("tokens", "string", ("batch", "length"))
# Outputs of each task; the output of the model itself comes last.
_TEXT_OUTPUTS = {
    "ElectraTextClassifier": (
        NamedTensor("labels", "string", ("batch",)),
        NamedTensor("scores", "float32", ("batch",)),
        NamedTensor("logits", "float32", ("batch", "classes")),
    ),
    "ElectraTextEmbedder": (
        NamedTensor("embeddings", "float32", ("batch", "dimensions")),
    ),
    "ElectraTokenClassifier": (
        _TOKENS,
        NamedTensor("labels", "string", ("batch", "length")),
        NamedTensor("scores", "float32", ("batch", "length")),
        NamedTensor("logits", "float32", ("batch", "length", "classes")),
    ),
    "ElectraReplacedTokenDetector": (
        _TOKENS,
        NamedTensor("replaced", "float32", ("batch", "length")),
        NamedTensor("logits", "float32", ("batch", "length")),
    ),
}


def text_signature(task):
    """Return the signature of a task over raw texts."""
    kind = type(task).__name__
    if kind not in _TEXT_OUTPUTS:
        raise ValueError(
            f"`inputs='text'` is supported for {', '.join(_TEXT_OUTPUTS)}. "
            f"Received: {kind}. Export it with inputs='tokens' and tokenize "
            "the texts first; `keras_electra.runtime` does so for all tasks "
            "except multiple choice and causal language modeling."
        )
    if task.preprocessor is None:
        raise ValueError(
            "`inputs='text'` needs a preprocessor, and this model has none. "
            "Set `task.preprocessor`, or export it with inputs='tokens'."
        )
    if task.preprocessor.tokenizer.options.padding_side == "left":
        raise ValueError(
            "`inputs='text'` needs a tokenizer with padding_side='right'. "
            "Received: 'left', with which the result for a text depends on "
            "the longest text of its batch. Export it with inputs='tokens'."
        )
    return Signature((_TEXTS,), _TEXT_OUTPUTS[kind])


def takes_pairs(task):
    """Whether a model over raw texts has a second signature, for pairs."""
    return type(task).__name__ == "ElectraTextClassifier"


def signature_of(task, inputs):
    return text_signature(task) if inputs == "text" else token_signature(task)
