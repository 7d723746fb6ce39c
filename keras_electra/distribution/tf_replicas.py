"""Gradients of several replicas, on TensorFlow."""


def num_replicas():
    """int. Replicas that a step is shared among; 1 without a strategy."""
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync


def mean_over_replicas(gradients):
    """Means of gradients over replicas, the same on each.

    Args:
        gradients: list of dense tensors, or `None`.

    Returns:
        list of tensors, and `None` where there was none.
    """
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or num_replicas() == 1:
        return gradients
    given = [gradient for gradient in gradients if gradient is not None]
    means = iter(context.all_reduce(tf.distribute.ReduceOp.MEAN, given))
    return [None if g is None else next(means) for g in gradients]
