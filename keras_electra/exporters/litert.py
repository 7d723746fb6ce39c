"""LiteRT, once TensorFlow Lite: for phones and small devices."""

import numpy as np


def write(saved_model, path, signature, quantization, representative_data):
    """Convert a SavedModel.

    Args:
        saved_model: `pathlib.Path`. See `exporters.saved_model`.
        path: `pathlib.Path` of the file to write.
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
    path.write_bytes(converter.convert())


def _equally_long(examples):
    """Rows of one length, without padding.

    Calibration keeps the shape of its first example. And it must not see
    padding: masked scores lie so far below the others that one range for both
    tells nothing apart. So rows are cut to the median length, and shorter ones
    are left out.
    """
    rows = []
    for one in examples:
        for index in range(len(one["padding_mask"])):
            row = slice(index, index + 1)
            rows.append({k: np.asarray(v)[row] for k, v in one.items()})
    counts = [row["padding_mask"].sum(axis=-1).min() for row in rows]
    length = int(np.median(counts))
    return [
        {name: _cut(name, array, length) for name, array in row.items()}
        for row, count in zip(rows, counts, strict=True)
        if count >= length
    ]


def _cut(name, array, length):
    array = array.astype("int32")
    if name == "mask_positions":
        return np.minimum(array, length - 1)
    return np.ascontiguousarray(array[..., :length])
