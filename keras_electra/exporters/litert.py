"""LiteRT, once TensorFlow Lite: for phones and small devices."""

import numpy as np

from keras_electra.exporters import litert_ranges


def write(saved_model, path, signature, quantization, representative_data):
    """Convert a SavedModel.

    Args:
        saved_model: `pathlib.Path`. See `exporters.saved_model`.
        path: `pathlib.Path` of the file to write.
        signature: `Signature`.
        quantization: `None`, `"float16"` or `"int8"`. With `"int8"` weights
            have 8 bits and products are computed in as many, with ranges
            found while running (dynamic range).
        representative_data: list of dicts of arrays, or `None`. With
            `"int8"`: inputs to find the ranges of some activations from,
            which are then fixed; see `exporters.litert_ranges`.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(saved_model), signature_keys=["serving_default"]
    )
    has_ranges = representative_data is not None
    if quantization is not None and not has_ranges:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantization == "float16":
        converter.target_spec.supported_types = [tf.float16]
    model = converter.convert()
    if has_ranges:
        examples = [
            {name: np.asarray(array, "int32") for name, array in one.items()}
            for one in representative_data
        ]
        model = litert_ranges.quantize(model, examples)
    path.write_bytes(model)
