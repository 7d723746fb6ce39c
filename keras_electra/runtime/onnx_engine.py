"""Run ONNX models with onnxruntime."""

from keras_electra.runtime.engines import load_package


class OnnxEngine:
    """Runs `model.onnx`; see `engines.load_engine`."""

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
