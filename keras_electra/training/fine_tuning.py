"""Default optimizers of tasks."""

import warnings

import keras


def fine_tuning_optimizer(backbone):
    """Adam with the fine-tuning rate of the paper.

    Args:
        backbone: `ElectraBackbone`.

    Returns:
        `keras.optimizers.Adam` with a rate of 1e-4 (5e-5 for the large size),
        gradients clipped to a norm of 1.
    """
    return _adam(5e-5 if backbone.hidden_dim >= 1024 else 1e-4)


def pre_training_optimizer(backbone):
    """Adam with the pre-training rate of the paper.

    Args:
        backbone: `ElectraBackbone`.

    Returns:
        `keras.optimizers.Adam` with a rate of 5e-4 for the small size, 2e-4
        for larger ones, gradients clipped to a norm of 1.
    """
    return _adam(2e-4 if backbone.hidden_dim >= 768 else 5e-4)


def _adam(rate):
    return keras.optimizers.Adam(rate, epsilon=1e-6, global_clipnorm=1.0)


def warn_of_low_precision(model):
    """Warn where weights are too coarse for what training adds to them."""
    dtypes = {str(weight.dtype) for weight in model.trainable_variables}
    for dtype in sorted(dtypes & {"bfloat16", "float16"}):
        warnings.warn(
            f"Weights in {dtype} hardly learn: most updates are smaller than "
            "the distance to the next number, and are rounded away. Make or "
            f'load the model with dtype="mixed_{dtype}", which keeps weights '
            f"in float32 and computes in {dtype}.",
            stacklevel=3,
        )
