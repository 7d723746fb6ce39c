"""Load a checkpoint into a model."""

import logging
import warnings

import numpy as np

from keras_electra.converters import heads, mismatch_report, names, transfer
from keras_electra.converters.readers import StoredTensor

_log = logging.getLogger("keras_electra")


def load_weights(model, task, checkpoint, given=None, ignore=()):
    """Load what a checkpoint has for a model; the encoder must be complete.

    Args:
        model: backbone or task.
        task: string, the name of our class.
        checkpoint: `Checkpoint`.
        given: dict, the arguments that the caller passed; those that change a
            shape make the layer new instead of misshapen.
        ignore: stored names known not to matter.

    Raises:
        ValueError: naming every missing, unused and misshapen tensor.
    """
    variables = {variable.path: variable for variable in model.weights}
    shapes = {path: tuple(v.shape) for path, v in variables.items()}
    found, stored, new, left, held = plan_weights(
        shapes, task, checkpoint, given, ignore
    )
    for path, array in transfer.read(found, shapes, stored, checkpoint.dialect):
        variables[path].assign(array)
    _report(task, checkpoint, new, left, {**found.ignored, **checkpoint.left})
    text = mismatch_report.describe(
        task,
        checkpoint.folder,
        new,
        left,
        held,
        checkpoint.causal,
        "is_decoder" in (given or {}),
    )
    if text:
        # A task's `from_preset` calls a backbone's.
        level = 5 if hasattr(model, "backbone") else 4
        warnings.warn(text, stacklevel=level)


def plan_weights(shapes, task, checkpoint, given=None, ignore=()):
    """Decide what is loaded, what starts anew, and what is left.

    Args:
        shapes: dict of our paths to the shapes of the variables.
        task: string, the name of our class.
        checkpoint: `Checkpoint`.
        given: as for `load_weights`.
        ignore: as for `load_weights`.

    Returns:
        A tuple: `Plan`; a dict of stored names to `StoredTensor`; a list of
        our paths that start random; a dict of stored names that only other
        heads have to their tasks; and the heads that the checkpoint holds.

    Raises:
        ValueError: naming every missing, unused and misshapen tensor.
    """
    given = given or {}
    stored = {
        name: tensor
        for name, tensor in checkpoint.stored().items()
        if name not in ignore
    }
    found = transfer.plan(
        shapes, names.rows_of(task, shapes), stored, checkpoint.dialect
    )
    _fit_positions(found, shapes, stored, given, checkpoint.folder)
    held = heads.held_heads(stored, checkpoint.dialect, checkpoint.architecture)
    resized = not {"num_classes", "class_names"}.isdisjoint(given)
    new = _new_head(found, task in held, resized)
    new += _new_cross_attention(found)
    left = _leave_other_heads(found, stored, checkpoint.dialect)
    transfer.check(found, stored, checkpoint.folder)
    return found, stored, new, left, held


def _fit_positions(found, shapes, stored, given, source):
    """Cut a position table, or repeat it where more positions are asked for."""
    for path, argument in names.RESIZED.items():
        if path not in found.misshapen or argument not in given:
            continue
        (name,) = found.sources[path]
        tensor, shape = stored[name], shapes[path]
        if tensor.shape[1:] == shape[1:]:
            stored[name] = StoredTensor(
                shape,
                lambda t=tensor, s=shape: np.resize(t.read(), s),
                tensor.file,
            )
            del found.misshapen[path]
            mismatch_report.warn_of_new_positions(tensor.shape, shape, source)


def _new_head(found, held, resized):
    """Take the head out of the plan where the checkpoint has not got it."""
    head = [
        path
        for path, rules in found.rules.items()
        if not _is_any(rules, names.BACKBONE + names.CROSS_ATTENTION)
    ]
    # It may hold another form of the head: all of it, and nothing of this one.
    held = held and any(path in found.sources for path in head)
    if held and not (resized and any(p in found.misshapen for p in head)):
        return []
    for path in head:
        found.unused += found.sources.pop(path, [])
        found.missing.pop(path, None)
        found.misshapen.pop(path, None)
    return head


def _new_cross_attention(found):
    """An encoder that becomes a decoder has none; one that has, has it all."""
    paths = [
        path
        for path, rules in found.rules.items()
        if _is_any(rules, names.CROSS_ATTENTION)
    ]
    if not all(path in found.missing for path in paths):
        return []
    for path in paths:
        del found.missing[path]
    return paths


def _is_any(rules, rows):
    return any(row in rows for row, _, _ in rules)


def _leave_other_heads(found, stored, dialect):
    """Unused tensors that are some head's are left, not a problem."""
    claimed = heads.claimed_by(stored, dialect)
    left = {
        name: [task for task, tensors in claimed.items() if name in tensors]
        for name in found.unused
    }
    found.unused = [name for name in found.unused if not left[name]]
    return {name: owners for name, owners in left.items() if owners}


def _report(task, checkpoint, new, left, ignored):
    for name, reason in ignored.items():
        _log.info("%s: not loaded, %s.", name, reason)
    for name, owners in left.items():
        _log.info("%s: not loaded, head of %s.", name, " or ".join(owners))
    _log.info("%s from %s: %d new.", task, checkpoint.folder, len(new))
