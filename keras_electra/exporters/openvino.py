"""OpenVINO's intermediate representation, by way of ONNX."""

import pathlib
import tempfile

from keras_electra.exporters import onnx

MODEL = "model.xml"


def write(saved_model, folder, signature, quantization, representative_data):
    """Convert a SavedModel.

    Args:
        saved_model: `pathlib.Path`. See `exporters.saved_model`.
        folder: `pathlib.Path` that gets `model.xml` and `model.bin`.
        signature: `Signature`.
        quantization: `None`, `"float16"` (weights on disk) or `"int8"`
            (weights; products are computed in floating point).
        representative_data: not used here; `None`.
    """
    import openvino

    with tempfile.TemporaryDirectory() as name:
        onnx.write(saved_model, pathlib.Path(name), signature, None, None)
        model = openvino.convert_model(pathlib.Path(name) / onnx.MODEL)
        if quantization == "int8":
            import nncf

            model = nncf.compress_weights(
                model, mode=nncf.CompressWeightsMode.INT8_SYM
            )
        openvino.save_model(
            model,
            folder / MODEL,
            compress_to_fp16=quantization == "float16",
        )
