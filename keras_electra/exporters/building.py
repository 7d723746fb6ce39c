"""The model of an artefact, written on the TensorFlow backend."""

import importlib
import pathlib
import tempfile

from keras_electra.exporters import (
    formats,
    saved_model,
    signatures,
    text_signature,
)


def build(
    task,
    folder,
    format,
    inputs="tokens",
    quantization=None,
    representative_data=None,
):
    """Write the files of the model.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`, which exists.
        format: string.
        inputs: `"tokens"` or `"text"`.
        quantization: string or `None`.
        representative_data: list of dicts of int arrays, or `None`.
    """
    signature = signature_of(task, inputs)
    if format == "tf_saved_model":
        written = text_signature if inputs == "text" else saved_model
        written.write(task, folder, signature)
        return
    module = formats.FORMATS[format].module
    writer = importlib.import_module(f"keras_electra.exporters.{module}")
    with tempfile.TemporaryDirectory() as name:
        source = pathlib.Path(name)
        saved_model.write(task, source, signature)
        writer.write(
            source, folder, signature, quantization, representative_data
        )


def signature_of(task, inputs):
    """What the artefact will take and give.

    Args:
        task: a task.
        inputs: `"tokens"` or `"text"`.

    Returns:
        `Signature`.

    Raises:
        ValueError: if the task cannot be had with these inputs.
    """
    if inputs == "text":
        return text_signature.signature_of(task)
    return signatures.signature_of(task)
