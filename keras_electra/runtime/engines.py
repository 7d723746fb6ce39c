"""Which engine runs which format."""

import importlib

_ENGINES = {
    "litert": ("litert_engine", "LitertEngine"),
    "onnx": ("onnx_engine", "OnnxEngine"),
    "openvino": ("openvino_engine", "OpenvinoEngine"),
}


def load_engine(folder, manifest, threads=None):
    """Make the engine of an exported folder, and check that it fits.

    Args:
        folder: `pathlib.Path`.
        manifest: dict.
        threads: int or `None`.

    Returns:
        A function of a dict of arrays to a dict of arrays, with the names of
        both as attributes `inputs` and `outputs`.

    Raises:
        ImportError: if the format's package is not installed.
        ValueError: if nothing here runs the format, or if the model has other
            inputs or outputs than the manifest says.
    """
    if manifest["format"] not in _ENGINES:
        raise ValueError(
            f"The runtime runs the formats {sorted(_ENGINES)}. Received: "
            f"{manifest['format']!r}. Load a SavedModel with "
            "`tf.saved_model.load`, and a `.pt2` that you trust with "
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
