"""The names of classes in Transformers' `config.json`."""


def class_names_of(config):
    """The names of the classes, and what is wrong with them.

    Args:
        config: dict that `check_config` let pass.

    Returns:
        A pair: list of strings, and a list of what a caller must be warned of.

    Raises:
        ValueError: if `id2label` does not number the classes 0, 1, 2...
    """
    labels, inverse = config.get("id2label"), config.get("label2id")
    count = config.get("num_labels", config.get("_num_labels"))
    if not labels:
        return [f"LABEL_{i}" for i in range(2 if count is None else count)], []
    try:
        by_number = {int(number): name for number, name in labels.items()}
    except ValueError:
        by_number = {}
    if sorted(by_number) != list(range(len(labels))) or not all(
        isinstance(name, str | int | float) for name in labels.values()
    ):
        raise ValueError(
            "`id2label` must number the classes 0, 1, 2... without a gap, and "
            "give each a name. Put it right in `config.json`, or pass "
            '`ignore=["id2label"]` and `num_classes=`. Received: '
            f"id2label={labels!r}."
        )
    stored = [str(by_number[i]) for i in range(len(by_number))]
    names_given = [n or f"LABEL_{i}" for i, n in enumerate(stored)]
    class_names, problems = [], []
    if names_given != stored:
        problems.append(f"has a class with an empty name: {labels!r}")
    for number, name in enumerate(names_given):
        own = name if name not in class_names else f"{name}_{number}"
        while own in class_names or (own != name and own in names_given):
            own += "_"
        class_names.append(own)
    if class_names != names_given:
        problems.append(f"gives one name to several classes: {labels!r}")
    expected = {name: f"{i}" for i, name in enumerate(stored)}
    if inverse and (
        not isinstance(inverse, dict)
        or {k: str(number) for k, number in inverse.items()} != expected
    ):
        problems.append(f"is not the inverse of label2id={inverse!r}")
    if count not in (None, len(labels)):
        problems.append(f"does not have num_labels={count} classes")
    return class_names, problems
