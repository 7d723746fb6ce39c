"""Cast a task to float32, in which every export is written and verified."""


def as_float32(task):
    """Return `task` if it computes in float32, otherwise a copy that does."""
    if task.backbone.dtype_policy.name == "float32":
        return task
    config = task.get_config()
    backbone = config["backbone"]
    copy = type(task).from_config(
        {
            **config,
            "dtype": "float32",
            "preprocessor": None,  # A config has no vocabulary.
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
