"""Texts to how likely each of their tokens was replaced; numpy only."""

import numpy as np

from keras_electra.array_checks import check_outputs
from keras_electra.text.packing import pack_with_offsets
from keras_electra.text.truncation import length_buckets

_INPUTS = ("token_ids", "segment_ids", "padding_mask")


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
        sequence_length=min(
            preprocessor.sequence_length, task.max_sequence_length
        ),
        truncation=preprocessor.truncation,
        buckets=length_buckets(),
    )
    logits = task.predict_rows(
        packed["padding_mask"].sum(axis=1),
        lambda rows: {name: packed[name][rows] for name in _INPUTS},
        batch_size,
    )
    logits = np.asarray(logits, "float32")
    check_outputs(logits)
    replaced = 0.5 * (1 + np.tanh(logits / 2))  # Overflows nowhere.
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
