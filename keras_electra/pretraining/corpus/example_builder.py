"""Assemble lines of token ids into examples of two segments."""

import math
import random

import numpy as np

# Probability of an example with a single segment, as in the classification of
# single texts, and of a shortened example.
_SINGLE_SEGMENT = 0.1
_SHORT_EXAMPLE = 0.05
_SHORTEST_TARGET = 5


class ExampleBuilder:
    """Collect the lines of a document until they fill an example.

    As in the 2020 code, half of an example is its first segment and the rest
    its second; one example in ten has a single segment, and one in twenty a
    random shorter length. Unless `as_published`, three things differ. Text that
    does not fit starts the next example; the 2020 code discards it, which can
    be much of the text if lines are whole paragraphs. Long lines are divided
    at the ends of sentences, so that segments meet there. The text keeps its
    order.

    Args:
        sequence_length: int. Maximum number of tokens in an example, T.
        cls_id: int. Id of `[CLS]`.
        sep_id: int. Id of `[SEP]`.
        sentence_ends: bool array, `(V,)`. True for tokens that end a sentence.
        seed: int or str.
        as_published: bool.

    Reference: `build_pretraining_dataset.py` of the 2020 release.
    """

    def __init__(
        self,
        sequence_length,
        cls_id,
        sep_id,
        sentence_ends,
        seed,
        as_published=False,
    ):
        self._max_length = sequence_length
        self._cls = np.array([cls_id], dtype="int32")
        self._sep = np.array([sep_id], dtype="int32")
        self._sentence_ends = sentence_ends
        self._random = random.Random(seed).random
        self._as_published = as_published
        self._target_length = sequence_length

    def add_document(self, lines):
        """Yield the examples of a document.

        Args:
            lines: iterable of int arrays, the ids of each line.

        Yields:
            Tuples `(token_ids, second_start)`: an int32 array, `(T,)`, with
            `[CLS]` and `[SEP]`, and the position of the second segment, which
            is the length if there is none.
        """
        waiting, length = [], 0
        for line in lines:
            for part in self._parts(line):
                waiting.append(part)
                length += len(part)
                while length >= self._target_length:
                    example, waiting = self._make_example(waiting)
                    length = sum(map(len, waiting))
                    yield example
        while length:
            example, waiting = self._make_example(waiting)
            length = sum(map(len, waiting))
            yield example

    def _parts(self, line):
        if self._as_published or len(line) <= self._max_length // 2:
            return [line] if len(line) else []
        ends = np.flatnonzero(self._sentence_ends[line]) + 1
        return [part for part in np.split(line, ends) if len(part)]

    def _make_example(self, parts):
        """An example of the first parts, and the remaining parts."""
        half = (self._target_length - 3) // 2
        if self._random() < _SINGLE_SEGMENT:
            half = math.inf
        first, second = [], []
        first_length = 0
        for part in parts:
            # The first segment may exceed its half by one part. In the 2020
            # code a short part can follow one that was too long, which changes
            # the order of the text.
            in_order = self._as_published or not second
            if (
                not first
                or in_order
                and first_length + len(part) < half
                or not second
                and first_length < half
                and self._random() < 0.5
            ):
                first.append(part)
                first_length += len(part)
            else:
                second.append(part)
        if self._random() < _SHORT_EXAMPLE:
            choices = self._max_length - _SHORTEST_TARGET + 1
            target = _SHORTEST_TARGET + int(self._random() * choices)
        else:
            target = self._max_length
        self._target_length = target
        first, rest = _cut(first, self._max_length - 2)
        if not rest:
            room = max(self._max_length - 3 - len(first), 0)
            second, rest = _cut(second, room)
        else:
            rest, second = [*rest, *second], second[:0]
        pieces = [self._cls, first, self._sep]
        if len(second):
            pieces += [second, self._sep]
        ids = np.concatenate(pieces)
        example = ids.astype("int32", copy=False), len(first) + 2
        return example, [] if self._as_published else rest


def _cut(parts, length):
    """The first `length` tokens as an array, and the remaining parts."""
    kept = []
    for index, part in enumerate(parts):
        if len(part) > length:
            kept.append(part[:length])
            rest = [part[length:], *parts[index + 1 :]]
            return np.concatenate(kept), rest
        kept.append(part)
        length -= len(part)
    return np.concatenate(kept) if kept else np.empty(0, "int32"), []
