"""Layouts of weights for model parallelism."""

import keras

# Path of a variable -> the axis that is sharded. Kernels are sharded by outputs
# in one layer and by inputs in the next, so that a block needs two all-reduces
# and each attention head stays on one device.
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
    """Create the layout map of ELECTRA for `keras.distribution.ModelParallel`.

    Attention heads and feed-forward units are sharded along one axis of the
    mesh. Layer normalization and task heads are replicated. The map applies to
    the backbone, all tasks and `ElectraPretrainer`; optimizer variables have
    the layouts of their weights. Model parallelism needs the JAX backend.

    Args:
        device_mesh: `keras.distribution.DeviceMesh`. The number of devices
            along `model_axis` must divide `embedding_dim`, `hidden_dim` and
            `intermediate_dim`, and should divide `num_heads`.
        model_axis: string, default `"model"`. The axis to shard along.

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
