"""Convert answers between characters and tokens."""

import numpy as np

NO_ANSWER = (0, 0)
_FORMS = (
    'Pass `{"text": [...], "answer_start": [...]}`, a list of `{"text": ..., '
    '"answer_start": ...}`, or `(start, end)` in characters; an empty list, '
    "`None` or (0, 0) where there is no answer."
)


def character_spans(answers, contexts):
    """The first answer to each question, as characters of its context.

    Args:
        answers: N answers as SQuAD files or data sets have them, or an int
            array `(N, 2)` of first characters and those after the last.
        contexts: list of N strings.

    Returns:
        int32 array `(N, 2)`; (0, 0) where there is no answer.

    Raises:
        ValueError: if an answer has no known form, lies outside its context,
            or is not what stands there.
    """
    spans = np.zeros((len(contexts), 2), dtype="int32")
    for index, (answer, context) in enumerate(
        zip(answers, contexts, strict=True)
    ):
        spans[index] = _span(answer, context, index)
    return spans


def first_answer(answer):
    """Text and first character of the first answer, or `None`.

    Args:
        answer: one answer in a form of SQuAD.

    Returns:
        A tuple `(text, start)`, or `None` where there is no answer.
    """
    if isinstance(answer, dict):
        texts, starts = answer["text"], answer["answer_start"]
        if isinstance(texts, str):
            return texts, starts
        if not len(texts):
            return None
        return str(texts[0]), starts[0]
    if not len(answer):
        return None
    return answer[0]["text"], answer[0]["answer_start"]


def token_spans(spans, windows):
    """The tokens of each window that an answer begins and ends with.

    A window that does not hold the whole answer, and a question without one,
    gets the position of [CLS] twice.

    Args:
        spans: int array `(N, 2)` of characters.
        windows: dict of `offsets` `(W, T, 2)`, `segment_ids`,
            `special_tokens_mask`, `padding_mask` `(W, T)` and `text_index`
            `(W,)`, as `pack_with_offsets` makes.

    Returns:
        Two int32 arrays `(W,)`, first and last tokens.
    """
    start, end = spans[windows["text_index"]].T  # (W,)
    context = context_mask(windows)  # (W, T)
    first, last = windows["offsets"][..., 0], windows["offsets"][..., 1]
    before = context & (first <= start[:, None])
    after = context & (last >= end[:, None])
    length = context.shape[1]
    # The last token to begin at or before, the first to end at or behind.
    starts = length - 1 - np.argmax(before[:, ::-1], axis=1)
    ends = np.argmax(after, axis=1)
    inside = before.any(axis=1) & after.any(axis=1) & (end > start)
    cls = np.argmax(windows["padding_mask"], axis=1)
    starts = np.where(inside, np.minimum(starts, ends), cls)
    return starts.astype("int32"), np.where(inside, ends, cls).astype("int32")


def context_mask(windows):
    """Which tokens are the context's.

    Args:
        windows: dict of `segment_ids` and `special_tokens_mask`, `(W, T)`.

    Returns:
        bool array `(W, T)`.
    """
    return (windows["segment_ids"] == 1) & (windows["special_tokens_mask"] == 0)


def _span(answer, context, index):
    if answer is None:
        return NO_ANSWER
    if not isinstance(answer, dict) and _is_pair(answer):
        start, end = (int(value) for value in answer)
        if not 0 <= start <= end <= len(context) or (start == end != 0):
            raise ValueError(
                "An answer must lie inside its context, first character and "
                "the one after the last; (0, 0) where there is none. "
                f"Received: ({start}, {end}) for a context of {len(context)} "
                f"characters, question {index}."
            )
        return start, end
    try:
        found = first_answer(answer)
        text, start = found if found is not None else ("", 0)
        start = int(start)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ValueError(
            f"An answer must have a known form. Received: {answer!r} for "
            f"question {index}. {_FORMS}"
        ) from error
    if found is None:
        return NO_ANSWER
    end = start + len(text)
    if not text or start < 0 or end > len(context):
        raise ValueError(
            "An answer must lie inside its context. Received: "
            f"text={text!r}, answer_start={start} for a context of "
            f"{len(context)} characters, question {index}. {_FORMS}"
        )
    if context[start:end] != text:
        elsewhere = context.find(text)
        hint = (
            "the context does not hold this answer at all"
            if elsewhere < 0
            else f"it stands at character {elsewhere}"
        )
        raise ValueError(
            "The text of an answer must stand at `answer_start`. Received: "
            f"text={text!r}, where the context has {context[start:end]!r}, "
            f"question {index}; {hint}."
        )
    return start, end


def _is_pair(answer):
    return (
        isinstance(answer, (tuple, list, np.ndarray))
        and len(answer) == 2
        and all(isinstance(value, (int, np.integer)) for value in answer)
    )
