"""LiteRT, once TensorFlow Lite: for phones and small devices."""

import numpy as np

MODEL = "model.tflite"


def write(saved_model, folder, signature, quantization, representative_data):
    """Convert a SavedModel.

    Args:
        saved_model: `pathlib.Path`. See `exporters.saved_model`.
        folder: `pathlib.Path` that gets `model.tflite`.
        signature: `Signature`.
        quantization: `None`, `"float16"` or `"int8"`. With `"int8"` weights
            have 8 bits and products are computed in as many, with ranges
            found while running (dynamic range).
        representative_data: iterable of dicts of arrays, or `None`. With
            `"int8"`: inputs to find the ranges of activations from, which
            are then fixed.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(saved_model), signature_keys=["serving_default"]
    )
    if quantization is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantization == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if representative_data is not None:
        examples = _equally_long(representative_data)
        converter.representative_dataset = lambda: (
            ("serving_default", example) for example in examples
        )
    (folder / MODEL).write_bytes(converter.convert())


def _equally_long(examples):
    """Pad with 0, which the padding mask covers: calibration has one shape."""
    shapes = {
        name: np.max([np.shape(one[name]) for one in examples], axis=0)
        for name in examples[0]
    }
    return [
        {
            name: np.pad(
                np.asarray(array, "int32"),
                [
                    (0, n - m)
                    for n, m in zip(shapes[name], array.shape, strict=True)
                ],
            )
            for name, array in one.items()
        }
        for one in examples
    ]
