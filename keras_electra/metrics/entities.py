"""Precision, recall and F1 of whole entities."""


def entity_scores(references, predictions):
    """Compare entities, as CoNLL does: kind and both ends have to be right.

    Computed by the library `nervaluate`, an optional one.

    Args:
        references: N lists of class names, one a word: `O`, `B-X`, `I-X`; a
            bare `X` is `I-X`.
        predictions: N lists of class names, as many in each.

    Returns:
        A dict of `precision`, `recall` and `f1` over all entities, from 0 to
        1, and of the F1 of each kind, `f1_X`.

    Raises:
        ImportError: if `nervaluate` is not installed.
        ValueError: if the lists do not go together.

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
            "Scores of entities need the library `nervaluate`. Received: "
            f"{error}. Install it with `pip install keras-electra[metrics]`."
        ) from error
    kinds = sorted(
        {
            name[2:]
            for row in (*references, *predictions)
            for name in row
            if name != "O"
        }
    )
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
