"""Metrics of joint pre-training."""

import keras
from keras import ops

from keras_electra.losses import replaced_token_losses


class PretrainingMetrics:
    """Metrics of both models, updated with the outputs of a step.

    About 6% of the tokens are replaced, so accuracy says little about the
    discriminator; AUC, precision and recall are reported instead.
    """

    def __init__(self, generator=True, discriminator=True):
        self.generator = {}
        if generator:
            names = ["masked_lm_loss", "masked_lm_accuracy"]
            names += ["sampled_accuracy"] if discriminator else []
            self.generator = {
                name: keras.metrics.Mean(name=name) for name in names
            }
        self.discriminator = {}
        if discriminator:
            self.discriminator = {
                "loss": keras.metrics.Mean(name="detector_loss"),
                "auc": keras.metrics.AUC(
                    name="detector_auc", num_thresholds=100, from_logits=True
                ),
                "precision": keras.metrics.Precision(
                    thresholds=0.0, name="detector_precision"
                ),
                "recall": keras.metrics.Recall(
                    thresholds=0.0, name="detector_recall"
                ),
            }

    @property
    def metrics(self):
        return [*self.generator.values(), *self.discriminator.values()]

    def update(self, outputs):
        if self.generator:
            self._update_generator(outputs)
        if self.discriminator:
            self._update_discriminator(outputs)

    def _update_generator(self, outputs):
        values = {
            "masked_lm_loss": outputs["generator_losses"],
            "masked_lm_accuracy": outputs["generator_hits"],
        }
        if "sampled_accuracy" in self.generator:
            values["sampled_accuracy"] = ops.equal(
                ops.cast(outputs["sampled_ids"], "int32"),
                ops.cast(outputs["original_ids"], "int32"),
            )
        for name, value in values.items():
            self.generator[name].update_state(
                ops.cast(value, "float32"), outputs["mask_weights"]
            )  # (B, M)

    def _update_discriminator(self, outputs):
        weights = ops.cast(outputs["padding_mask"], "float32")  # (B, T)
        labels = ops.cast(outputs["replaced"], "float32")
        logits = ops.cast(outputs["detector_logits"], "float32")
        losses = replaced_token_losses(labels, logits)
        self.discriminator["loss"].update_state(losses, weights)
        for name in ("auc", "precision", "recall"):
            self.discriminator[name].update_state(labels, logits, weights)
