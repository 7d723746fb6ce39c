"""OpenVINO."""

import threading

from keras_electra.runtime.packages import load_package


class OpenvinoEngine:
    """Runs `model.xml`.

    Args:
        path: `pathlib.Path`.
        threads: int or `None` for all.

    Call arguments:
        inputs: dict of arrays.

    Returns:
        dict of arrays.
    """

    def __init__(self, path, threads=None):
        openvino = load_package("openvino", "openvino")
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            # Else it computes in bfloat16 where the processor can.
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
        self._model = openvino.Core().compile_model(path, "CPU", settings)
        self.inputs = [port.get_any_name() for port in self._model.inputs]
        self.outputs = [port.get_any_name() for port in self._model.outputs]
        self._lock = threading.Lock()  # Its memory is that of one call.

    def __call__(self, inputs):
        with self._lock:
            results = self._model(inputs)
            return {name: results[name] for name in self.outputs}
