"""Walk the table of names and move tensors. Knows no names and no files."""

import dataclasses
import functools
import math
import re

import numpy as np


@dataclasses.dataclass
class Plan:
    """What goes where, and all that does not.

    Args:
        sources: our path to the names of the stored tensors that hold it;
            several are copies of each other.
        missing: our path to the name that was looked for.
        misshapen: our path to what is wrong with the shape.
        unused: stored names that nothing asks for.
        ignored: stored names to the reason why they are left.
        rules: our path to its row, leaf and block number.
    """

    sources: dict
    missing: dict
    misshapen: dict
    unused: list
    ignored: dict
    rules: dict


def plan(variables, rows, stored, dialect):
    """Find the stored tensor for each of our variables, reading none.

    Args:
        variables: dict of our paths to shapes; `None` for any.
        rows: tuple of `Row`.
        stored: dict of names in the file to `StoredTensor`.
        dialect: `Dialect` of the file.

    Returns:
        A `Plan`.

    Raises:
        ValueError: if a variable has no row, or two variables ask for one
            stored tensor.
    """
    rules = find_rules(variables, rows)
    wanted = {}  # A stored name, as it ends, to our path.
    for path, matches in rules.items():
        for rule in matches:
            for name in foreign_names(*rule, dialect):
                if wanted.setdefault(name, path) != path:
                    raise ValueError(
                        "Two rules must not match one tensor. Received: "
                        f"{path} and {wanted[name]}, both {name!r}."
                    )
    result = Plan({}, {}, {}, [], {}, rules)
    for name, tensor in stored.items():
        path = next(
            (wanted[end] for end in _ends(name, dialect) if end in wanted),
            None,
        )
        reason = _reason_to_ignore(name, dialect)
        if path is not None:
            result.sources.setdefault(path, []).append(name)
            rule = rules[path][0]
            if not _fits(tensor.shape, variables[path], rule, dialect):
                result.misshapen[path] = (
                    f"{name} has shape {tensor.shape}, and {path} needs "
                    f"{_stored_shape(variables[path], rule, dialect)}"
                )
        elif reason is not None:
            result.ignored[name] = reason
        else:
            result.unused.append(name)
    for path, matches in rules.items():
        if path not in result.sources:
            result.missing[path] = foreign_names(*matches[0], dialect)[0]
    return result


def check(found, stored, where):
    """Raise once, naming everything that does not fit.

    Args:
        found: `Plan`.
        stored: dict of names to `StoredTensor`.
        where: what the message calls the source.

    Raises:
        ValueError: if a tensor is missing, unused or misshapen, or if two
            copies of one tensor differ.
    """
    problems = [
        f"missing: {name} (for {path})" for path, name in found.missing.items()
    ]
    problems += [f"misshapen: {text}" for text in found.misshapen.values()]
    problems += [f"unused: {name}" for name in found.unused]
    if not problems:
        for path, names in found.sources.items():
            problems += [
                f"not a copy: {name} differs from {names[0]}, and both are "
                f"{path} here"
                for name in names[1:]
                if not np.array_equal(
                    stored[name].read(), stored[names[0]].read()
                )
            ]
    if problems:
        lines = "\n  ".join(problems)
        raise ValueError(
            f"The weights of {where} must match the model, tensor by tensor. "
            "If a tensor does not matter, name it in `ignore=[...]`. "
            f"Received:\n  {lines}"
        )


def read(found, variables, stored, dialect):
    """The tensors of a checked plan, in our layout, one at a time.

    Args:
        found: `Plan` that `check` let pass.
        variables: dict of our paths to shapes.
        stored: dict of names to `StoredTensor`.
        dialect: `Dialect` of the file.

    Yields:
        Pairs of our path and a numpy array of our shape.

    Raises:
        ValueError: after all of them, if some are no finite floating-point
            numbers.
    """
    problems = []
    for path, names in found.sources.items():
        array = stored[names[0]].read()
        problems += number_problems(array, names[0], stored[names[0]].file)
        _, leaf, _ = found.rules[path][0]
        if leaf == "kernel" and dialect.transposed:
            array = array.T
        yield path, array.reshape(variables[path])
    refuse_numbers(problems)


