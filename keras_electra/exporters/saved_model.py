"""TensorFlow SavedModel, on the TensorFlow backend."""

import keras


def write(task, folder, signature):
    """Write a SavedModel that takes token ids.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`, which exists; `saved_model.pb` goes right into
            it.
        signature: `Signature`.

    Returns:
        None. The model has one signature, `serving_default`, with the names of
        `signature`.
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

    archive = keras.export.ExportArchive()
    archive.track(task)
    # Keras writes the endpoint of this name as `serving_default` too.
    archive.add_endpoint("serve", serve, input_signature=[specs])
    archive.write_out(str(folder), verbose=False)


def load(folder):
    """What runs a SavedModel.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A function of a dict of arrays to a dict of arrays.
    """
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    serve = loaded.signatures["serving_default"]

    def run(inputs, loaded=loaded):  # Kept: it owns the variables.
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        return {name: x.numpy() for name, x in serve(**tensors).items()}

    return run
