"""Masked language modeling: from texts with [MASK] to the best tokens."""

import numpy as np

from keras_electra.argument_checks import check_integers
from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.probabilities import softmax
from keras_electra.postprocessing.text_arguments import read_texts
from keras_electra.text.masking import find_mask_tokens
from keras_electra.text.packing import pack
from keras_electra.text.truncation import packing_lengths


def fill_mask(model, texts, top_k=5, batch_size=32):
    """Predict masked tokens; see `ElectraMaskedLM.fill_mask`.

    Args:
        model: a task or an exported model, with `preprocessor`,
            `max_sequence_length` and `predict_rows`.
        texts: a string, or a list of strings.
        top_k: int.
        batch_size: int.
    """
    check_top_k(top_k)
    (texts,), is_single = read_texts(model, texts, "fill_mask")
    preprocessor = model.preprocessor
    tokenizer = preprocessor.tokenizer
    results = []
    # One batch at a time: logits of a whole vocabulary take much memory.
    for start in range(0, len(texts), batch_size):
        batch = texts[start : start + batch_size]
        packed = pack(
            tokenizer,
            batch,
            truncation=preprocessor.truncation,
            **packing_lengths(model),
        )
        x = find_mask_tokens(packed, tokenizer)
        check_masks(x, batch, tokenizer, start)
        logits = model.predict_rows(
            x["padding_mask"].sum(axis=1),
            lambda rows, x=x: {name: array[rows] for name, array in x.items()},
            batch_size,
        )
        results += best_tokens(x, logits, tokenizer, top_k)
    return results[0] if is_single else results


def check_top_k(top_k):
    """Raise if a number of guesses is not possible.

    Args:
        top_k: int.

    Raises:
        ValueError: if it is not a positive integer.
    """
    check_integers(top_k=top_k)


def check_masks(x, texts, tokenizer, start=0):
    """Check that every text has a mask, and that none was cut off.

    Args:
        x: dict of arrays; `mask_positions`, int `(B, M)`, 0 where none is.
        texts: list of B strings.
        tokenizer: `ElectraTokenizer`.
        start: int, default `0`. The number of the first text.

    Raises:
        ValueError: naming the first text for which this is not so.
    """
    token = tokenizer.mask_token
    found = (x["mask_positions"] > 0).sum(axis=1)
    for row, (text, count) in enumerate(zip(texts, found, strict=True), start):
        if not count and token not in text:
            raise ValueError(
                f"Every text must hold the mask token, {token!r}, where a "
                f"token is to be guessed. Received: text {row}, {text[:60]!r}."
            )
        if count < text.count(token):
            raise ValueError(
                f"Every {token!r} must be within the `sequence_length` of the "
                f"preprocessor. Received: text {row}, {text[:60]!r}, with "
                f"{text.count(token)}, of which {count} fit. Shorten the text, "
                "or set `preprocessor.sequence_length`."
            )


def best_tokens(x, logits, tokenizer, top_k):
    """The best tokens of each mask, in the form of Transformers' pipeline.

    Args:
        x: dict of int arrays: `token_ids`, `padding_mask`, `(B, T)`;
            `mask_positions`, `(B, M)`, 0 where none is.
        logits: float array, `(B, M, V)`. V may exceed the vocabulary; rows
            without a token count in the probabilities, as in Transformers,
            and are left out of the results.
        tokenizer: `ElectraTokenizer`.
        top_k: int. Tokens for each mask.

    Returns:
        For each text a list of dicts, or where it has more masks than one, a
        list of such lists.
    """
    check_outputs(np.asarray(logits, "float32"))
    results = []
    pieces = tokenizer.vocabulary_size()
    for row, positions in enumerate(x["mask_positions"]):
        ids = x["token_ids"][row]
        kept = np.flatnonzero(x["padding_mask"][row])
        positions = positions[positions > 0]
        masks = []
        for place, position in enumerate(positions):
            tokens, scores = _top(logits[row, place], top_k, pieces)
            sequences = np.repeat(ids[None], len(tokens), axis=0)
            sequences[:, position] = tokens
            # With other masks in it, a text without special tokens is odd.
            sequences = tokenizer.detokenize(
                sequences[:, kept], skip_special_tokens=len(positions) == 1
            )
            names = tokenizer.detokenize(tokens[:, None])
            columns = zip(scores, tokens, names, sequences, strict=True)
            masks.append(
                [
                    {
                        "score": float(score),
                        "token": int(token),
                        "token_str": name,
                        "sequence": sequence,
                    }
                    for score, token, name, sequence in columns
                ]
            )
        results.append(masks[0] if len(masks) == 1 else masks)
    return results


def _top(logits, top_k, pieces):
    """Ids below `pieces` and their probabilities, best first."""
    logits = np.asarray(logits, "float32")
    order = np.argsort(-logits[:pieces], kind="stable")[:top_k]
    return order, softmax(logits)[order]
