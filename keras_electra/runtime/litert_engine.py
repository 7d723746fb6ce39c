"""Run LiteRT models."""

import threading

from keras_electra.runtime.engines import load_package


class LitertEngine:
    """Runs `model.tflite`; see `engines.load_engine`."""

    def __init__(self, path, threads=None):
        interpreter = load_package("ai_edge_litert.interpreter", "litert")
        self._interpreter = interpreter.Interpreter(
            str(path), num_threads=threads
        )
        self._run = self._interpreter.get_signature_runner()
        self.inputs = sorted(self._run.get_input_details())
        self.outputs = sorted(self._run.get_output_details())
        # The interpreter has memory for one call at a time.
        self._lock = threading.Lock()

    def __call__(self, inputs):
        with self._lock:
            return self._run(**inputs)
