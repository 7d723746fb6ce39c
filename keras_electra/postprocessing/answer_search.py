"""Question answering: from questions and contexts to answers."""

import numpy as np

from keras_electra.argument_checks import check_integers
from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.span_search import (
    answers_of,
    best_joint_spans,
    best_spans,
)
from keras_electra.postprocessing.text_arguments import check_preprocessor
from keras_electra.text import question_columns
from keras_electra.text.answer_spans import context_mask
from keras_electra.text.context_windows import windows_of
from keras_electra.text.truncation import length_buckets, padded_length

_INPUTS = ("token_ids", "segment_ids", "padding_mask")


def answer(
    model,
    question,
    context,
    top_k=1,
    max_sequence_length=384,
    stride=None,
    max_answer_length=15,
    handle_impossible_answer=False,
    no_answer_threshold=0.0,
    batch_size=32,
):
    """Answer questions; see `ElectraQuestionAnswerer.answer`.

    `model` is a task or an exported model, with `preprocessor`,
    `max_sequence_length` and `predict_rows`.
    """
    results = [
        rows if top_k > 1 else rows[0]
        for rows, _ in _search(
            model,
            question,
            context,
            top_k,
            max_sequence_length,
            stride,
            max_answer_length,
            batch_size,
            no_answer_threshold if handle_impossible_answer else None,
        )
    ]
    return results[0] if isinstance(question, (str, bytes)) else results


def best_answers(model, question, context, *options):
    """Answer questions; see `ElectraQuestionAnswerer.best_answers`."""
    return [
        {**rows[0], "no_answer_score": excess}
        for rows, excess in _search(model, question, context, 1, *options)
    ]


def _search(model, question, context, *options):
    check_preprocessor(model, "answer")
    questions, contexts = question_columns.as_columns(question, context)
    return search_answers(model, questions, contexts, *options)


def search_answers(
    task,
    questions,
    contexts,
    top_k,
    max_sequence_length,
    stride,
    max_answer_length,
    batch_size,
    no_answer_threshold=None,
):
    """The best answers to each question.

    Args:
        task: `ElectraQuestionAnswerer` with a preprocessor.
        questions: list of N strings.
        contexts: list of N strings.
        top_k: int. Answers to each question.
        max_sequence_length: int. Tokens of a window.
        stride: int. Tokens that windows share; `None` for as many as fit, up
            to 128.
        max_answer_length: int. Tokens of an answer.
        batch_size: int. Windows in one step.
        no_answer_threshold: float; `None` leaves "no answer" out.

    Yields:
        For each question a list of `{"score", "start", "end", "answer"}`,
        best first, never empty, and by how much "no answer" is likelier than
        the best: the difference of the probabilities; with the 2020 head,
        whose classifier knows nothing of spans, its probability less 0.5.

    Raises:
        ValueError: if a length or a number is not possible.
    """
    check_integers(
        top_k=top_k,
        max_answer_length=max_answer_length,
        max_sequence_length=max_sequence_length,
        batch_size=batch_size,
    )
    limit = task.max_sequence_length
    if max_sequence_length > limit:
        max_sequence_length = limit
        stride = stride and min(stride, limit // 2)
    for first, windows in windows_of(
        task.preprocessor.tokenizer,
        questions,
        contexts,
        max_sequence_length,
        stride,
    ):
        windows["context"] = context_mask(windows)
        logits = _predict(task, windows, max_sequence_length, batch_size)
        rows = _rows_of_questions(windows["text_index"])
        for index, own in enumerate(rows):
            context = contexts[first + index]
            found = _spans(windows, logits, own, max_answer_length, top_k)
            answers, none = answers_of(context, found, top_k)
            nothing = {"score": none, "start": 0, "end": 0, "answer": ""}
            best = answers[0]["score"] if answers else 0.0
            excess = none - (0.5 if "impossible" in logits else best)
            if no_answer_threshold is not None:
                place = sum(
                    one["score"] >= none - no_answer_threshold
                    for one in answers
                )
                if "impossible" in logits:
                    place = 0 if excess > no_answer_threshold else len(answers)
                answers.insert(place, nothing)
            # A context of nothing but control characters has no tokens.
            yield answers[:top_k] or [{**nothing, "score": 0.0}], excess


def _predict(task, windows, sequence_length, batch_size):
    """Logits of all windows, in batches of like length."""
    lengths = windows["padding_mask"].sum(axis=1)
    full = windows["token_ids"].shape[1]
    left = task.preprocessor.tokenizer.options.padding_side == "left"

    def batch(rows):
        longest = int(lengths[rows].max())
        length = padded_length(longest, sequence_length, length_buckets())
        # Outputs of batches are joined at their first tokens.
        length = full if left else min(length, full)
        return {name: windows[name][rows, :length] for name in _INPUTS}

    logits = task.predict_rows(lengths, batch, batch_size)
    logits = {name: np.asarray(a, "float32") for name, a in logits.items()}
    check_outputs(*logits.values())
    return logits


def _spans(windows, logits, rows, max_answer_length, top_k):
    """What `answers_of` wants to know of each window in `rows`."""
    length = logits["start"].shape[1]
    count = 2 * top_k + 10  # Whole words make some of them equal.
    for row in rows:
        cls = int(np.argmax(windows["padding_mask"][row]))
        kept = windows["context"][row, :length]
        words = np.where(kept, windows["word_ids"][row, :length], -1)
        own = {name: values[row] for name, values in logits.items()}
        if "top_starts" in own:
            # All of the second segment, its [SEP] too, and [CLS].
            possible = windows["segment_ids"][row, :length] == 1
            possible[cls] = True
            found = best_joint_spans(
                **own,
                allowed=kept,
                possible=possible,
                max_answer_length=max_answer_length,
                count=count,
            )
        else:
            found = best_spans(
                **own,
                allowed=kept,
                cls=cls,
                max_answer_length=max_answer_length,
                count=count,
            )
        yield (*found, windows["offsets"][row], words)


def _rows_of_questions(text_index):
    """The rows of each question, which follow each other."""
    starts = np.searchsorted(text_index, np.arange(text_index[-1] + 2))
    return [range(*pair) for pair in zip(starts, starts[1:], strict=False)]
