"""More tokens: a larger token embedding, and heads and tokenizer to match."""

import keras
import keras_hub
import numpy as np

from keras_electra.argument_checks import is_integer
from keras_electra.keras_internals import flatten_layers


def resize_token_embeddings(model, vocabulary_size):
    """Copy a model, with another number of token embeddings.

    Args:
        model: backbone or task of ours.
        vocabulary_size: int.

    Returns:
        A model of the same class. The rows of new tokens are the mean of all
        rows, in an output table too; their output bias is 0.

    Raises:
        ValueError: if `vocabulary_size` is not a positive integer or smaller
            than the tokenizer's, or if the model has quantized layers or
            adapters.
    """
    preprocessor = getattr(model, "preprocessor", None)
    tokenizer = getattr(preprocessor, "tokenizer", None)
    tokens = 1 if tokenizer is None else tokenizer.vocabulary_size()
    if not is_integer(vocabulary_size, tokens):
        raise ValueError(
            "`vocabulary_size` must be a positive integer, and not below the "
            f"{tokens} tokens of the tokenizer. Received: vocabulary_size="
            f"{vocabulary_size!r}."
        )
    vocabulary_size = int(vocabulary_size)
    config = model.get_config()
    if hasattr(model, "backbone"):
        backbone = config["backbone"]
        sizes = {**backbone["config"], "vocabulary_size": vocabulary_size}
        config["backbone"] = {**backbone, "config": sizes}
        config["preprocessor"] = None  # Its config holds no vocabulary.
    else:
        config["vocabulary_size"] = vocabulary_size
    changed = [
        layer.name
        for layer in flatten_layers(model)
        if layer.quantization_mode or getattr(layer, "lora_enabled", False)
    ]
    if changed:
        raise ValueError(
            "Only a model in floating point and without adapters can be "
            f"resized. Received: {len(changed)} quantized or adapted layers, "
            f"such as {changed[0]!r}. Add tokens before `quantize` and "
            "`enable_lora`."
        )
    resized = type(model).from_config(config)
    for old, new in zip(model.weights, resized.weights, strict=True):
        new.assign(_resize(keras.ops.convert_to_numpy(old), new.shape))
    if preprocessor is not None:
        resized.preprocessor = preprocessor
    return resized


def add_tokens(part, tokens):
    """Copy a tokenizer, preprocessor or task, with more tokens.

    Args:
        part: tokenizer, preprocessor or task of ours.
        tokens: list, as `added_tokens` of `ElectraTokenizer`; in addition to
            those that the tokenizer has.

    Returns:
        An object of the same class.

    Raises:
        ValueError: if `tokens` is no list of tokens, if the task has no
            tokenizer, or as `resize_token_embeddings`.
    """
    if isinstance(part, keras_hub.tokenizers.Tokenizer):
        return _with_tokens(part, tokens)
    if isinstance(part, keras_hub.models.Preprocessor):
        tokenizer = _with_tokens(part.tokenizer, tokens)
        return part.from_config({**part.get_config(), "tokenizer": tokenizer})
    if getattr(part.preprocessor, "tokenizer", None) is None:
        lacking = "preprocessor" if part.preprocessor is None else "tokenizer"
        raise ValueError(
            "Tokens must be added to a model with a tokenizer. Received: "
            f"{type(part).__name__} without a {lacking}. Use "
            "`resize_token_embeddings(vocabulary_size)`."
        )
    preprocessor = add_tokens(part.preprocessor, tokens)
    size = max(
        part.backbone.vocabulary_size, preprocessor.tokenizer.vocabulary_size()
    )
    task = resize_token_embeddings(part, size)
    task.preprocessor = preprocessor
    return task


def _with_tokens(tokenizer, tokens):
    if isinstance(tokens, (str, bytes)):
        raise ValueError(
            "Tokens to add must be a list of strings, not one string. "
            f"Received: {tokens!r}."
        )
    options, pieces = tokenizer.options, tokenizer.engine.vocabulary
    # In the order of their ids, which must stay.
    old = [
        token
        for token in options.tokens_to_add
        if token in options.added_tokens or token["content"] not in pieces
    ]
    return tokenizer.from_config(
        {
            **tokenizer.get_config(),
            "vocabulary": pieces,
            "added_tokens": [*old, *tokens],
        }
    )


def _resize(value, shape):
    """Cut the rows of a table, or continue them by their mean; a bias by 0.

    As Transformers does, whose rows are drawn close around the mean.
    """
    value = value.astype("float32")  # numpy knows no mean of bfloat16.
    for axis, (old, new) in enumerate(zip(value.shape, shape, strict=True)):
        mean = value.mean(axis, keepdims=True) * (value.ndim > 1)
        more = np.repeat(mean, max(0, new - old), axis)
        kept = np.take(value, range(min(old, new)), axis)
        value = np.concatenate([kept, more], axis)
    return value
