"""Run exported models without Keras and without a backend.

Needs `tokenizers`, numpy, and the package of the format: `ai-edge-litert`,
`onnxruntime` or `openvino`.
"""

from keras_electra.runtime.exported_model import ExportedModel

__all__ = ["ExportedModel", "load"]


def load(folder, threads=None, verify=True):
    """Load a model that `export` wrote.

    Args:
        folder: string or path. The exported folder.
        threads: int. Number of processor threads; by default all, and one for
            LiteRT.
        verify: bool, default `True`. Whether to compare the checksums of the
            files, which takes a second for one or two gigabytes.

    Returns:
        `ExportedModel`.

    Raises:
        FileNotFoundError: if the folder or one of its files is missing.
        ImportError: if the package of the format is not installed.
        ValueError: if the manifest is invalid, or does not match the model.

    Example:
    ```python
    from keras_electra import runtime

    model = runtime.load("sentiment_onnx")
    model.classify("Amazing food!")
    # {'label': 'positive', 'score': 0.99...}
    ```
    """
    return ExportedModel(folder, threads, verify)
