"""Fill a model from a checkpoint, and say what was not filled."""

import logging
import warnings

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
    given = given or {}
    stored = {
        name: tensor
        for name, tensor in checkpoint.stored().items()
        if name not in ignore
    }
    variables = {variable.path: variable for variable in model.weights}
    shapes = {path: tuple(v.shape) for path, v in variables.items()}
    rows = (
        *names.BACKBONE,
        *names.HEADS[task].all_rows,
        *names.CROSS_ATTENTION,
    )
    rows = tuple(dict.fromkeys(rows))
    found = transfer.plan(shapes, rows, stored, checkpoint.dialect)
    _crop(found, shapes, stored, given)
    held = heads.held_heads(stored, checkpoint.dialect, checkpoint.architecture)
    resized = not {"num_classes", "class_names"}.isdisjoint(given)
    new = _new_head(found, task in held, resized)
    new += _new_cross_attention(found)
    left = _leave_other_heads(found, stored, checkpoint.dialect)
    transfer.check(found, stored, checkpoint.folder)
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
        "is_decoder" in given,
    )
    if text:
        # A task's `from_preset` calls a backbone's.
        level = 5 if hasattr(model, "backbone") else 4
        warnings.warn(text, stacklevel=level)


def _crop(found, shapes, stored, given):
    """A shorter position table is the beginning of a longer one."""
    for path, argument in names.CROPPED.items():
        if path not in found.misshapen or argument not in given:
            continue
        (name,) = found.sources[path]
        tensor, shape = stored[name], shapes[path]
        if tensor.shape[0] > shape[0] and tensor.shape[1:] == shape[1:]:
            stored[name] = StoredTensor(
                shape, lambda t=tensor, n=shape[0]: t.read()[:n]
            )
            del found.misshapen[path]


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
