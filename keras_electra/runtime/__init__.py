"""What runs exported models: no Keras, no TensorFlow.

Needs `tokenizers`, numpy, and the package of the format: `ai-edge-litert`,
`onnxruntime` or `openvino`. Several threads may ask the same model; with ONNX
their answers are computed at the same time, with the others one after another.

```python
from keras_electra import runtime

model = runtime.load("sentiment_onnx")
model.classify("Amazing food!")
# {'label': 'positive', 'score': 0.99...}
```
"""

from keras_electra.runtime.exported_model import ExportedModel


def load(folder, threads=None, verify=True):
    """Load a folder that `export` wrote.

    Args:
        folder: string or path.
        threads: int or `None`: how many processor threads to use; by default
            all, and with LiteRT one.
        verify: bool, default `True`. Whether to compare the checksums of its
            files, at a second for a gigabyte or two.

    Returns:
        `ExportedModel`.

    Raises:
        FileNotFoundError: if the folder or a file of it is missing.
        ImportError: if the format's package is not installed.
        ValueError: if the manifest is broken, or does not fit its model.
    """
    return ExportedModel(folder, threads, verify)
