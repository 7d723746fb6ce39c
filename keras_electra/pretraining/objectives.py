"""The two losses of pre-training, as the 2020 code computes them."""

from keras import ops

from keras_electra.distribution.processes import synchronous_replicas
from keras_electra.losses import replaced_token_losses


def total_loss(outputs, generator_weight, discriminator_weight):
    """What a step makes smaller: the weighted losses of the models there are.

    Args:
        outputs: dict that `ElectraPretrainer` returns.
        generator_weight: float.
        discriminator_weight: float.

    Returns:
        A scalar, float32. Under `tf.distribute`, the part of one replica: all
        parts are added up, as those of the losses of Keras.
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
    """Cross-entropy of each right token, and whether it is the likeliest.

    Args:
        log_probabilities: float32, `(B, M, V)`.
        labels: int, `(B, M)`. The original tokens.

    Returns:
        A pair of float32 and bool, `(B, M)`.
    """
    right = ops.take_along_axis(
        log_probabilities,
        ops.expand_dims(ops.cast(labels, "int32"), -1),
        axis=-1,
    )[..., 0]
    # No other token is likelier than the right one.
    likeliest = right >= ops.stop_gradient(ops.max(log_probabilities, axis=-1))
    return -right, likeliest


def detector_loss(logits, replaced, padding_mask):
    """Mean binary cross-entropy over the tokens, padding left out.

    Args:
        logits: float, `(B, T)`.
        replaced: int or bool, `(B, T)`; 1 where a token was replaced.
        padding_mask: int or bool, `(B, T)`; 1 for a token.

    Returns:
        A scalar, float32.
    """
    losses = replaced_token_losses(replaced, logits)  # (B, T)
    return weighted_mean(losses, ops.cast(padding_mask, "float32"))


def weighted_mean(values, weights):
    """Mean of `values`; 0 where all weights are.

    Args:
        values: float, any shape.
        weights: float, the same shape.

    Returns:
        A scalar.
    """
    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1e-6)
