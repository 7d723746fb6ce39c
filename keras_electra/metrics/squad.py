"""Exact match and F1 of answers, as the official SQuAD scripts count them."""

import collections
import math
import re
import string

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
VERSIONS = ("1.1", "2.0")


def normalize_answer(text):
    """An answer without case, punctuation, articles and extra blanks.

    Args:
        text: string.

    Returns:
        A string.
    """
    text = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(prediction, answers, version="2.0"):
    """Whether a prediction is one of the reference answers, normalized.

    Args:
        prediction: string; empty for "no answer".
        answers: list of strings; empty for a question without an answer.
        version: `"1.1"` or `"2.0"`, default `"2.0"`. See `squad_scores`.

    Returns:
        0.0 or 1.0.
    """
    prediction = normalize_answer(prediction)
    golds = _golds(answers, version)
    return float(any(normalize_answer(gold) == prediction for gold in golds))


def f1(prediction, answers, version="2.0"):
    """The overlap in words with the reference answer that is nearest.

    Args:
        prediction: string; empty for "no answer".
        answers: list of strings; empty for a question without an answer.
        version: `"1.1"` or `"2.0"`, default `"2.0"`. See `squad_scores`.

    Returns:
        float from 0 to 1.
    """
    golds = _golds(answers, version)
    return max((_f1(prediction, g, version) for g in golds), default=0.0)


def squad_scores(
    predictions,
    references,
    no_answer_scores=None,
    threshold=0.0,
    version="2.0",
):
    """Exact match and F1 over a data set, in percent.

    Args:
        predictions: list of N strings; empty for "no answer".
        references: for each question the list of its answers' texts; empty
            where it has none.
        no_answer_scores: list of N floats, higher where an answer is less
            likely. With them, a prediction whose score is above `threshold`
            counts as "no answer", and the best threshold is searched for.
        threshold: float, default `0.0`.
        version: string, default `"2.0"`. `"1.1"` differs where nothing is
            left of an answer after normalizing, such as "The".

    Returns:
        A dict of floats: `exact_match` and `f1`; with `no_answer_scores` also
        `best_exact_match`, `best_exact_match_threshold`, `best_f1` and
        `best_f1_threshold`; where some questions have an answer and some have
        none also `has_answer_exact_match`, `has_answer_f1` and
        `no_answer_accuracy`.

    Raises:
        ValueError: if the numbers of predictions, references and scores
            differ, there are none, or the version is unknown.

    Example:
    ```python
    squad_scores(["the fox"], [["a fox", "the brown fox"]])
    ```
    """
    counts = {"predictions": len(predictions), "references": len(references)}
    if no_answer_scores is not None:
        counts["no_answer_scores"] = len(no_answer_scores)
    if len(set(counts.values())) > 1 or not predictions:
        raise ValueError(
            "There must be one prediction, one reference and one score for "
            f"each question, and at least one question. Received: {counts}."
        )
    pairs = list(zip(predictions, references, strict=True))
    raw = {
        "exact_match": [exact_match(*pair, version) for pair in pairs],
        "f1": [f1(*pair, version) for pair in pairs],
    }
    answerable = [bool(answers) for answers in references]
    results, kept = {}, {}
    for name, scores in raw.items():
        kept[name] = list(scores)
        if no_answer_scores is not None:
            kept[name] = [
                float(not has) if none > threshold else score
                for score, none, has in zip(
                    scores, no_answer_scores, answerable, strict=True
                )
            ]
            best, at = best_threshold(
                scores, predictions, no_answer_scores, answerable
            )
            results[f"best_{name}"] = best
            results[f"best_{name}_threshold"] = at
        results[name] = _mean(kept[name])
    if any(answerable) and not all(answerable):
        for name, scores in kept.items():
            results[f"has_answer_{name}"] = _mean(
                [s for s, has in zip(scores, answerable, strict=True) if has]
            )
        results["no_answer_accuracy"] = _mean(
            [
                s
                for s, has in zip(kept["f1"], answerable, strict=True)
                if not has
            ]
        )
    return results


def best_threshold(scores, predictions, no_answer_scores, answerable):
    """The threshold above which to answer nothing that scores best.

    Args:
        scores: list of N floats, what each prediction is worth.
        predictions: list of N strings.
        no_answer_scores: list of N floats.
        answerable: list of N bools.

    Returns:
        The mean score in percent, and the threshold; minus infinity where
        answering nothing at all is best. The official script counts an
        answer that is nothing when normalized, such as "The", for an answer,
        and parts equal scores: its best may be one that no threshold gives.
    """
    order = sorted(range(len(scores)), key=lambda i: no_answer_scores[i])
    # At first nothing is answered; then one question more at a time.
    current = best = answerable.count(False)
    at = -math.inf
    for place, i in enumerate(order):
        if answerable[i]:
            current += scores[i]
        elif normalize_answer(predictions[i]):
            current -= 1
        # A threshold cannot tell equal scores apart.
        last = place + 1 == len(order) or (
            no_answer_scores[order[place + 1]] > no_answer_scores[i]
        )
        if last and current > best:
            best, at = current, no_answer_scores[i]
    return 100.0 * best / len(scores), at


def _golds(answers, version):
    if version not in VERSIONS:
        raise ValueError(
            f"`version` must be one of {VERSIONS}. Received: "
            f"version={version!r}."
        )
    if version == "1.1":
        return list(answers)
    return [answer for answer in answers if normalize_answer(answer)] or [""]


def _f1(prediction, gold, version):
    predicted, wanted = (
        normalize_answer(text).split() for text in (prediction, gold)
    )
    if version == "2.0" and not (predicted and wanted):
        return float(predicted == wanted)
    same = collections.Counter(predicted) & collections.Counter(wanted)
    common = sum(same.values())
    if not common:
        return 0.0
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def _mean(values):
    return 100.0 * sum(values) / len(values)
