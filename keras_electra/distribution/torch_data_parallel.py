"""`fit` on several processes of PyTorch."""

import functools

import keras

from keras_electra.distribution.processes import process_index


def torch_data_parallel(model):
    """Make `fit` average gradients over the processes of `torchrun`.

    The model's step then runs in `DistributedDataParallel`. All processes
    begin with the weights of the first, and end each step with equal ones;
    dropout and masks are drawn apart. Each must be given its own part of the
    data, and as many batches as the others. Losses and metrics are those of
    the part. `keras_electra.pretrain` calls this by itself.

    Args:
        model: compiled and built `keras.Model`, on the device of its process.

    Returns:
        `model`.

    Raises:
        RuntimeError: on another backend, or without a process group.

    Example, to be started with `torchrun --nproc-per-node 2 train.py`:
    ```python
    torch.distributed.init_process_group()
    rank = torch.distributed.get_rank()
    classifier = keras_electra.ElectraTextClassifier.from_preset(source)
    classifier.compile(...)
    keras_electra.torch_data_parallel(classifier)
    classifier.fit(texts[rank::2], labels[rank::2])
    ```

    Reference: Li et al., 2020.
    """
    backend = keras.config.backend()
    if backend != "torch":
        raise RuntimeError(
            "`torch_data_parallel` needs the PyTorch backend. Received: "
            f"{backend!r}. Use `keras.distribution.DataParallel` on JAX, "
            "`tf.distribute` on TensorFlow."
        )
    import torch

    if not torch.distributed.is_initialized():
        raise RuntimeError(
            "`torch_data_parallel` needs a process group. Call "
            "`torch.distributed.init_process_group()` first, in a script "
            "started with `torchrun`."
        )

    if is_data_parallel(model):
        return model  # As it is: a second replica would reduce all twice.

    class Step(torch.nn.Module):
        """The forward pass, with each weight once."""

        def __init__(self):
            super().__init__()
            # Keras' own list is by path, which two layers may share.
            values = {id(v): v.value for v in model.variables}
            self.values = torch.nn.ParameterList(values.values())

        def forward(self, inputs):
            return model(inputs, training=True)

    replica = torch.nn.parallel.DistributedDataParallel(Step())
    offset_seeds(model)
    torch.manual_seed((torch.initial_seed() + process_index()) % 2**63)
    model.train_step = functools.partial(_train_step, model, replica)
    # Compiled functions hold the step they were made with.
    model.train_function = None
    return model


def is_data_parallel(model):
    """Whether `torch_data_parallel` has been called with a model.

    Args:
        model: `keras.Model`.

    Returns:
        bool.
    """
    step = vars(model).get("train_step")
    return getattr(step, "func", None) is _train_step


def offset_seeds(model):
    """Other masks in each process, all from the seeds of the first.

    Args:
        model: `keras.Model` with the seeds of the first process in all.
    """
    rank = process_index()
    for variable in model.non_trainable_variables if rank else ():
        if variable.path.endswith("seed_generator_state"):
            seed, count = keras.ops.convert_to_numpy(variable)
            variable.assign([(int(seed) + rank) % 2**32, int(count)])


def _train_step(model, replica, data):
    """Keras' step, but for the forward pass, which goes through `replica`."""
    import torch

    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    outputs = replica(x)
    model.zero_grad()
    loss = model.compute_loss(
        x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=True
    )
    rows = keras.tree.flatten(x)[0].shape[0]
    for metric in model.metrics:
        if metric.name == "loss":
            metric.update_state(loss, sample_weight=rows)
    model.optimizer.scale_loss(loss).backward()
    weights = model.trainable_weights
    with torch.no_grad():
        model.optimizer.apply([v.value.grad for v in weights], weights)
    return model.compute_metrics(x, y, outputs, sample_weight=sample_weight)
