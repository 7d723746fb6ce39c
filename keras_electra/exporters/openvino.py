"""OpenVINO's intermediate representation, by way of ONNX."""

import pathlib
import tempfile

from keras_electra.exporters import onnx


def write(saved_model, path, signature, quantization, representative_data):
    """Convert a SavedModel.

    Args:
        saved_model: `pathlib.Path`. See `exporters.saved_model`.
        path: `pathlib.Path` of the `.xml` file; a `.bin` comes beside it.
        signature: `Signature`.
        quantization: `None`, `"float16"` (weights on disk) or `"int8"`
            (weights; products are computed in floating point).
        representative_data: not used here; `None`.
    """
    import openvino

    with tempfile.TemporaryDirectory() as name:
        source = pathlib.Path(name) / "model.onnx"
        onnx.write(saved_model, source, signature, None, None)
        model = openvino.convert_model(source)
        if quantization == "int8":
            import nncf

            model = nncf.compress_weights(
                model, mode=nncf.CompressWeightsMode.INT8_SYM
            )
        openvino.save_model(
            model,
            path,
            compress_to_fp16=quantization == "float16",
        )
