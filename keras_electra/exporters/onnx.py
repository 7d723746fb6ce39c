"""ONNX, for onnxruntime and other runtimes."""

import logging

from keras_electra.exporters import tf2onnx_handlers

OPSET = 18


def write(saved_model, path, signature, request):
    """Convert a SavedModel.

    `"float16"` applies to weights and products; inputs and outputs keep their
    types. With `"int8"` products find the ranges of activations at run time.

    Args:
        saved_model: `pathlib.Path`.
        path: `pathlib.Path` of the file to write.
        signature: `Signature`, which names the dimensions.
        request: `Request`.
    """
    import onnx

    from keras_electra.exporters import onnx_rewrites  # Needs onnxscript.

    model = onnx_rewrites.simplify(
        _convert(saved_model), is_for_int8=request.quantization == "int8"
    )
    for values, tensors in (
        (model.graph.input, signature.inputs),
        (model.graph.output, signature.outputs),
    ):
        _name_dimensions(values, {tensor.name: tensor for tensor in tensors})
    if request.quantization == "float16":
        from onnxruntime.transformers.float16 import convert_float_to_float16

        model = convert_float_to_float16(model, keep_io_types=True)
    onnx.save(model, path)
    if request.quantization == "int8":
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(
            path, path, per_channel=True, weight_type=QuantType.QInt8
        )


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
            custom_op_handlers=tf2onnx_handlers.handlers(),
        )
    finally:
        logger.removeHandler(errors)
    if errors.messages:  # tf2onnx logs them and returns a broken model.
        raise RuntimeError(
            "ONNX must have a counterpart for every operation. tf2onnx says: "
            + "; ".join(errors.messages)
        )
    return converted


class _Errors(logging.Handler):
    """Collect log messages."""

    def __init__(self, level):
        super().__init__(level)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def _name_dimensions(values, tensors):
    """Replace tf2onnx's names of dimensions by those of the signature."""
    for value in values:
        tensor = tensors[value.name]
        dims = value.type.tensor_type.shape.dim
        for dim, size in zip(dims, tensor.shape, strict=True):
            if isinstance(size, str):
                dim.dim_param = size
