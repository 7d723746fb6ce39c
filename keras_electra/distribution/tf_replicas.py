"""Replicas of `tf.distribute`, and the mean of their gradients."""


def num_replicas():
    """Number of replicas of the current strategy; 1 without one."""
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync


def mean_over_replicas(gradients):
    """All-reduce a list of dense gradients, some of which can be `None`."""
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or num_replicas() == 1:
        return gradients
    given = [gradient for gradient in gradients if gradient is not None]
    means = iter(context.all_reduce(tf.distribute.ReduceOp.MEAN, given))
    return [None if g is None else next(means) for g in gradients]
