"""Convert prompts and choices to lists."""

from keras_electra.tokenizer.texts import as_column, as_texts, listed


def as_choices(x):
    """Raw input of multiple choice as columns.

    Args:
        x: a tuple of B prompts and B lists of choices, or a list of B pairs
            of a prompt and a list of choices.

    Returns:
        A pair: list of B strings, and list of B lists of strings.

    Raises:
        ValueError: if something is not text, if there is not one list of
            choices for each prompt, or if a prompt has fewer than two.
    """
    if isinstance(x, (str, bytes)) or hasattr(x, "__next__"):
        _refuse(x)
    x = as_column(x)
    if isinstance(x, list) and x and isinstance(x[0], (tuple, list)):
        if any(len(row) != 2 for row in x):
            _refuse(x)
        x = tuple(list(column) for column in zip(*x, strict=True))
    if not isinstance(x, tuple) or len(x) != 2:
        _refuse(x)
    prompts = as_texts(x[0], "prompts")[0]
    rows = []
    for index, row in enumerate(listed(x[1])):
        if isinstance(row, (str, bytes)) or not hasattr(row, "__iter__"):
            _refuse(x)
        row = list(listed(row))
        rows.append(as_texts(row, "choices")[0] if row else [])
        if len(rows[-1]) < 2:
            raise ValueError(
                "There must be at least two choices for a prompt. Received: "
                f"{rows[-1]} for prompt {index}."
            )
    if len(rows) != len(prompts):
        raise ValueError(
            "There must be one list of choices for each prompt. Received: "
            f"{len(prompts)} prompts and {len(rows)} lists."
        )
    return prompts, rows


def check_chosen(labels, rows):
    """Check that every label is one of its prompt's choices.

    Args:
        labels: int, B of them.
        rows: list of B lists.

    Raises:
        ValueError: naming the first that is not.
    """
    for index, (label, row) in enumerate(zip(labels, rows, strict=True)):
        if not 0 <= label < len(row):
            raise ValueError(
                "A label must be the number of one of the choices, from 0. "
                f"Received: {label} for the {len(row)} choices of prompt "
                f"{index} of the batch."
            )


def _refuse(x):
    raise ValueError(
        "Multiple choice must be given prompts and choices: a tuple of a list "
        "of prompts and a list of lists of choices, or a list of pairs of a "
        f"prompt and its choices. Received: {type(x).__name__}, "
        f"{str(x)[:80]}."
    )
