"""ONNX, for onnxruntime and whatever else reads it."""

import logging

from keras_electra.exporters import onnx_operations

OPSET = 18


def write(saved_model, path, signature, quantization, representative_data):
    """Convert a SavedModel.

    Args:
        saved_model: `pathlib.Path`. See `exporters.saved_model`.
        path: `pathlib.Path` of the file to write.
        signature: `Signature`, whose names the dimensions get.
        quantization: `None`, `"float16"` (weights and products, inputs and
            outputs stay as they are) or `"int8"` (weights, and products with
            ranges found while running).
        representative_data: not used here; `None`.

    Raises:
        RuntimeError: if an operation has no counterpart in ONNX.
    """
    import onnx

    from keras_electra.exporters import onnx_rules  # Needs onnxscript.

    model = onnx_rules.simplify(
        _convert(saved_model), is_for_int8=quantization == "int8"
    )
    for values, tensors in (
        (model.graph.input, signature.inputs),
        (model.graph.output, signature.outputs),
    ):
        _name_dimensions(values, {tensor.name: tensor for tensor in tensors})
    if quantization == "float16":
        from onnxruntime.transformers.float16 import convert_float_to_float16

        model = convert_float_to_float16(model, keep_io_types=True)
    onnx.save(model, path)
    if quantization == "int8":
        _quantize(path)


def _convert(saved_model):
    import tensorflow as tf
    import tf2onnx

    loaded = tf.saved_model.load(str(saved_model))
    serve = loaded.signatures["serving_default"]
    specs = list(serve.structured_input_signature[1].values())

    @tf.function
    def model(*tensors):
        names = [spec.name for spec in specs]
        return serve(**dict(zip(names, tensors, strict=True)))

    errors = _Errors(logging.ERROR)
    logger = logging.getLogger("tf2onnx")
    logger.addHandler(errors)
    try:
        converted, _ = tf2onnx.convert.from_function(
            model,
            input_signature=specs,
            opset=OPSET,
            custom_op_handlers=onnx_operations.handlers(),
        )
    finally:
        logger.removeHandler(errors)
    if errors.messages:  # It writes a broken file all the same.
        raise RuntimeError(
            "ONNX must have a counterpart for every operation. tf2onnx says: "
            + "; ".join(errors.messages)
        )
    return converted


class _Errors(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, level):
        super().__init__(level)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def _name_dimensions(values, tensors):
    """tf2onnx gives dimensions of any size names of its own, or none."""
    for value in values:
        tensor = tensors[value.name]
        dims = value.type.tensor_type.shape.dim
        for dim, size in zip(dims, tensor.shape, strict=True):
            if isinstance(size, str):
                dim.dim_param = size


def _quantize(path):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(path, path, per_channel=True, weight_type=QuantType.QInt8)
