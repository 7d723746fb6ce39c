"""ONNX by onnxruntime."""

from keras_electra.runtime.packages import load_package


class OnnxEngine:
    """Runs `model.onnx`.

    Args:
        path: `pathlib.Path`.
        threads: int or `None` for all.

    Call arguments:
        inputs: dict of arrays.

    Returns:
        dict of arrays.
    """

    def __init__(self, path, threads=None):
        onnxruntime = load_package("onnxruntime", "onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [value.name for value in self._session.get_inputs()]
        self.outputs = [value.name for value in self._session.get_outputs()]

    def __call__(self, inputs):
        values = self._session.run(self.outputs, inputs)
        return dict(zip(self.outputs, values, strict=True))
