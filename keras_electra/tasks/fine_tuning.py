"""What tasks are compiled with when nothing else is said."""

import keras


def fine_tuning_optimizer(backbone):
    """Adam with the fine-tuning rate of the paper.

    Args:
        backbone: `ElectraBackbone`.

    Returns:
        `keras.optimizers.Adam` with a rate of 1e-4 (5e-5 for the large size),
        gradients clipped to a norm of 1.
    """
    return keras.optimizers.Adam(
        5e-5 if backbone.hidden_dim >= 1024 else 1e-4,
        epsilon=1e-6,
        global_clipnorm=1.0,
    )
