"""Exact match and F1, computed as in the official SQuAD scripts."""

import collections
import itertools
import math
import re
import statistics
import string

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
VERSIONS = ("1.1", "2.0")


def normalize_answer(text):
    """Normalize case, punctuation, articles and white space of an answer."""
    text = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(prediction, answers, version="2.0"):
    """1.0 if a prediction equals a reference answer after normalization."""
    prediction = normalize_answer(prediction)
    golds = _golds(answers, version)
    return float(any(normalize_answer(gold) == prediction for gold in golds))


def f1(prediction, answers, version="2.0"):
    """Maximum F1 of the words over the reference answers."""
    golds = _golds(answers, version)
    return max((_f1(prediction, g, version) for g in golds), default=0.0)


def squad_scores(
    predictions,
    references,
    no_answer_scores=None,
    threshold=0.0,
    version="2.0",
):
    """Compute exact match and F1 over a dataset, in percent.

    Args:
        predictions: list of N strings; empty for "no answer".
        references: list of N lists of strings, the reference answers of each
            question; empty for a question without an answer.
        no_answer_scores: list of N floats, or `None`. Higher if an answer is
            less likely. Predictions with a score above `threshold` count as "no
            answer", and the best threshold is determined.
        threshold: float, default `0.0`.
        version: `"1.1"` or `"2.0"` (default). They differ for answers that are
            empty after normalization, such as "The".

    Returns:
        A dict of floats: `exact_match` and `f1`; with `no_answer_scores` also
        `best_exact_match`, `best_exact_match_threshold`, `best_f1` and
        `best_f1_threshold`; if only some questions have an answer also
        `has_answer_exact_match`, `has_answer_f1` and `no_answer_accuracy`.

    Raises:
        ValueError: if the arguments have different lengths or are empty, or the
            version is unknown.

    Example:
    ```python
    keras_electra.metrics.squad_scores(["the fox"], [["a fox", "fox cub"]])
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
                itertools.compress(scores, answerable)
            )
        results["no_answer_accuracy"] = _mean(
            itertools.compress(kept["f1"], (not has for has in answerable))
        )
    return results


def best_threshold(scores, predictions, no_answer_scores, answerable):
    """The best mean score in percent, and the threshold that gives it.

    Predictions with a `no_answer_scores` above the threshold are dropped. It is
    minus infinity if dropping all is best. In two details the official script
    gives a score that no threshold can: it counts answers that are empty after
    normalization as answers, and separates equal scores.
    """
    order = sorted(range(len(scores)), key=lambda i: no_answer_scores[i])
    # Start with no answers, then add one at a time.
    current = best = answerable.count(False)
    at = -math.inf
    for place, i in enumerate(order):
        if answerable[i]:
            current += scores[i]
        elif normalize_answer(predictions[i]):
            current -= 1
        # A threshold cannot separate equal scores.
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
    return 100.0 * statistics.fmean(values)
