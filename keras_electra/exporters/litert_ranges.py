"""LiteRT in 8 bits, with ranges of activations found on data.

TensorFlow's own converter computes everything in 8 bits, layer normalization
and residual sums too, and asks that all data have one length. This takes the
products alone, by Google's AI Edge Quantizer.
"""

import contextlib
import io
import re
import warnings

# What is computed with ranges from the data: queries, keys and values, which
# lose least by it. The others get a range for each row while running.
_FIXED = r"/transformer_layer_\d+(_\d+)?/(query|key|value)(_\d+)?/"
_SIGNATURE = "serving_default"
_ROWS = 8  # Of a call: all activations are held until it ends.


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

    recipe = recipe_manager.RecipeManager()
    recipe.add_dynamic_config(".*", TFLOperationName.FULLY_CONNECTED, 8)
    recipe.add_static_config(_FIXED, TFLOperationName.FULLY_CONNECTED, 8, 8)
    for name in _embedded(model):
        table = f"^{re.escape(name)};*$"
        recipe.add_static_config(table, TFLOperationName.GATHER, 8, 8)
    with _silence():
        # Of extremes, not of their moving average, which cuts outliers off.
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
        for start in range(0, len(example["padding_mask"]), _ROWS):
            yield {k: v[start : start + _ROWS] for k, v in example.items()}


def _embedded(model):
    """Names of what is looked up in tables of weights."""
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
    """Without the library's own bars, reports and hints for debugging."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield
