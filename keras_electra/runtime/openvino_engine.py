"""Run OpenVINO models."""

import threading

from keras_electra.runtime.engines import load_package


class OpenvinoEngine:
    """Runs `model.xml`; see `engines.load_engine`."""

    def __init__(self, path, threads=None):
        openvino = load_package("openvino", "openvino")
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            # By default it computes in bfloat16 where the processor can.
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
        self._model = openvino.Core().compile_model(path, "CPU", settings)
        self.inputs = [port.get_any_name() for port in self._model.inputs]
        self.outputs = [port.get_any_name() for port in self._model.outputs]
        # The compiled model has memory for one call at a time.
        self._lock = threading.Lock()

    def __call__(self, inputs):
        with self._lock:
            results = self._model(inputs)
            return {name: results[name] for name in self.outputs}
