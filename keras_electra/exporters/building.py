"""The model of an artefact, written on the backend that its format needs."""

import importlib
import pathlib
import tempfile

from keras_electra.exporters import (
    formats,
    saved_model,
    signatures,
    text_signature,
    verification,
)


def build(task, folder, order):
    """Write the files of the model.

    Args:
        task: a task, on the backend of the format.
        folder: `pathlib.Path`, which exists.
        order: `Order`.
    """
    signature = signature_of(task, order.inputs)
    if order.format == "tf_saved_model":
        is_text = order.inputs == "text"
        (text_signature if is_text else saved_model).write(
            task, folder, signature
        )
        return
    if order.format == "torch":
        from keras_electra.exporters import torch_program

        (example,) = verification.random_batches(task, signature, [(2, 9)])
        path = folder / formats.FORMATS["torch"].model
        torch_program.write(task, path, signature, example)
        return
    writer = importlib.import_module(f"keras_electra.exporters.{order.format}")
    with tempfile.TemporaryDirectory() as name:
        source = pathlib.Path(name)
        saved_model.write(task, source, signature)
        writer.write(
            source,
            folder / formats.FORMATS[order.format].model,
            signature,
            order.quantization,
            order.representative_data,
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
