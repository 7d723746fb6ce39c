"""Everything that decides how a training run goes on, as arrays."""

import hashlib
import json

import keras
import numpy as np

from keras_electra.distribution.processes import process_count, process_index
from keras_electra.distribution.torch_data_parallel import seeds_apart

_RANDOM_STATE = "torch_random_state"


def collect(model):
    """Copy the state of a model in training to host memory.

    Weights, the seeds of dropout and masks, the optimizer with its schedule;
    on PyTorch also the global random state, which dropout draws from. Of
    several processes all must call it.

    Args:
        model: a compiled, built `keras.Model`.

    Returns:
        A dict of names to numpy arrays.
    """
    if keras.config.backend() == "jax":
        model.jax_state_sync()  # `fit` holds the state outside the model.
    state = {
        name: np.array(to_host(variable))
        for name, variable in _variables(model).items()
    }
    return state | _of_all_processes(random_state())


def restore(model, state):
    """Put back what `collect` returned, all of it or nothing.

    Args:
        model: a compiled, built `keras.Model` of the same configuration.
        state: dict of names to numpy arrays.

    Raises:
        ValueError: if the state is that of a model or an optimizer of another
            configuration; names what differs.
    """
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
            "A checkpoint must be of the model and the optimizer that are to "
            f"go on. Received: {'; '.join(wrong[:5])}{more}. Build them as "
            "they were, or start a new run in another folder."
        )
    for name, variable in variables.items():
        variable.assign(stored[name])
    if keras.config.backend() == "torch":
        seeds_apart(model)
        set_random_state(state)


def random_state():
    """The global random state of PyTorch, which dropout draws from.

    Returns:
        A dict of names to uint8 arrays; empty on other backends.
    """
    if keras.config.backend() != "torch":
        return {}
    import torch

    states = {_name(): torch.get_rng_state()}
    for index in range(torch.cuda.device_count()):
        states[f"{_name()}_cuda_{index}"] = torch.cuda.get_rng_state(index)
    return {name: value.numpy().copy() for name, value in states.items()}


def set_random_state(state):
    """Put back what `random_state` returned.

    Args:
        state: dict, with or without other arrays.
    """
    if keras.config.backend() != "torch" or _name() not in state:
        return
    import torch

    torch.set_rng_state(torch.from_numpy(state[_name()].copy()))
    for index in range(torch.cuda.device_count()):
        value = state.get(f"{_name()}_cuda_{index}")
        if value is not None:
            torch.cuda.set_rng_state(torch.from_numpy(value.copy()), index)


def _of_all_processes(states):
    if process_count() == 1 or not states:
        return states
    import torch

    gathered = [None] * process_count()
    torch.distributed.all_gather_object(gathered, states)
    return {name: value for own in gathered for name, value in own.items()}


def _name():
    """Each process draws its own numbers."""
    index = process_index()
    return f"{_RANDOM_STATE}_process_{index}" if index else _RANDOM_STATE


def fingerprint(description):
    """A short checksum of a dict that JSON can hold.

    Args:
        description: dict.

    Returns:
        string, 16 hexadecimal digits.
    """
    text = json.dumps(description, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def to_host(variable):
    """The value of a variable, of all processes together.

    Args:
        variable: `keras.Variable`.

    Returns:
        A numpy array.
    """
    value = variable.value
    if keras.config.backend() == "jax" and not value.is_fully_addressable:
        from jax.experimental import multihost_utils

        return multihost_utils.process_allgather(value, tiled=True)
    return keras.ops.convert_to_numpy(value)


def _variables(model):
    """Variables by a name that another process gives them too.

    Keras numbers automatic names (`seed_generator_3`), so the place in the
    list is what counts; the last part of the path is there to be read.
    """
    variables = [
        *_unique(model.variables, but=model.metrics_variables),
        *model.optimizer.variables,
    ]
    return {
        f"{index:04d}/{variable.path.split('/')[-1]}": variable
        for index, variable in enumerate(variables)
    }


def _unique(variables, but):
    left_out = {id(v) for v in but}
    return [v for v in variables if id(v) not in left_out]
