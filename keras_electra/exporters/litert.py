"""LiteRT, once TensorFlow Lite: for phones and small devices."""

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
        converter.representative_dataset = lambda: (
            ("serving_default", example) for example in representative_data
        )
    (folder / MODEL).write_bytes(converter.convert())
