"""Replaced token detection: from texts to a probability for each token."""

import numpy as np

from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.probabilities import sigmoid
from keras_electra.postprocessing.text_arguments import read_texts
from keras_electra.text.packing import pack_with_offsets
from keras_electra.text.truncation import packing_lengths

_INPUTS = ("token_ids", "segment_ids", "padding_mask")


def detect(model, texts, batch_size=32):
    """Score tokens; see `ElectraReplacedTokenDetector.detect`.

    Args:
        model: a task or an exported model, with `preprocessor`,
            `max_sequence_length` and `predict_rows`.
        texts: a string, or a list of strings.
        batch_size: int.
    """
    (texts,), is_single = read_texts(model, texts, "detect")
    rows = detect_tokens(model, texts, batch_size)
    return rows[0] if is_single else rows


def detect_tokens(task, texts, batch_size):
    """The tokens of each text, with a probability.

    Args:
        task: `ElectraReplacedTokenDetector`, or an exported one.
        texts: list of strings.
        batch_size: int.

    Returns:
        A list with a list of dicts a text; see `detect`.
    """
    preprocessor = task.preprocessor
    tokenizer = preprocessor.tokenizer
    packed = pack_with_offsets(
        tokenizer,
        texts,
        truncation=preprocessor.truncation,
        **packing_lengths(task),
    )
    logits = task.predict_rows(
        packed["padding_mask"].sum(axis=1),
        lambda rows: {name: packed[name][rows] for name in _INPUTS},
        batch_size,
    )
    logits = np.asarray(logits, "float32")
    check_outputs(logits)
    replaced = sigmoid(logits)
    return [
        [
            {
                "token": tokenizer.id_to_token(int(ids[i])),
                "start": int(packed["offsets"][row, i, 0]),
                "end": int(packed["offsets"][row, i, 1]),
                "replaced": float(replaced[row, i]),
            }
            for i in np.flatnonzero(packed["special_tokens_mask"][row] == 0)
        ]
        for row, ids in enumerate(packed["token_ids"])
    ]
