"""Load the engine that runs an exported model."""

import importlib

_ENGINES = {
    "litert": ("litert_engine", "LitertEngine"),
    "onnx": ("onnx_engine", "OnnxEngine"),
    "openvino": ("openvino_engine", "OpenvinoEngine"),
}


def load_engine(folder, manifest, threads=None):
    """Load the model of an exported folder and check it against the manifest.

    Returns:
        A function of a dict of arrays to a dict of arrays. Its attributes
        `inputs` and `outputs` list the names of both.
    """
    if manifest["format"] not in _ENGINES:
        raise ValueError(
            f"The runtime runs the formats {sorted(_ENGINES)}. Received: "
            f"{manifest['format']!r}. Load a SavedModel with "
            "`tf.saved_model.load`, and a `.pt2` file that you trust with "
            "`torch.export.load`, which may unpickle."
        )
    module, name = _ENGINES[manifest["format"]]
    module = importlib.import_module(f"keras_electra.runtime.{module}")
    path = folder / manifest["model"]
    try:
        engine = getattr(module, name)(path, threads)
    except (ImportError, MemoryError):
        raise
    except Exception as error:  # Each package has exceptions of its own.
        raise ValueError(
            f"{str(path)!r} must be a model in the format "
            f"{manifest['format']}. It cannot be loaded: {error}. Export it "
            "again."
        ) from error
    for kind in ("inputs", "outputs"):
        expected = sorted(tensor["name"] for tensor in manifest[kind])
        if sorted(getattr(engine, kind)) != expected:
            raise ValueError(
                f"The {kind} of {str(path)!r} must be those of its manifest, "
                f"{expected}. Received: {sorted(getattr(engine, kind))}. "
                "Export it again."
            )
    return engine


def load_package(name, extra):
    """Import the package of a format, or raise an error that names `extra`."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"This format needs `{name}`, which cannot be imported: {error}. "
            f"Install it with `pip install 'keras-electra[{extra}]'`."
        ) from error
