"""What is worth watching while a generator and a discriminator train."""

import keras
from keras import ops

from keras_electra.losses import replaced_token_losses


class PretrainingMetrics:
    """The metrics of both models, updated from the tensors of a step.

    Only some 6% of the tokens are replaced: accuracy says nothing about the
    discriminator, its AUC, precision and recall do.

    Args:
        generator: bool. Whether there is one.
        discriminator: bool. Whether there is one.
        thresholds: int, default `100`. Of the AUC.
    """

    def __init__(self, generator=True, discriminator=True, thresholds=100):
        self.generator = {}
        if generator:
            self.generator = {
                name: keras.metrics.Mean(name=name)
                for name in ("masked_lm_loss", "masked_lm_accuracy")
            }
            if discriminator:
                self.generator["sampled_accuracy"] = keras.metrics.Mean(
                    name="sampled_accuracy"
                )
        self.discriminator = {}
        if discriminator:
            self.discriminator = {
                "loss": keras.metrics.Mean(name="detector_loss"),
                "auc": keras.metrics.AUC(
                    name="detector_auc",
                    num_thresholds=thresholds,
                    from_logits=True,
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
        """Take in one step.

        Args:
            outputs: dict that `ElectraPretrainer` returns.
        """
        if self.generator:
            self._update_generator(outputs)
        if self.discriminator:
            self._update_discriminator(outputs)

    def _update_generator(self, outputs):
        weights = outputs["mask_weights"]  # (B, M)
        labels = ops.cast(outputs["original_ids"], "int32")
        self.generator["masked_lm_loss"].update_state(
            outputs["generator_losses"], weights
        )
        self.generator["masked_lm_accuracy"].update_state(
            ops.cast(outputs["generator_hits"], "float32"), weights
        )
        if "sampled_accuracy" in self.generator:
            hits = ops.equal(ops.cast(outputs["sampled_ids"], "int32"), labels)
            self.generator["sampled_accuracy"].update_state(
                ops.cast(hits, "float32"), weights
            )

    def _update_discriminator(self, outputs):
        weights = ops.cast(outputs["padding_mask"], "float32")  # (B, T)
        labels = ops.cast(outputs["replaced"], "float32")
        logits = ops.cast(outputs["detector_logits"], "float32")
        losses = replaced_token_losses(labels, logits)
        self.discriminator["loss"].update_state(losses, weights)
        for name in ("auc", "precision", "recall"):
            self.discriminator[name].update_state(labels, logits, weights)
