"""Which weights to cut up where a model is larger than a device."""

import keras

# Path of a variable -> which of its axes lies across the devices. A kernel's
# last axis is what the layer makes, its first what the layer is given: cut
# along the last in one layer and along the first in the next, a block needs
# its devices to talk twice, and each head stays on one.
_AXES = {
    r".*(token|output)_embedding/embeddings": (None, "model"),
    r".*attention/(query|key|value)/kernel": (None, "model"),
    r".*attention/(query|key|value)/bias": ("model",),
    r".*attention/output_dense/kernel": ("model", None),
    r".*/intermediate_dense/kernel": (None, "model"),
    r".*/intermediate_dense/bias": ("model",),
    r".*layer_\d+/output_dense/kernel": ("model", None),
}


def layout_map(device_mesh, model_axis="model"):
    """Where weights lie in `keras.distribution.ModelParallel`.

    Heads and feed-forward units are shared out among the devices of one axis
    of the mesh; LayerNorms and what follows the blocks lie on all. Serves the
    backbone, all tasks and `ElectraPretrainer`, whose optimizer variables lie
    where their weights do. JAX only, as is model parallelism in Keras.

    Args:
        device_mesh: `keras.distribution.DeviceMesh`. The number of devices
            along `model_axis` must divide the embeddings' width and the hidden
            and feed-forward width; the number of heads should be divisible too.
        model_axis: string, default `"model"`. The axis of the mesh.

    Returns:
        `keras.distribution.LayoutMap`.

    Raises:
        ValueError: if the mesh has no such axis.

    Example:
    ```python
    mesh = keras.distribution.DeviceMesh((2, 4), ["batch", "model"])
    keras.distribution.set_distribution(
        keras.distribution.ModelParallel(
            layout_map=keras_electra.layout_map(mesh), batch_dim_name="batch"
        )
    )
    classifier = keras_electra.ElectraTextClassifier.from_preset(source)
    ```

    Reference: Shoeybi et al., 2019.
    """
    if model_axis not in device_mesh.axis_names:
        raise ValueError(
            "`model_axis` must be an axis of `device_mesh`. Received: "
            f"model_axis={model_axis!r}, and a mesh with "
            f"{list(device_mesh.axis_names)}."
        )
    layouts = keras.distribution.LayoutMap(device_mesh)
    for path, axes in _AXES.items():
        layouts[path] = keras.distribution.TensorLayout(
            tuple(axis and model_axis for axis in axes), device_mesh
        )
    return layouts
