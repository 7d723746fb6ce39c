"""PyTorch's `.pt2`, on the torch backend."""

import torch
from torch.overrides import TorchFunctionMode

# What a node remembers of the code it comes from: nothing that runs needs it,
# it names paths of this machine, and it outweighs a small model.
_TRACES = ("stack_trace", "nn_module_stack", "source_fn_stack", "from_node")


def write(task, path, signature, example):
    """Write a `torch.export.ExportedProgram`.

    Args:
        task: a task, on the torch backend.
        path: `pathlib.Path` of the file to write.
        signature: `Signature`. The program takes a dict and returns one.
        example: dict of arrays, to trace with.
    """
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
    """What runs a program.

    Args:
        path: `pathlib.Path` of a file that is trusted: PyTorch may unpickle
            parts of it.

    Returns:
        A function of a dict of arrays to a dict of arrays.
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
    """`take_along_dim` makes numbers of sizes that are to stay open."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is not torch.take_along_dim:
            return function(*args, **kwargs)
        x, indices = args
        dim = kwargs["dim"]
        sizes = list(x.shape)
        sizes[dim] = indices.shape[dim]
        return torch.gather(x, dim, indices.expand(sizes))
