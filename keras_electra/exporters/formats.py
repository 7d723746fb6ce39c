"""What can be written, and what each format needs."""

import importlib.util
from typing import NamedTuple


class Format(NamedTuple):
    """A format of exported models.

    Args:
        model: string. The file that holds the model; `"."` for the folder.
        packages: tuple of modules that must be installed.
        extra: string. The extra of this package that brings them.
        quantizations: tuple of what `quantization` may be.
        backend: string. The backend of Keras that it is written on; on the
            others, a process with this one does so.
    """

    model: str
    packages: tuple
    extra: str
    quantizations: tuple = (None, "float16", "int8")
    backend: str = "tensorflow"


_ONNX = ("tensorflow", "tf2onnx", "onnxscript", "onnxruntime")

# Those that can be quantized are written by the module here of the same name.
FORMATS = {
    "tf_saved_model": Format(".", ("tensorflow",), "savedmodel", (None,)),
    "litert": Format(
        "model.tflite", ("tensorflow", "ai_edge_litert"), "litert"
    ),
    "onnx": Format("model.onnx", _ONNX, "onnx"),
    "openvino": Format("model.xml", (*_ONNX, "openvino"), "openvino"),
    "torch": Format("model.pt2", ("torch",), "torch", (None,), "torch"),
}


def check(name, inputs, quantization, has_data=False):
    """Refuse what cannot be written.

    Args:
        name: string.
        inputs: string.
        quantization: string or `None`.
        has_data: bool, default `False`. Whether representative data come.

    Returns:
        `Format`.

    Raises:
        ValueError: if there is no such format, or it has no such numbers.
        ImportError: if a package is missing.
    """
    if name not in FORMATS:
        raise ValueError(
            f"`format` must be one of {sorted(FORMATS)}. Received: "
            f"format={name!r}."
        )
    chosen = FORMATS[name]
    if quantization not in chosen.quantizations:
        raise ValueError(
            f"`quantization` of {name} must be one of {chosen.quantizations}. "
            f"Received: quantization={quantization!r}."
        )
    if inputs not in ("tokens", "text"):
        raise ValueError(
            f"`inputs` must be 'tokens' or 'text'. Received: inputs={inputs!r}."
        )
    packages = chosen.packages
    if inputs == "text":
        if name != "tf_saved_model":
            raise ValueError(
                "`inputs='text'` needs format='tf_saved_model': nothing else "
                f"tokenizes. Received: format={name!r}. "
                "`keras_electra.runtime` takes texts in every format."
            )
        packages = (*packages, "tensorflow_text")
    extra = chosen.extra
    if name == "openvino" and quantization == "int8":
        packages = (*packages, "nncf")
    if name == "litert" and quantization == "int8" and has_data:
        packages = (*packages, "ai_edge_quantizer")
        extra = "calibration"
    missing = [p for p in packages if not _is_installed(p)]
    if missing:
        raise ImportError(
            f"Writing {name} needs {', '.join(packages)}. Missing: "
            f"{', '.join(missing)}. Install them with `pip install "
            f"'keras-electra[{extra}]'`."
        )
    return chosen._replace(packages=packages)


def _is_installed(package):
    return importlib.util.find_spec(package) is not None
