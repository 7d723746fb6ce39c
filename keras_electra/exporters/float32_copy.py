"""What is exported computes in float32, whatever it was trained in."""


def in_float32(task):
    """A task that computes in float32.

    Args:
        task: a task, built.

    Returns:
        `task` itself if it does; otherwise a copy of it, with its weights.

    Raises:
        ValueError: if the task has adapters, which a copy has not.
    """
    if task.backbone.dtype_policy.name == "float32":
        return task
    config = task.get_config()
    backbone = config["backbone"]
    copy = type(task).from_config(
        {
            **config,
            "dtype": "float32",
            "preprocessor": None,  # A config holds no vocabulary.
            "backbone": {
                **backbone,
                "config": {**backbone["config"], "dtype": "float32"},
            },
        }
    )
    if len(copy.weights) != len(task.weights):
        raise ValueError(
            "A model with adapters must compute in float32 to be exported. "
            f"Received: dtype={task.backbone.dtype_policy.name!r}. Load it "
            "with `dtype='float32'`."
        )
    copy.set_weights(task.get_weights())
    copy.preprocessor = task.preprocessor
    return copy
