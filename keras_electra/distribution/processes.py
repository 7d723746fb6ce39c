"""Process rank and count, and data parallel replicas, on every backend."""

import collections
import sys

import keras
import numpy as np


def process_index():
    """Rank of this process. Rank 0 writes logs and checkpoints."""
    return _place()[0]


def process_count():
    """Number of processes that train together, each on its own data."""
    return _place()[1]


def data_parts(model):
    """Number of equal parts of a batch for the devices of this process.

    On TensorFlow, the strategy under which the model was created counts.
    """
    if keras.config.backend() == "jax":
        distribution = keras.distribution.distribution()
        if distribution is not None:
            return _copies_in_this_process(distribution)
    if keras.config.backend() == "tensorflow":
        return model.distribute_strategy.num_replicas_in_sync
    return 1


def _copies_in_this_process(distribution):
    """Number of model replicas on the devices of this process."""
    mesh = distribution.device_mesh
    axis = mesh.axis_names.index(distribution.batch_dim_name)
    copies = np.moveaxis(mesh.backend_mesh.devices, axis, 0)
    owners = [
        {device.process_index for device in np.ravel(copy)} for copy in copies
    ]
    counts = collections.Counter(min(owner) for owner in owners)
    if max(map(len, owners)) > 1 or len(set(counts.values())) > 1:
        raise ValueError(
            "All shards of a model replica must be on the devices of one "
            "process, and every process must hold the same number of replicas. "
            f"Received: {len(copies)} replicas on processes "
            f"{list(map(sorted, owners))}. Arrange the devices of a process "
            "next to each other along the model axis, or use fewer shards."
        )
    return counts[process_index()]


def synchronous_replicas():
    """Number of `tf.distribute` replicas whose gradients are summed."""
    if keras.config.backend() != "tensorflow":
        return 1
    from keras_electra.distribution.tf_replicas import num_replicas

    return num_replicas()


def in_any_process(flag):
    """Whether `flag` is true in any process. All processes must call this.

    On JAX all processes compute the same results, so this is `flag`.
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
        # Importing it takes time; without it there is one process.
        distributed = sys.modules.get("torch.distributed")
        if distributed is not None and (
            distributed.is_available() and distributed.is_initialized()
        ):
            return distributed.get_rank(), distributed.get_world_size()
    return 0, 1
