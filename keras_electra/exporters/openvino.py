"""OpenVINO intermediate representation, converted from ONNX."""

import pathlib
import tempfile

from keras_electra.exporters import onnx
from keras_electra.exporters.formats import Request


def write(saved_model, path, signature, request):
    """Convert a SavedModel.

    `"float16"` stores weights in 16 bits. `"int8"` stores them in 8 bits;
    products are computed in floating point.

    Args:
        saved_model: `pathlib.Path`.
        path: `pathlib.Path` of the `.xml` file; a `.bin` file is added.
        signature: `Signature`.
        request: `Request`.
    """
    import openvino

    with tempfile.TemporaryDirectory() as name:
        source = pathlib.Path(name) / "model.onnx"
        onnx.write(saved_model, source, signature, Request("onnx"))
        model = openvino.convert_model(source)
        if request.quantization == "int8":
            import nncf

            model = nncf.compress_weights(
                model, mode=nncf.CompressWeightsMode.INT8_SYM
            )
        openvino.save_model(
            model, path, compress_to_fp16=request.quantization == "float16"
        )