def number_problems(array, name, file):
    """What keeps an array from being weights: nothing, or one string."""
    if array.dtype.kind != "f" and array.dtype.name != "bfloat16":
        return [f"{array.dtype.name} numbers in {name} of {file}"]
    wrong = array.size - int(np.isfinite(array).sum())
    if wrong:
        return [
            f"{wrong} of {array.size} numbers NaN or infinite in {name} of "
            f"{file}"
        ]
    return []


def refuse_numbers(problems):
    """Raise for what `number_problems` found in all tensors."""
    if problems:
        lines = "\n  ".join(problems)
        raise ValueError(
            "Weights must be finite floating-point numbers; this checkpoint "
            "is damaged, diverged in training, or is quantized in a form that "
            f"is not implemented. Received:\n  {lines}"
        )


def write(arrays, rows, dialect):
    """Our tensors under the names and in the layout of a format.

    Args:
        arrays: dict of our paths to numpy arrays.
        rows: tuple of `Row`.
        dialect: `Dialect` to write.

    Returns:
        A dict of names to contiguous numpy arrays.

    Raises:
        ValueError: if a path has no row.
    """
    result = {}
    for path, matches in find_rules(arrays, rows).items():
        row, leaf, number = matches[0]
        array = arrays[path]
        if leaf == "kernel" and dialect.transposed:
            array = array.T
        name = foreign_names(row, leaf, number, dialect)[0]
        result[name] = np.ascontiguousarray(array)
    return result


def find_rules(paths, rows):
    """The rules for each path of ours.

    Args:
        paths: iterable of our variable paths.
        rows: tuple of `Row`.

    Returns:
        A dict of paths to tuples of `(row, leaf, block number)`.

    Raises:
        ValueError: if no row describes a path.
    """
    rules = {}
    for path in paths:
        matches = tuple(
            (row, leaf, match["n"] if "{n}" in row.ours else None)
            for row in rows
            for leaf in row.leaves
            if (match := _pattern(f"{row.ours}/{leaf}").fullmatch(path))
        )
        if not matches:
            raise ValueError(
                "Every variable must have a row in the table of names. "
                f"Received: {path!r}."
            )
        rules[path] = matches
    return rules


def foreign_names(row, leaf, number, dialect):
    """What a format calls a leaf of a layer; the first spelling is written.

    Args:
        row: `Row`.
        leaf: string, one of `row.leaves`.
        number: the number of the encoder block, or `None`.
        dialect: `Dialect`.

    Returns:
        A tuple of strings, without whatever a file puts before.
    """
    name = f"{row.theirs}/{leaf}"
    for ours, theirs in dialect.renames.items():
        if name == ours or name.startswith(ours + "/"):
            name = theirs + name[len(ours) :]
            break
    scope, _, last = name.rpartition("/")
    spellings = dialect.leaves[leaf] if last == leaf else (last,)
    scope = scope.replace("layer_{n}", dialect.layer).replace(
        "{n}", f"{number}"
    )
    return tuple(
        f"{scope}/{spelling}".rstrip("/").replace("/", dialect.separator)
        for spelling in spellings
    )


@functools.cache
def _pattern(ours):
    return re.compile(re.escape(ours).replace(r"\{n\}", r"(?P<n>\d+)"))


def _ends(name, dialect):
    """`a/b/c`, `b/c`, `c`: names differ in what wraps the model."""
    parts = name.split(dialect.separator)
    for start in range(len(parts)):
        yield dialect.separator.join(parts[start:])


def _reason_to_ignore(name, dialect):
    for pattern, reason in dialect.ignored:
        if re.search(pattern, name):
            return reason
    return None


def _stored_shape(shape, rule, dialect):
    _, leaf, _ = rule
    if leaf == "kernel" and dialect.transposed:
        return tuple(reversed(shape))
    return tuple(shape)


def _fits(stored, shape, rule, dialect):
    row, leaf, _ = rule
    if shape is None:
        return True
    if tuple(stored) == _stored_shape(shape, rule, dialect):
        return True
    if not dialect.factored:
        return False
    if leaf == "kernel" and len(stored) == 3:  # (D, H, d) or (H, d, D)
        inputs = math.prod(stored[: row.input_axes])
        return (inputs, math.prod(stored[row.input_axes :])) == tuple(shape)
    return leaf == "bias" and len(stored) == 2 and math.prod(stored) == shape[0]
