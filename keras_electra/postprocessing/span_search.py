"""The best spans of a question's windows. Arrays in, answers out."""

import numpy as np

from keras_electra.postprocessing.probabilities import sigmoid, softmax

# What Transformers puts in place of logits that cannot be.
_IMPOSSIBLE = np.float32(-10000.0)


def best_spans(start, end, allowed, cls, max_answer_length, count):
    """The most probable spans of one window.

    The probability of a span is that of its start times that of its end, each
    a softmax over the context and [CLS].

    Args:
        start: float32 array `(T,)`, logits.
        end: float32 array `(T,)`, logits.
        allowed: bool array `(T,)`, true for the tokens of the context.
        cls: int, the position of [CLS].
        max_answer_length: int. Tokens of an answer, at most.
        count: int. Spans wanted.

    Returns:
        int arrays of first and of last tokens and float array of scores, best
        first, up to `count` each; and the probability that there is no
        answer: that [CLS] is both start and end.
    """
    possible = allowed.copy()
    possible[cls] = True
    start, end = (
        softmax(np.where(possible, logits, _IMPOSSIBLE))
        for logits in (start, end)
    )
    none = float(start[cls] * end[cls])
    tokens = np.flatnonzero(allowed)
    if not len(tokens):
        return tokens, tokens, np.zeros(0, "float32"), none
    first, stop = tokens[0], tokens[-1] + 1
    width = min(max_answer_length, stop - first)
    # Ends beyond the context score below 0, which no span does.
    ends = np.full(stop - first + width - 1, -1.0, "float32")
    ends[: stop - first] = end[first:stop]
    ends = np.lib.stride_tricks.sliding_window_view(ends, width)
    scores = np.where(ends < 0, -1.0, start[first:stop, None] * ends)
    scores = scores.reshape(-1)  # (context * width,)
    if count < len(scores):
        best = np.argpartition(-scores, count)[:count]
    else:
        best = np.arange(len(scores))
    best = best[np.argsort(-scores[best], kind="stable")]
    best = best[scores[best] >= 0]
    starts, lengths = np.divmod(best, width)
    return first + starts, first + starts + lengths, scores[best], none


def best_joint_spans(
    start,
    top_starts,
    end,
    impossible,
    allowed,
    possible,
    max_answer_length,
    count,
):
    """The most probable spans of one window, from the 2020 head.

    The probability of a span is that of its start, times that of its end given
    this start.

    Args:
        start: float32 array `(T,)`, logits.
        top_starts: float32 array `(K,)`, positions of starts.
        end: float32 array `(T, K)`, logits of ends for each of these.
        impossible: float32 array `(1,)`, the logit of there being no answer.
        allowed: bool array `(T,)`, true for the tokens of the context.
        possible: bool array `(T,)`, true for what the head can choose.
        max_answer_length: int. Tokens of an answer, at most.
        count: int. Spans wanted.

    Returns:
        As `best_spans`.
    """
    none = float(sigmoid(np.float64(impossible[0])))
    starts = np.unique(top_starts.astype("int64"), return_index=True)[1]
    starts = starts[allowed[top_starts[starts].astype("int64")]]  # Columns.
    firsts = top_starts[starts].astype("int64")
    first = softmax(np.where(possible, start, _IMPOSSIBLE))[firsts]
    last = softmax(
        np.where(possible[:, None], end[:, starts], _IMPOSSIBLE), axis=0
    )
    lengths = np.arange(len(start))[:, None] - firsts  # (T, K)
    fits = (lengths >= 0) & (lengths < max_answer_length) & allowed[:, None]
    scores = np.where(fits, first * last, -1.0)
    best = np.argsort(-scores, axis=None, kind="stable")[:count]
    best = best[scores.reshape(-1)[best] >= 0]
    ends, columns = np.divmod(best, max(len(firsts), 1))
    return firsts[columns], ends, scores.reshape(-1)[best], none


def answers_of(context, windows, top_k):
    """The answers of all windows of a context, equal ones added up.

    Args:
        context: string.
        windows: iterable of `(starts, ends, scores, none, offsets, words)`:
            what `best_spans` found, characters `(T, 2)` and word numbers
            `(T,)` of the window's tokens, -1 outside the context.
        top_k: int. Answers wanted.

    Returns:
        list of `{"score", "start", "end", "answer"}`, best first, and the
        least probability of no answer.
    """
    found, none = {}, 1.0
    for starts, ends, scores, window_none, offsets, words in windows:
        none = min(none, window_none)
        for first, last, score in zip(starts, ends, scores, strict=True):
            begin, end = whole_words(first, last, offsets, words)
            text = context[begin:end]
            known = found.setdefault(
                text.lower(),
                {"score": 0.0, "start": begin, "end": end, "answer": text},
            )
            known["score"] += float(score)
    best = sorted(found.values(), key=lambda one: -one["score"])
    return best[:top_k], none


def whole_words(first, last, offsets, words):
    """The characters from the word of one token to that of another.

    Args:
        first: int, a token.
        last: int, a token not before it.
        offsets: int array `(T, 2)`.
        words: int array `(T,)`, rising.

    Returns:
        First character, and the one after the last. A word that the window
        cuts in two ends where the window does.
    """
    while first > 0 and words[first - 1] == words[first]:
        first -= 1
    while last + 1 < len(words) and words[last + 1] == words[last]:
        last += 1
    return int(offsets[first, 0]), int(offsets[last, 1])
