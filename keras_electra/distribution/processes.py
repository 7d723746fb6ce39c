"""Which of several processes this is, whatever brought them together."""

import collections
import sys

import keras
import numpy as np


def process_index():
    """int. 0 for the process that writes logs and checkpoints."""
    return _place()[0]


def process_count():
    """int. Processes that take the same steps, each on its own data."""
    return _place()[1]


def data_parts(model):
    """Equal parts of a batch for the devices of this process.

    Args:
        model: `keras.Model`. On TensorFlow, that under whose strategy it was
            made counts, wherever `fit` is called.

    Returns:
        int.

    Raises:
        ValueError: if one copy of a model is cut up over several processes,
            each of which would feed it other rows, or if they hold different
            numbers of copies.
    """
    if keras.config.backend() == "jax":
        distribution = keras.distribution.distribution()
        if distribution is not None:
            return _copies_in_this_process(distribution)
    if keras.config.backend() == "tensorflow":
        return model.distribute_strategy.num_replicas_in_sync
    return 1


def _copies_in_this_process(distribution):
    """How many copies of a model the devices of this process hold."""
    mesh = distribution.device_mesh
    axis = mesh.axis_names.index(distribution.batch_dim_name)
    copies = np.moveaxis(mesh.backend_mesh.devices, axis, 0)
    owners = [
        {device.process_index for device in np.ravel(copy)} for copy in copies
    ]
    counts = collections.Counter(min(owner) for owner in owners)
    if max(map(len, owners)) > 1 or len(set(counts.values())) > 1:
        raise ValueError(
            "All parts of one copy of a model must lie on the devices of one "
            "process, and every process must hold as many copies. Received: "
            f"{len(copies)} copies, on processes {list(map(sorted, owners))}. "
            "Put the devices of a process next to each other along the axis "
            "of the model, or cut it up over fewer."
        )
    return counts[process_index()]


def synchronous_replicas():
    """int. Replicas of `tf.distribute` whose gradients are added up."""
    if keras.config.backend() != "tensorflow":
        return 1
    from keras_electra.distribution.tf_replicas import num_replicas

    return num_replicas()


def in_any_process(flag):
    """Whether something is so in one of the processes. All must call it.

    On JAX all have the same results, and this is `flag`.

    Args:
        flag: bool.

    Returns:
        bool, the same in all.
    """
    if keras.config.backend() != "torch" or process_count() == 1:
        return bool(flag)
    import torch

    flags = [None] * process_count()
    torch.distributed.all_gather_object(flags, bool(flag))
    return any(flags)


def _place():
    backend = keras.config.backend()
    if backend == "jax":
        import jax

        return jax.process_index(), jax.process_count()
    if backend == "torch":
        # Not imported where nobody has: it takes a while.
        distributed = sys.modules.get("torch.distributed")
        if distributed is not None and (
            distributed.is_available() and distributed.is_initialized()
        ):
            return distributed.get_rank(), distributed.get_world_size()
    return 0, 1
