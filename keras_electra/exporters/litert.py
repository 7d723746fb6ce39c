"""LiteRT, formerly TensorFlow Lite, for phones and small devices."""

import contextlib
import io
import re
import warnings

import numpy as np

_SIGNATURE = "serving_default"


def write(saved_model, path, signature, request):
    """Convert a SavedModel.

    With `"int8"` weights have 8 bits and matrix products are computed with 8
    bits, with ranges of activations found at run time ("dynamic range"), or
    for some activations calibrated on `representative_data`.

    Args:
        saved_model: `pathlib.Path`.
        path: `pathlib.Path` of the file to write.
        signature: `Signature`; unused.
        request: `Request`.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(saved_model), signature_keys=[_SIGNATURE]
    )
    data = request.representative_data
    if request.quantization is not None and data is None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if request.quantization == "float16":
        converter.target_spec.supported_types = [tf.float16]
    model = converter.convert()
    if data is not None:
        model = _quantize_calibrated(model, data)
    path.write_bytes(model)


# === int8 with calibrated ranges ===

# TensorFlow's converter computes everything in 8 bits, layer normalization and
# residual sums too, and requires all examples to have one length. Google's AI
# Edge Quantizer can quantize the matrix products only.

# Products with calibrated ranges: query, key and value, which lose the least
# accuracy by it. The others find a range for each row at run time.
_CALIBRATED = r"/transformer_layer_\d+(_\d+)?/(query|key|value)(_\d+)?/"
# Rows per call, because all activations are held until it ends.
_ROWS = 8


def _quantize_calibrated(model, examples):
    """Quantize the embeddings and matrix products of a `.tflite`, as bytes."""
    from ai_edge_quantizer import calibrator, quantizer, recipe_manager
    from ai_edge_quantizer.qtyping import TFLOperationName
    from ai_edge_quantizer.utils import qsv_utils

    recipe = recipe_manager.RecipeManager()
    recipe.add_dynamic_config(".*", TFLOperationName.FULLY_CONNECTED, 8)
    recipe.add_static_config(
        _CALIBRATED, TFLOperationName.FULLY_CONNECTED, 8, 8
    )
    for name in _lookups(model):
        table = f"^{re.escape(name)};*$"
        recipe.add_static_config(table, TFLOperationName.GATHER, 8, 8)
    with _silence():
        # The default is a moving average, which cuts off outliers.
        found = calibrator.Calibrator(
            model, qsv_update_func=qsv_utils.min_max_update
        )
        found.calibrate({_SIGNATURE: list(_in_rows(examples))}, recipe)
        work = quantizer.Quantizer(model, recipe.get_quantization_recipe())
        result = work.quantize(
            found.get_model_qsvs(),
            enable_progress_bar=False,
            enable_progress_report=False,
        )
    return bytes(result.quantized_model)


def _in_rows(examples):
    for example in examples:
        arrays = {k: np.asarray(v, "int32") for k, v in example.items()}
        for start in range(0, len(arrays["padding_mask"]), _ROWS):
            yield {k: v[start : start + _ROWS] for k, v in arrays.items()}


def _lookups(model):
    """Yield the names of tensors that are looked up in a table of weights."""
    from ai_edge_litert.schema_py_generated import BuiltinOperator, TensorType
    from ai_edge_quantizer.utils import tfl_flatbuffer_utils

    parsed = tfl_flatbuffer_utils.read_model(model)
    graph = parsed.subgraphs[0]
    for operator in graph.operators:
        code = parsed.operatorCodes[operator.opcodeIndex].builtinCode
        if code != BuiltinOperator.GATHER:
            continue
        table = graph.tensors[operator.inputs[0]]
        is_constant = parsed.buffers[table.buffer].data is not None
        if is_constant and table.type == TensorType.FLOAT32:
            yield graph.tensors[operator.outputs[0]].name.decode()


@contextlib.contextmanager
def _silence():
    """Hide the library's progress bars, reports and debugging hints."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield
