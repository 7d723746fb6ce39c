"""Traced inference on PyTorch."""

import warnings

import keras


class TracedForward:
    """Runs a model's inference from a trace of it; torch backend only.

    Keras runs torch models eagerly, and a third of an encoder's time is then
    Python. A trace has none. It is recorded once, for any batch and length.
    Weights are inputs of the trace, not part of it: they may change, move or
    be freed without it. A model that cannot be traced runs eagerly, after one
    warning.

    Args:
        model: a built task, inputs a dict of tensors.
    """

    def __init__(self, model):
        self._model = model
        self._kind = None
        self._run = None
        self._structure = None

    def __call__(self, inputs):
        """Run the model without dropout or gradients.

        Args:
            inputs: dict of arrays or tensors.

        Returns:
            The model's output, a tensor or a structure of tensors.
        """
        inputs = {
            name: _as_tensor(value) for name, value in sorted(inputs.items())
        }
        # Detached: a trace takes no tensor that wants gradients.
        weights = [v.value.detach() for v in self._model.variables]
        kind = (
            tuple((name, x.ndim) for name, x in inputs.items()),
            tuple((w.shape, w.dtype, w.device) for w in weights),
        )
        if kind != self._kind:
            self._run = self._record(inputs, weights)
            self._kind = kind
        outputs = self._run(*inputs.values(), *weights)
        return keras.tree.pack_sequence_as(self._structure, list(outputs))

    def _record(self, inputs, weights):
        import torch

        variables = list(self._model.variables)

        def forward(*tensors):
            x = dict(zip(inputs, tensors[: len(inputs)], strict=True))
            state = zip(variables, tensors[len(inputs) :], strict=True)
            with keras.StatelessScope(state_mapping=list(state)):
                outputs = self._model(x, training=False)
            self._structure = keras.tree.map_structure(lambda _: None, outputs)
            return tuple(keras.tree.flatten(outputs))

        # Two rows of several tokens: a size of 1 would be baked in. Every
        # model has an embedding for 0, and no more positions than its longest.
        length = min(8, self._model.max_sequence_length)
        example = [
            x.new_zeros((2,) * (x.ndim - 1) + (length,))
            if not x.is_floating_point()
            else x.new_zeros((2, length, x.shape[-1]))  # An encoder's output.
            for x in inputs.values()
        ]
        try:
            with torch.no_grad(), warnings.catch_warnings():
                # Each says that a Python number was read off a tensor; these
                # are ranks and widths, which are fixed.
                warnings.simplefilter("ignore", torch.jit.TracerWarning)
                # Deprecated for `torch.export`, which runs a fifth slower; see
                # docs/design.md.
                warnings.simplefilter("ignore", DeprecationWarning)
                return torch.jit.trace(
                    forward, (*example, *weights), check_trace=False
                )
        except Exception as error:
            # Whatever a layer raises while it is traced; where the reason is
            # the input, running eagerly raises it again.
            warnings.warn(
                "This model cannot be traced, so that `predict` runs eagerly, "
                f"about 1.5 times slower. The reason: {error}",
                stacklevel=2,
            )
            return forward


def _as_tensor(value):
    is_float = "float" in str(value.dtype)
    return keras.ops.convert_to_tensor(
        value, dtype="float32" if is_float else "int32"
    )
