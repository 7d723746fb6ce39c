"""`compile` with default optimizer, loss and metrics."""

from keras_electra.training.fine_tuning import pre_training_optimizer


class DefaultCompile:
    """`compile` with an `"auto"` that fits the task, for labels of tokens.

    Goes before `TaskMixin` in the bases. A task says what its `"auto"` means
    in the three `default_...` methods.
    """

    def compile(
        self,
        optimizer="auto",
        loss="auto",
        *,
        weighted_metrics="auto",
        **kwargs,
    ):
        """Configure training; every `"auto"` fits the task.

        Args:
            optimizer: `"auto"`: `default_optimizer()`.
            loss: `"auto"`: `default_loss()`.
            weighted_metrics: `"auto"`: `default_weighted_metrics()`.
            **kwargs: other arguments of `keras.Model.compile`; for
                `ElectraCausalLM` also `sampler`, how `generate` chooses a
                token: `"greedy"`, `"beam"`, `"top_k"` (the default),
                `"top_p"`, `"random"`, `"contrastive"`, or a
                `keras_hub.samplers.Sampler`.
        """
        if optimizer == "auto":
            optimizer = self.default_optimizer()
        if loss == "auto":
            loss = self.default_loss()
        if weighted_metrics == "auto":
            weighted_metrics = self.default_weighted_metrics()
        super().compile(
            optimizer=optimizer,
            loss=loss,
            weighted_metrics=weighted_metrics,
            **kwargs,
        )

    def default_optimizer(self):
        """Adam with the pre-training rate of the paper; clipping at 1."""
        return pre_training_optimizer(self.backbone)
