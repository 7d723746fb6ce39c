"""The table of export formats, and checks of what is requested."""

import importlib.util
from typing import NamedTuple


class Format(NamedTuple):
    """A format of exported models.

    Args:
        module: string. The module of this folder that writes it.
        model: string. File of the model; `"."` for the whole folder.
        packages: tuple of strings. Modules that must be installed.
        extra: string. The extra of this package that installs them.
        quantizations: tuple. Allowed values of `quantization`.
        backend: string. Keras backend that writes it; on another backend a
            child process with this one does.
        is_converted: bool. Whether the module converts a SavedModel.
    """

    module: str
    model: str
    packages: tuple
    extra: str
    quantizations: tuple = (None, "float16", "int8")
    backend: str = "tensorflow"
    is_converted: bool = True


class Request(NamedTuple):
    """The arguments of `export` that determine what is written."""

    format: str = "tf_saved_model"
    inputs: str = "tokens"
    quantization: str | None = None
    representative_data: list | None = None


_ONNX = ("tensorflow", "tf2onnx", "onnxscript", "onnxruntime")
FORMATS = {
    "tf_saved_model": Format(
        "saved_model", ".", ("tensorflow",), "savedmodel", (None,),
        is_converted=False,
    ),
    "litert": Format(
        "litert", "model.tflite", ("tensorflow", "ai_edge_litert"), "litert"
    ),
    "onnx": Format("onnx", "model.onnx", _ONNX, "onnx"),
    "openvino": Format(
        "openvino", "model.xml", (*_ONNX, "openvino"), "openvino"
    ),
    "torch": Format(
        "torch_program", "model.pt2", ("torch",), "torch", (None,), "torch",
        is_converted=False,
    ),
}  # fmt: skip


def check(request):
    """Check that a request is possible, with the packages that are installed.

    Args:
        request: `Request`.

    Returns:
        `Format`, with all packages that this request needs.
    """
    name, inputs, quantization, data = request
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
    packages, extra = chosen.packages, chosen.extra
    if inputs == "text":
        if name != "tf_saved_model":
            raise ValueError(
                "`inputs='text'` needs format='tf_saved_model', the only "
                f"format with a tokenizer. Received: format={name!r}. "
                "`keras_electra.runtime` takes texts in every format."
            )
        packages = (*packages, "tensorflow_text")
    if name == "openvino" and quantization == "int8":
        packages = (*packages, "nncf")
    if name == "litert" and quantization == "int8" and data is not None:
        packages, extra = (*packages, "ai_edge_quantizer"), "calibration"
    missing = [package for package in packages if not _is_installed(package)]
    if missing:
        raise ImportError(
            f"Writing {name} needs {', '.join(packages)}. Missing: "
            f"{', '.join(missing)}. Install them with `pip install "
            f"'keras-electra[{extra}]'`."
        )
    return chosen._replace(packages=packages)


def _is_installed(package):
    return importlib.util.find_spec(package) is not None
