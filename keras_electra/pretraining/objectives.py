"""The losses of pre-training, computed as in the 2020 code."""

from keras import ops

from keras_electra.distribution.processes import synchronous_replicas
from keras_electra.losses import replaced_token_losses


def total_loss(outputs, generator_weight, discriminator_weight):
    """Weighted sum of the losses of the models in `outputs`, a scalar.

    Under `tf.distribute`, the share of a replica: replicas are summed up.
    """
    total = 0.0
    if "generator_losses" in outputs:
        total = total + generator_weight * weighted_mean(
            outputs["generator_losses"], outputs["mask_weights"]
        )
    if "detector_logits" in outputs:
        total = total + discriminator_weight * detector_loss(
            outputs["detector_logits"],
            outputs["replaced"],
            outputs["padding_mask"],
        )
    return total / synchronous_replicas()


def masked_lm_losses(log_probabilities, labels):
    """Cross-entropy of the labels, and whether each is the most likely token.

    Args:
        log_probabilities: float32, `(B, M, V)`.
        labels: int, `(B, M)`.

    Returns:
        float32 and bool, `(B, M)`.
    """
    label_scores = ops.take_along_axis(
        log_probabilities,
        ops.expand_dims(ops.cast(labels, "int32"), -1),
        axis=-1,
    )[..., 0]
    best = ops.stop_gradient(ops.max(log_probabilities, axis=-1))
    return -label_scores, label_scores >= best


def detector_loss(logits, replaced, padding_mask):
    """Mean binary cross-entropy over tokens, a scalar. All args `(B, T)`."""
    losses = replaced_token_losses(replaced, logits)
    return weighted_mean(losses, ops.cast(padding_mask, "float32"))


def weighted_mean(values, weights):
    """Weighted mean, a scalar; 0 if all weights are."""
    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1e-6)
