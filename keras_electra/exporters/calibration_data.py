"""Check `representative_data`."""

import keras

from keras_electra.data import ready_inputs


def check(request, signature, task):
    """Check that data for calibration are inputs of the model.

    Args:
        request: `Request`.
        signature: `Signature` of the model.
        task: a task, the model.
    """
    data = request.representative_data
    if data is None:
        return
    if request.format != "litert" or request.quantization != "int8":
        raise ValueError(
            "`representative_data` is for format='litert' with "
            f"quantization='int8'. Received: format={request.format!r}, "
            f"quantization={request.quantization!r}."
        )
    expected = {tensor.name: len(tensor.shape) for tensor in signature.inputs}
    if any(tensor.dtype != "int32" for tensor in signature.inputs):
        raise ValueError(
            "`representative_data` is for models with integer inputs only. "
            f"Received: a model with inputs {', '.join(expected)}. Leave it "
            "out."
        )
    wanted = (
        "`representative_data` must be a list of dicts of int arrays with "
        f"these numbers of axes: {expected}. Received: "
    )
    way_out = ". `task.preprocessor` makes such dicts of texts."
    if not isinstance(data, list | tuple) or not data:
        raise ValueError(f"{wanted}{type(data).__name__}{way_out}")
    for index, example in enumerate(data):
        problem = _problem(example, expected, signature)
        if problem:
            raise ValueError(f"{wanted}{problem}, example {index}{way_out}")
        arrays = {k: keras.ops.convert_to_numpy(a) for k, a in example.items()}
        try:
            checked = ready_inputs.check(
                arrays, task.backbone, task.input_names
            )
            if "mask_positions" in arrays:
                ready_inputs.with_positions(arrays, checked)
        except ValueError as error:
            raise ValueError(
                "`representative_data` must be valid inputs of the model. "
                f"Example {index}: {error}"
            ) from error


def _problem(example, expected, signature):
    """Describe how an example differs from the inputs; empty if it does not."""
    if not isinstance(example, dict):
        return type(example).__name__
    axes = {name: getattr(a, "ndim", None) for name, a in example.items()}
    if axes != expected:
        return str(axes)
    arrays = {k: keras.ops.convert_to_numpy(a) for k, a in example.items()}
    if not all(a.dtype.kind in "iub" for a in arrays.values()):
        return str({k: str(a.dtype) for k, a in arrays.items()})
    sizes = {}
    for tensor in signature.inputs:
        shape = arrays[tensor.name].shape
        for size, name in zip(shape, tensor.shape, strict=True):
            if sizes.setdefault(name, size) != size or not size:
                shapes = {k: a.shape for k, a in arrays.items()}
                return f"{shapes} with sizes of {name!r} that differ or are 0"
    return ""
