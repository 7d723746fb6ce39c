"""The model of an artefact, written on the TensorFlow backend."""

import importlib
import pathlib
import tempfile

from keras_electra.exporters import saved_model
from keras_electra.exporters.signatures import signature_of


def build(task, folder, chosen, quantization=None, representative_data=None):
    """Write the files of the model.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`, which exists.
        chosen: `Format`.
        quantization: string or `None`.
        representative_data: list of dicts of int arrays, or `None`.
    """
    signature = signature_of(task)
    if chosen.module == "saved_model":
        saved_model.write(task, folder, signature)
        return
    writer = importlib.import_module(f"keras_electra.exporters.{chosen.module}")
    with tempfile.TemporaryDirectory() as name:
        source = pathlib.Path(name)
        saved_model.write(task, source, signature)
        writer.write(
            source, folder, signature, quantization, representative_data
        )
