"""Quantized layers in the config of a model, and back.

Keras 3.15 builds layers that it loads in floating point, and then finds other
variables in the file. So a config names the quantized layers, and they are
quantized again before their weights are loaded.
"""

import gc

import keras

from keras_electra.keras_internals import flatten_layers


def describe(layers):
    """The quantized ones of some layers, for a config.

    Args:
        layers: iterable of `keras.layers.Layer`.

    Returns:
        A dict from the path of a layer to its `mode` and `config`.
    """
    return {
        layer.path: {
            "mode": layer.quantization_mode,
            "config": keras.saving.serialize_keras_object(
                getattr(layer, "quantization_config", None)
            ),
        }
        for layer in layers
        if layer.quantization_mode is not None
    }


def apply(model, description):
    """Quantize the layers that a config names.

    Args:
        model: `keras.Model`, in floating point.
        description: dict, as `describe` returns it.

    Raises:
        ValueError: if the model has no such layer.
    """
    layers = {layer.path: layer for layer in flatten_layers(model)}
    missing = sorted(set(description) - set(layers))
    if missing:
        raise ValueError(
            "`quantized_layers` must name layers of the model. Received: "
            f"{missing}. Save the model again."
        )
    # Keras collects garbage once a layer, 0.3 s each; frozen objects are
    # passed over.
    is_frozen = gc.get_freeze_count() > 0
    if not is_frozen:
        gc.freeze()
    try:
        for path, quantization in description.items():
            config = keras.saving.deserialize_keras_object(
                quantization["config"]
            )
            layers[path].quantize(quantization["mode"], config=config)
    finally:
        if not is_frozen:
            gc.unfreeze()
