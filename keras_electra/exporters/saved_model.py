"""TensorFlow SavedModel, on the TensorFlow backend."""


def write(task, folder, signature):
    """Write a SavedModel that takes token ids.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`, which exists; `saved_model.pb` goes right into
            it.
        signature: `Signature`.

    Returns:
        None. The model has one signature, `serving_default`, with the names of
        `signature`, and the same as a function `serve`, which
        `keras.layers.TFSMLayer` calls.
    """
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

    save(task, folder, {"serving_default": (serve, [specs])})


def save(task, folder, endpoints):
    """Write functions over a task.

    Keras' `ExportArchive` writes every weight twice, once as a variable of
    Keras and once as TensorFlow's.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`.
        endpoints: dict from the name of a signature to a pair: function of
            tensors, and the list of what it takes.
    """
    import tensorflow as tf

    module = tf.Module()
    module.weights = [weight.value for weight in task.weights]
    module.endpoints = {
        name: tf.function(function, input_signature=specs)
        for name, (function, specs) in endpoints.items()
    }
    module.serve = module.endpoints["serving_default"]
    tf.saved_model.save(module, str(folder), signatures=module.endpoints)


def load(folder):
    """What runs a SavedModel.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A function of a dict of arrays to a dict of arrays. With `pairs` it
        runs the signature of that name.
    """
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))

    def run(inputs, loaded=loaded):  # Kept: it owns the variables.
        name = "pairs" if "pairs" in inputs else "serving_default"
        serve = loaded.signatures[name]
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        return {name: x.numpy() for name, x in serve(**tensors).items()}

    return run
