"""LiteRT."""

import threading

from keras_electra.runtime.packages import load_package


class LitertEngine:
    """Runs `model.tflite`.

    Args:
        path: `pathlib.Path`.
        threads: int or `None` for one, as LiteRT itself takes.

    Call arguments:
        inputs: dict of arrays.

    Returns:
        dict of arrays.
    """

    def __init__(self, path, threads=None):
        interpreter = load_package("ai_edge_litert.interpreter", "litert")
        self._interpreter = interpreter.Interpreter(
            str(path), num_threads=threads
        )
        self._run = self._interpreter.get_signature_runner()
        self.inputs = sorted(self._run.get_input_details())
        self.outputs = sorted(self._run.get_output_details())
        self._lock = threading.Lock()  # Its memory is that of one call.

    def __call__(self, inputs):
        with self._lock:
            return self._run(**inputs)
