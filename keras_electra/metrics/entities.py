"""Precision, recall and F1 of entities."""

from keras_electra.text.tag_scheme import read_tags


def entity_scores(references, predictions, class_names=None):
    """Precision, recall and F1 of entities, as in CoNLL.

    An entity is correct if its type and both of its boundaries are. Computed
    with `nervaluate`, an optional dependency.

    Args:
        references: N lists of class names, one for each word: `O` and the
            tags of a scheme, with prefixes (`B-X`, `I-X`; also `E-X` and
            `S-X`, `L-X` and `U-X`, `M-X`) or suffixes (`X-B`, `X-I`). A bare
            `X` is an entity together with its equal neighbors.
        predictions: N lists of class names of the same lengths.
        class_names: list of all names, from which the scheme is read.
            Default: the names that occur.

    Returns:
        A dict of floats from 0 to 1: `precision`, `recall` and `f1` over all
        entities, and `f1_X` for each type X.

    Raises:
        ImportError: if `nervaluate` is not installed.
        ValueError: if the lists have different lengths, or the names mix tag
            schemes.

    Example:
    ```python
    entity_scores([["B-PER", "I-PER", "O"]], [["B-PER", "O", "O"]])
    ```
    """
    _check_lengths(references, predictions)
    names = {name for row in (*references, *predictions) for name in row}
    names = list(dict.fromkeys([*(class_names or ()), *sorted(names)]))
    tags = dict(zip(names, zip(*read_tags(names), strict=True), strict=True))
    references = [_as_iob2([tags[name] for name in row]) for row in references]
    predictions = [
        _as_iob2([tags[name] for name in row]) for row in predictions
    ]
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


def _as_iob2(tags):
    """The scheme that `nervaluate` reads, of (position, kind) of each word."""
    row, before = [], ("I", "O")
    for place, kind in tags:
        begins = kind != before[1] or place in "BS" or before[0] in "ES"
        row.append("O" if kind == "O" else f"{'B' if begins else 'I'}-{kind}")
        before = place, kind
    return row


def _check_lengths(references, predictions):
    counts = [len(row) for row in references]
    others = [len(row) for row in predictions]
    if counts != others:
        raise ValueError(
            "There must be one predicted class for each word. Received: "
            f"{len(counts)} texts of {sum(counts)} words and {len(others)} of "
            f"{sum(others)}."
        )
