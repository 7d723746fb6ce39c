"""Group classes of tokens into entities, as the pipeline of Transformers does.

Numpy and plain Python; one window of a text at a time.
"""

import numpy as np

from keras_electra.postprocessing.probabilities import softmax
from keras_electra.text.tag_scheme import read_tags

AGGREGATIONS = ("none", "simple", "first", "average", "max")


class EntityGrouping:
    """Turns what a model says of tokens into entities.

    Args:
        tokenizer: `ElectraTokenizer`.
        class_names: list of C strings, in a scheme that `read_tags` knows.
        aggregation: string, one of `AGGREGATIONS`.
        ignore_labels: names of classes and of entities to leave out.
        stride: int or `None`. What windows of a text share, if it has any.

    Raises:
        ValueError: if there is no such aggregation, or none that tells what
            windows have in common, if `ignore_labels` is no list, or if
            `class_names` mix tag schemes.
    """

    def __init__(
        self, tokenizer, class_names, aggregation, ignore_labels, stride=None
    ):
        if aggregation not in AGGREGATIONS:
            raise ValueError(
                f"`aggregation` must be one of {AGGREGATIONS}. Received: "
                f"aggregation={aggregation!r}."
            )
        if stride is not None and aggregation == "none":
            raise ValueError(
                "`stride` needs an `aggregation`, which tells what windows "
                f"have in common. Received: stride={stride}, "
                "aggregation='none'. Use aggregation='simple'."
            )
        if ignore_labels is None or isinstance(ignore_labels, str):
            raise ValueError(
                "`ignore_labels` must be a list of names, empty for none. "
                f"Received: ignore_labels={ignore_labels!r}."
            )
        self._tokens = tokenizer.engine.tokens
        self._join = tokenizer.engine.rust.decoder.decode
        self._unknown = tokenizer.unk_token_id
        self._names = class_names
        self._aggregation = aggregation
        self._ignored = set(ignore_labels)
        places, self._kinds = read_tags(class_names)
        numbers = {kind: number for number, kind in enumerate(self._kinds)}
        self._tags = np.array([numbers[kind] for kind in self._kinds])  # (C,)
        self._places = np.array(places)  # (C,)

    def __call__(self, text, token_ids, offsets, indices, logits):
        """The entities of one window.

        Args:
            text: string, the whole text.
            token_ids: int array, `(T,)`, without [CLS], [SEP] and padding.
            offsets: int array, `(T, 2)`, characters of the text.
            indices: int array, `(T,)`, positions in the sequence.
            logits: float32 array, `(T, C)`.

        Returns:
            A list of dicts.
        """
        if not len(token_ids):
            return []
        scores = softmax(logits)  # (T, C)
        words, continues = self._words(text, token_ids, offsets)
        if self._aggregation == "none":
            return self._entries(words, offsets, indices, scores)
        if self._aggregation != "simple":
            starts = np.flatnonzero(~continues)
            stops = np.append(starts[1:], len(words))
            scores = self._word_scores(scores, starts, stops)
            offsets = np.stack(
                [offsets[starts, 0], offsets[stops - 1, 1]], axis=1
            )
            words = [
                self._join(words[start:stop])
                for start, stop in zip(
                    starts.tolist(), stops.tolist(), strict=True
                )
            ]
            continues = np.zeros(len(words), bool)
        return self._group(words, offsets, scores, continues)

    def _words(self, text, token_ids, offsets):
        """Strings of the tokens, and whether each continues a word."""
        words, continues = [], np.zeros(len(token_ids), bool)
        for index, (token, (start, end)) in enumerate(
            zip(token_ids.tolist(), offsets.tolist(), strict=True)
        ):
            if token == self._unknown:
                words.append(text[start:end])
                continue
            words.append(self._tokens[token])
            # As the pipeline tells: a mark makes the piece longer.
            continues[index] = len(words[-1]) != end - start
        continues[0] = False
        return words, continues

    def _entries(self, words, offsets, indices, scores):
        best = scores.argmax(axis=1)
        return [
            {
                "entity": self._names[label],
                "score": float(scores[i, label]),
                "index": int(indices[i]),
                "word": words[i],
                "start": int(offsets[i, 0]),
                "end": int(offsets[i, 1]),
            }
            for i, label in enumerate(best.tolist())
            if self._names[label] not in self._ignored
        ]

    def _word_scores(self, scores, starts, stops):
        if self._aggregation == "first":
            return scores[starts]
        if self._aggregation == "average":
            return (
                np.add.reduceat(scores, starts, axis=0)
                / ((stops - starts)[:, None])
            )
        best = scores.max(axis=1)
        chosen = [
            start + int(best[start:stop].argmax())
            for start, stop in zip(starts, stops, strict=True)
        ]
        return scores[chosen]

    def _group(self, words, offsets, scores, continues):
        """Neighbors of one kind together, unless a tag separates them."""
        labels = scores.argmax(axis=1)
        best = scores.max(axis=1)
        tags, places = self._tags[labels], self._places[labels]
        # Pieces of a word share its tag: `S-PER` twice is one entity there.
        apart = (places[1:] == "S") | np.isin(places[:-1], ("E", "S"))
        new = tags[1:] != tags[:-1]
        new |= (places[1:] == "B") | (apart & ~continues[1:])
        starts = [0, *(np.flatnonzero(new) + 1).tolist()]
        stops = [*starts[1:], len(words)]
        return [
            {
                "entity_group": self._kinds[labels[start]],
                "score": float(best[start:stop].mean()),
                "word": self._join(words[start:stop]),
                "start": int(offsets[start, 0]),
                "end": int(offsets[stop - 1, 1]),
            }
            for start, stop in zip(starts, stops, strict=True)
            if self._kinds[labels[start]] not in self._ignored
        ]


def merge_windows(entities):
    """Entities of overlapping windows of one text, each once.

    Of entities that overlap the longest stays, of equally long ones that
    with the higher score.

    Args:
        entities: list of dicts.

    Returns:
        A list, in the order of the text.
    """
    merged = []
    for entity in sorted(entities, key=lambda entity: entity["start"]):
        last = merged[-1] if merged else None
        if last is None or not last["start"] <= entity["start"] < last["end"]:
            merged.append(entity)
        elif _rank(entity) > _rank(last):
            merged[-1] = entity
    return merged


def _rank(entity):
    return entity["end"] - entity["start"], entity["score"]
