"""Precision, recall and F1 of entities."""


def entity_scores(references, predictions):
    """Precision, recall and F1 of entities, as in CoNLL.

    An entity is correct if its type and both of its boundaries are. Computed
    with `nervaluate`, an optional dependency.

    Args:
        references: N lists of class names, one for each word: `O`, `B-X`,
            `I-X`, or `X` for `I-X`.
        predictions: N lists of class names of the same lengths.

    Returns:
        A dict of floats from 0 to 1: `precision`, `recall` and `f1` over all
        entities, and `f1_X` for each type X.

    Raises:
        ImportError: if `nervaluate` is not installed.
        ValueError: if the lists have different lengths.

    Example:
    ```python
    entity_scores([["B-PER", "I-PER", "O"]], [["B-PER", "O", "O"]])
    ```
    """
    references = [[_tag(name) for name in row] for row in references]
    predictions = [[_tag(name) for name in row] for row in predictions]
    _check_lengths(references, predictions)
    try:
        import nervaluate
    except ImportError as error:
        raise ImportError(
            "Entity scores need `nervaluate`. Received: "
            f"{error}. Install it with `pip install keras-electra[metrics]`."
        ) from error
    rows = (*references, *predictions)
    kinds = sorted({name[2:] for row in rows for name in row if name != "O"})
    if not kinds:
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    results = nervaluate.Evaluator(
        references, predictions, tags=kinds, loader="list"
    ).evaluate()
    strict = results["overall"]["strict"]
    scores = {
        name: float(getattr(strict, name))
        for name in ("precision", "recall", "f1")
    }
    for kind in kinds:
        scores[f"f1_{kind}"] = float(results["entities"][kind]["strict"].f1)
    return scores


def _tag(name):
    return name if name == "O" or name[:2] in ("B-", "I-") else f"I-{name}"


def _check_lengths(references, predictions):
    counts = [len(row) for row in references]
    others = [len(row) for row in predictions]
    if counts != others:
        raise ValueError(
            "There must be one predicted class for each word. Received: "
            f"{len(counts)} texts of {sum(counts)} words and {len(others)} of "
            f"{sum(others)}."
        )
