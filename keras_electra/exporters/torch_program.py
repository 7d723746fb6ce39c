"""PyTorch's exported program, `.pt2`."""

import torch
from torch.overrides import TorchFunctionMode

from keras_electra.exporters.verification import random_batches

# Metadata on the source code of each node. It is not needed to run the model,
# names paths of this machine, and is larger than a small model.
_TRACES = ("stack_trace", "nn_module_stack", "source_fn_stack", "from_node")


def write(task, path, signature):
    """Write a `torch.export.ExportedProgram` that takes and returns a dict.

    Args:
        task: a task, on the torch backend.
        path: `pathlib.Path` of the file to write.
        signature: `Signature`.
    """
    (example,) = random_batches(task, signature, [(2, 9)])
    tensors = {
        tensor.name: torch.as_tensor(example[tensor.name])
        for tensor in signature.inputs
    }
    shapes = {
        tensor.name: {
            axis: torch.export.Dim.DYNAMIC
            for axis, size in enumerate(tensor.shape)
            if isinstance(size, str)
        }
        for tensor in signature.inputs
    }
    with torch.no_grad(), _AnySize():
        program = torch.export.export(
            _Forward(task, signature).eval(),
            (tensors,),
            dynamic_shapes=(shapes,),
        )
    for node in program.graph.nodes:
        for name in _TRACES:
            node.meta.pop(name, None)
    torch.export.save(program, path)


def load(path):
    """Return the program as a function of a dict of arrays to such a dict.

    The file must be trusted: PyTorch may unpickle parts of it.
    """
    module = torch.export.load(path).module()

    @torch.inference_mode()
    def run(inputs):
        tensors = {name: torch.as_tensor(x) for name, x in inputs.items()}
        return {name: x.numpy() for name, x in module(tensors).items()}

    return run


class _Forward(torch.nn.Module):
    def __init__(self, task, signature):
        super().__init__()
        self.task = task
        self.names = [tensor.name for tensor in signature.outputs]

    def forward(self, inputs):
        outputs = self.task(inputs, training=False)
        if not isinstance(outputs, dict):
            outputs = {self.names[0]: outputs}
        return {name: outputs[name].float() for name in self.names}


class _AnySize(TorchFunctionMode):
    """Trace `take_along_dim`, which would turn open sizes into constants."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is not torch.take_along_dim:
            return function(*args, **kwargs)
        x, indices = args
        dim = kwargs["dim"]
        sizes = list(x.shape)
        sizes[dim] = indices.shape[dim]
        return torch.gather(x, dim, indices.expand(sizes))
