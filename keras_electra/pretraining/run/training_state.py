"""Collect and restore everything that determines how training continues."""

import hashlib
import json

import keras
import numpy as np

from keras_electra.distribution.processes import process_count, process_index
from keras_electra.distribution.torch_data_parallel import offset_seeds

_RANDOM_STATE = "torch_random_state"


def collect(model):
    """Copy the state of a compiled and built model to host memory.

    The state consists of weights, seeds of dropout and masks, optimizer and
    schedule; on PyTorch also of the global random state, from which dropout
    draws. With several processes, all must call this.

    Returns:
        A dict from name to numpy array.
    """
    if keras.config.backend() == "jax":
        model.jax_state_sync()  # `fit` holds the state outside the model.
    state = {
        name: np.array(to_host(variable))
        for name, variable in _variables(model).items()
    }
    return state | _gather(random_state())


def restore(model, state):
    """Restore the state that `collect` returned, completely or not at all."""
    variables = _variables(model)
    stored = {k: v for k, v in state.items() if _RANDOM_STATE not in k}
    wrong = [f"{name} is missing" for name in variables if name not in stored]
    wrong += [f"{name} is unknown" for name in stored if name not in variables]
    wrong += [
        f"{name} has shape {stored[name].shape}, not {tuple(v.shape)}"
        for name, v in variables.items()
        if name in stored and stored[name].shape != tuple(v.shape)
    ]
    if wrong:
        more = f", and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise ValueError(
            "A checkpoint must have the variables of the model and the "
            f"optimizer. Received: {'; '.join(wrong[:5])}{more}. Build them as "
            "for the checkpoint, or start a new run in another folder."
        )
    for name, variable in variables.items():
        variable.assign(stored[name])
    if keras.config.backend() == "torch":
        offset_seeds(model)
        set_random_state(state)


def random_state():
    """PyTorch's global random state as uint8 arrays; empty elsewhere."""
    if keras.config.backend() != "torch":
        return {}
    import torch

    states = {_name(): torch.get_rng_state()}
    for index in range(torch.cuda.device_count()):
        states[f"{_name()}_cuda_{index}"] = torch.cuda.get_rng_state(index)
    return {name: value.numpy().copy() for name, value in states.items()}


def set_random_state(state):
    """Set PyTorch's global random state from a dict of `random_state`."""
    if keras.config.backend() != "torch" or _name() not in state:
        return
    import torch

    torch.set_rng_state(torch.from_numpy(state[_name()].copy()))
    for index in range(torch.cuda.device_count()):
        value = state.get(f"{_name()}_cuda_{index}")
        if value is not None:
            torch.cuda.set_rng_state(torch.from_numpy(value.copy()), index)


def _gather(states):
    """The random states of all processes."""
    if process_count() == 1 or not states:
        return states
    import torch

    gathered = [None] * process_count()
    torch.distributed.all_gather_object(gathered, states)
    return {name: value for own in gathered for name, value in own.items()}


def _name():
    index = process_index()
    return f"{_RANDOM_STATE}_process_{index}" if index else _RANDOM_STATE


def fingerprint(content):
    """Checksum of JSON-like content, 16 hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def to_host(variable):
    """The value of a variable, across all processes, as a numpy array."""
    value = variable.value
    if keras.config.backend() == "jax" and not value.is_fully_addressable:
        from jax.experimental import multihost_utils

        return multihost_utils.process_allgather(value, tiled=True)
    return keras.ops.convert_to_numpy(value)


def _variables(model):
    """Variables by names that are the same in another process.

    Keras numbers automatic names (`seed_generator_3`), so names consist of the
    position in the list and, for readers, the last part of the path.
    """
    metrics = {id(variable) for variable in model.metrics_variables}
    variables = [v for v in model.variables if id(v) not in metrics]
    return {
        f"{index:04d}/{variable.path.split('/')[-1]}": variable
        for index, variable in enumerate(
            [*variables, *model.optimizer.variables]
        )
    }
