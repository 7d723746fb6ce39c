"""TensorFlow SavedModel."""

from keras_electra.exporters import text_endpoints


def write(task, folder, signature):
    """Write a SavedModel that takes token ids or texts.

    It has the signature `serving_default`, and the same as a function `serve`,
    which `keras.layers.TFSMLayer` calls. A classifier of texts also has the
    signature `pairs`. Loading a model of texts requires `tensorflow_text`.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`, which exists.
        signature: `Signature`.
    """
    import tensorflow as tf

    if signature.inputs[0].dtype == "string":
        endpoints = text_endpoints.endpoints(task)
    else:
        endpoints = {"serving_default": _token_endpoint(task, signature)}
    # Keras' `ExportArchive` writes every weight twice, as a variable of Keras
    # and as one of TensorFlow.
    module = tf.Module()
    module.weights = [weight.value for weight in task.weights]
    module.endpoints = {
        name: tf.function(function, input_signature=specs)
        for name, (function, specs) in endpoints.items()
    }
    module.serve = module.endpoints["serving_default"]
    tf.saved_model.save(module, str(folder), signatures=module.endpoints)


def load(folder):
    """Return the signatures as a function of a dict of arrays to such a dict.

    Inputs with `pairs` run the signature of that name.
    """
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))

    def run(inputs, loaded=loaded):  # Keeps it alive: it owns the variables.
        name = "pairs" if "pairs" in inputs else "serving_default"
        serve = loaded.signatures[name]
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        return {name: x.numpy() for name, x in serve(**tensors).items()}

    return run


def _token_endpoint(task, signature):
    import tensorflow as tf

    specs = {
        tensor.name: tf.TensorSpec(
            [None if isinstance(size, str) else size for size in tensor.shape],
            tensor.dtype,
            name=tensor.name,
        )
        for tensor in signature.inputs
    }
    names = [tensor.name for tensor in signature.outputs]

    def serve(inputs):
        outputs = task(inputs, training=False)
        if not isinstance(outputs, dict):
            outputs = {names[0]: outputs}
        return {name: tf.cast(outputs[name], "float32") for name in names}

    return serve, [specs]
