"""Split contexts of questions into overlapping windows."""

import warnings

import numpy as np

from keras_electra.text.answer_spans import character_spans, token_spans
from keras_electra.text.packing import pack_with_offsets
from keras_electra.text.truncation import (
    default_stride,
    length_buckets,
    padded_length,
)

# Questions that are tokenized at a time: what windows share is thrown away
# before the next are made.
_CHUNK = 256


def check_questions(questions, tokenizer, sequence_length):
    """Refuse questions that nothing could be found for.

    Args:
        questions: list of strings.
        tokenizer: `ElectraTokenizer`.
        sequence_length: int. Pieces of a window with its framing.

    Raises:
        ValueError: if a question is empty, or leaves no room for a context.
    """
    for index, question in enumerate(questions):
        if not question.strip():
            raise ValueError(
                "A question must not be empty. Received: "
                f"{question!r}, question {index}."
            )
    room = sequence_length - 4  # [CLS], twice [SEP], a piece of context.
    rows = tokenizer.engine.tokenize(list(questions), sequence_length)
    for index, row in enumerate(rows):
        pieces = len(row) // 4  # int32
        if pieces > room:
            raise ValueError(
                "A question must leave room for its context. Received: at "
                f"least {pieces} pieces for a window of {sequence_length}, "
                f"question {index}. Shorten it, or make the windows longer."
            )


def windows_of(tokenizer, questions, contexts, sequence_length, stride):
    """Windows of some questions, with where their tokens come from.

    Args:
        tokenizer: `ElectraTokenizer`.
        questions: list of strings.
        contexts: list of strings, as many.
        sequence_length: int. Tokens of a window.
        stride: int, or `None` for `default_stride`.

    Yields:
        Tuples of the number of the first question and of what
        `pack_with_offsets` makes of it and up to 255 more.

    Raises:
        ValueError: if a question is empty or too long, or `stride` leaves
            windows no room to move on.
    """
    check_questions(questions, tokenizer, sequence_length)
    for first in range(0, len(questions), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        yield (
            first,
            pack_with_offsets(
                tokenizer,
                questions[chunk],
                contexts[chunk],
                sequence_length=sequence_length,
                truncation="only_second",
                buckets=length_buckets(),
                stride=stride,
                return_overflow=True,
            ),
        )


def training_windows(
    tokenizer, questions, contexts, answers, sequence_length, stride
):
    """All windows as rows without padding, and where the answers are.

    Args:
        tokenizer: `ElectraTokenizer`.
        questions: list of strings.
        contexts: list of strings.
        answers: as for `character_spans`.
        sequence_length: int.
        stride: int, or `None` for `default_stride`.

    Returns:
        Four: list of W int32 arrays, token ids; list of W arrays, segments;
        int32 array `(W, 2)`, first and last token of the answer, counted from
        [CLS]; int32 array `(W,)`, the question of each window.

    Raises:
        ValueError: as `windows_of` and `character_spans`.
    """
    spans = character_spans(answers, contexts)
    ids, segments, positions, owners = [], [], [], []
    for first, windows in windows_of(
        tokenizer, questions, contexts, sequence_length, stride
    ):
        starts, ends = token_spans(spans[first : first + _CHUNK], windows)
        begin = np.argmax(windows["padding_mask"], axis=1)
        positions.append(np.stack([starts - begin, ends - begin], axis=1))
        owners.append(windows["text_index"] + first)
        for row, mask in enumerate(windows["padding_mask"] != 0):
            ids.append(windows["token_ids"][row][mask])
            segments.append(windows["segment_ids"][row][mask])
    positions, owners = np.concatenate(positions), np.concatenate(owners)
    _warn_of_lost(spans, positions, owners, sequence_length, stride)
    return ids, segments, positions, owners


def _warn_of_lost(spans, positions, owners, sequence_length, stride):
    """Name answers that no window holds whole: they teach that there is none.

    Args:
        spans: int array `(N, 2)`, characters; empty where there is no answer.
        positions: int array `(W, 2)`, 0 for [CLS].
        owners: int array `(W,)`.
        sequence_length: int.
        stride: int, or `None` for `default_stride`.
    """
    held = np.zeros(len(spans), bool)
    held[owners[positions[:, 0] > 0]] = True
    lost = np.flatnonzero((spans[:, 1] > spans[:, 0]) & ~held)
    if lost.size:
        if stride is None:
            stride = default_stride(sequence_length, sequence_length)
        warnings.warn(
            f"{lost.size} of {len(spans)} answers fit in no window, so their "
            f"questions teach that there is no answer; the first is question "
            f"{lost[0]}. Windows of `sequence_length`={sequence_length} tokens "
            f"share `stride`={stride}: raise them above the longest answer, or "
            "leave these questions out.",
            stacklevel=7,
        )


def pad_windows(tokenizer, ids, segments, positions, sequence_length):
    """Rows of windows to one batch.

    Args:
        tokenizer: `ElectraTokenizer`.
        ids: list of B int arrays.
        segments: list of B int arrays.
        positions: int array `(B, 2)`, counted from [CLS].
        sequence_length: int.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, T)`, and a dict of `start` and `end`, int32 `(B,)`.
    """
    lengths = np.array([len(row) for row in ids])
    length = padded_length(lengths.max(), sequence_length, length_buckets())
    arrays = {
        "token_ids": np.full(
            (len(ids), length), tokenizer.pad_token_id, "int32"
        ),
        "segment_ids": np.zeros((len(ids), length), "int32"),
        "padding_mask": np.zeros((len(ids), length), "int32"),
    }
    left = tokenizer.options.padding_side == "left"
    begin = length - lengths if left else np.zeros_like(lengths)
    for row, (at, size) in enumerate(zip(begin, lengths, strict=True)):
        arrays["token_ids"][row, at : at + size] = ids[row]
        arrays["segment_ids"][row, at : at + size] = segments[row]
        arrays["padding_mask"][row, at : at + size] = 1
    positions = (positions + begin[:, None]).astype("int32")
    return arrays, {"start": positions[:, 0], "end": positions[:, 1]}
