"""Find the task heads in a checkpoint."""

import re

from keras_electra.converters import names, transfer


def claimed_by(stored, dialect):
    """For every head, the stored tensors that are its own.

    Args:
        stored: iterable of names in the file.
        dialect: `Dialect` of the file.

    Returns:
        A dict of the names of our classes to sets of stored names.
    """
    patterns = {
        task: [_pattern(row, dialect) for row in head.all_rows]
        for task, head in names.HEADS.items()
    }
    return {
        task: {
            name
            for name in stored
            if any(pattern.search(name) for pattern in rows)
        }
        for task, rows in patterns.items()
    }


def held_heads(stored, dialect, architecture=None):
    """The classes whose head a checkpoint holds.

    A head inside a larger one does not count: multiple choice has a
    `classifier`, as token classification has, and a summary besides.

    Args:
        stored: iterable of names in the file.
        dialect: `Dialect` of the file.
        architecture: the Transformers class that the folder says it holds;
            decides where names alone cannot.

    Returns:
        A dict of the names of our classes to sets of stored names.
    """
    claimed = {t: c for t, c in claimed_by(stored, dialect).items() if c}

    def beaten(task):
        return any(
            claimed[task] < claimed[other]
            or (claimed[task] == claimed[other] and _is(other, architecture))
            for other in claimed
            if other != task and other not in names.same_heads(task)
        )

    return {
        task: tensors for task, tensors in claimed.items() if not beaten(task)
    }


def _is(task, architecture):
    return names.HEADS[task].architecture == architecture


def _pattern(row, dialect):
    """A regular expression for every tensor of a layer."""
    spellings = (
        re.escape(name).replace("NUMBER", r"\d+")
        for leaf in row.leaves
        for name in transfer.foreign_names(row, leaf, "NUMBER", dialect)
    )
    separator = re.escape(dialect.separator)
    return re.compile(rf"(^|{separator})({'|'.join(spellings)})$")
