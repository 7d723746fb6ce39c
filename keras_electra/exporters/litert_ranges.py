"""LiteRT in 8 bits, with ranges of activations found on data.

TensorFlow's own converter computes everything in 8 bits, layer normalization
and residual sums too, and asks that all data have one length. This takes the
products alone, by Google's AI Edge Quantizer.
"""

import contextlib
import io
import re
import warnings

import numpy as np

# What is computed with ranges from the data: products whose input is
# normalized, so that the ranges are narrow and hold for other data. After
# GELU, or where attention has been, a fixed range costs accuracy and saves no
# time: there each row gets its own while running.
_FIXED = r".*/(query|key|value)_?\d*/.*"
_SIGNATURE = "serving_default"


def quantize(model, examples):
    """Quantize a LiteRT model.

    Args:
        model: bytes of a `.tflite` in float32.
        examples: list of dicts of numpy int32 arrays.

    Returns:
        bytes of the same model with weights and embeddings in int8, and
        products of matrices in integers.
    """
    from ai_edge_quantizer import calibrator, quantizer, recipe_manager
    from ai_edge_quantizer.qtyping import TFLOperationName
    from ai_edge_quantizer.utils import qsv_utils

    tables = _tables(model)
    names = "|".join(map(re.escape, tables))
    recipe = recipe_manager.RecipeManager()
    recipe.add_dynamic_config(".*", TFLOperationName.FULLY_CONNECTED, 8)
    recipe.add_static_config(_FIXED, TFLOperationName.FULLY_CONNECTED, 8, 8)
    recipe.add_static_config(f"({names})", TFLOperationName.GATHER, 8, 8)
    with _silence():
        # Of extremes, not of their moving average, which cuts outliers off.
        found = calibrator.Calibrator(
            model, qsv_update_func=qsv_utils.min_max_update
        )
        found.calibrate({_SIGNATURE: examples}, recipe)
        ranges = found.get_model_qsvs()
        for name, table in tables.items():  # Data do not hold every token.
            for key, value in (("min", table.min()), ("max", table.max())):
                ranges[name][key] = np.full_like(ranges[name][key], value)
        work = quantizer.Quantizer(model, recipe.get_quantization_recipe())
        result = work.quantize(
            ranges, enable_progress_bar=False, enable_progress_report=False
        )
    return bytes(result.quantized_model)


def _tables(model):
    """Embeddings: dict of the name of what is looked up to the table."""
    from ai_edge_litert.schema_py_generated import BuiltinOperator, TensorType
    from ai_edge_quantizer.utils import tfl_flatbuffer_utils as flatbuffer

    parsed = flatbuffer.read_model(model)
    (graph,) = parsed.subgraphs
    found = {}
    for operator in graph.operators:
        code = parsed.operatorCodes[operator.opcodeIndex].builtinCode
        if code != BuiltinOperator.GATHER:
            continue
        table = graph.tensors[operator.inputs[0]]
        data = parsed.buffers[table.buffer].data
        if table.type == TensorType.FLOAT32 and data is not None:
            name = graph.tensors[operator.outputs[0]].name.decode()
            found[name] = np.frombuffer(bytes(data), "float32")
    return found


@contextlib.contextmanager
def _silence():
    """Without the library's own bars, reports and hints for debugging."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield
