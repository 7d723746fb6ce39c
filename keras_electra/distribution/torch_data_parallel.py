"""Data parallel training with several PyTorch processes."""

import functools

import keras

from keras_electra.distribution.processes import process_index


def torch_data_parallel(model):
    """Average the gradients of `fit` over the processes of `torchrun`.

    Training steps then run in `DistributedDataParallel`. All processes start
    with the weights of the first, and their weights stay equal; dropout and
    masks differ. Each process must train on its own part of the data, with the
    same number of batches. Its losses and metrics are those of its part.
    `keras_electra.pretrain` calls this function itself.

    Args:
        model: compiled and built `keras.Model`, on the device of its process.

    Returns:
        `model`.

    Raises:
        RuntimeError: if the backend is not PyTorch, or there is no process
            group.

    Example:
    ```python
    # Start with `torchrun --nproc-per-node 2 train.py`.
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
        return model  # A second replica would reduce gradients twice.

    class Step(torch.nn.Module):
        """Forward pass with a list of unique weights."""

        def __init__(self):
            super().__init__()
            # Keras lists weights by path, which two layers can share.
            values = {id(v): v.value for v in model.variables}
            self.values = torch.nn.ParameterList(values.values())

        def forward(self, inputs):
            return model(inputs, training=True)

    replica = torch.nn.parallel.DistributedDataParallel(Step())
    offset_seeds(model)
    torch.manual_seed((torch.initial_seed() + process_index()) % 2**63)
    model.train_step = functools.partial(_train_step, model, replica)
    # The compiled function calls the old step.
    model.train_function = None
    return model


def is_data_parallel(model):
    """Whether `torch_data_parallel` has been called with a model."""
    step = vars(model).get("train_step")
    return getattr(step, "func", None) is _train_step


def offset_seeds(model):
    """Offset the seeds of a model by the rank, so that processes differ."""
    rank = process_index()
    for variable in model.non_trainable_variables if rank else ():
        if variable.path.endswith("seed_generator_state"):
            seed, count = keras.ops.convert_to_numpy(variable)
            variable.assign([(int(seed) + rank) % 2**32, int(count)])


def _train_step(model, replica, data):
    """The step of Keras with the forward pass of `replica`."""
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
