"""Generator and discriminator, trained together in one `fit`."""

import random

import keras
from keras import ops

from keras_electra.input_names import check_input_names
from keras_electra.pretraining.argument_checks import (
    check_models,
    check_rates,
    check_untied,
    special_ids,
)
from keras_electra.pretraining.joint_training import WholeTraining
from keras_electra.pretraining.make_generator import tie_embeddings as tie
from keras_electra.pretraining.make_generator import with_towers
from keras_electra.pretraining.masked_positions import (
    mask_tokens,
    predictions,
    replace_tokens,
    select_positions,
)
from keras_electra.pretraining.objectives import masked_lm_losses, total_loss
from keras_electra.pretraining.pretraining_metrics import PretrainingMetrics
from keras_electra.pretraining.sampling import sample_replacements

_PLAIN_CONFIG = (
    "mask_token_id", "mask_rate", "mask_token_rate", "max_predictions",
    "temperature", "disallow_correct", "generator_loss_weight",
    "discriminator_loss_weight", "seed",
)  # fmt: skip


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraPretrainer(WholeTraining, keras.Model):
    """Replaced token detection, from token ids alone.

    The generator predicts masked tokens, samples from its predictions take
    their places, the discriminator says of each token whether it was replaced.

    Args:
        discriminator: `ElectraReplacedTokenDetector`; or `None` to train the
            generator alone, as a masked language model.
        generator: `ElectraMaskedLM`; or `None` to replace masked tokens by
            random ones (the discriminator alone is trained). On the backbone
            of `discriminator` the two share all its weights.
        tie_embeddings: bool, default `True`. Whether the two share them. A
            generator with a copy is rebuilt: `pretrainer.generator`. `False`
            needs one with its own: `make_generator(..., tie_embeddings=False)`.
        mask_token_id: int. The id of [MASK]. Default: the tokenizer's.
        special_token_ids: ints, never masked. Default: the tokenizer's [PAD],
            [CLS] and [SEP].
        mask_rate: float, default `0.15` (the large size: `0.25`).
        mask_token_rate: float, default `0.85`. Share that becomes [MASK].
        max_predictions: int. M. Default: `mask_rate + 0.005` of the length.
        temperature: float, default `1.0`.
        disallow_correct: bool, default `False`. Never sample the right one.
        generator_loss_weight: float, default `1.0`.
        discriminator_loss_weight: float, default `50.0`.
        seed: int. Of masks and samples. Default: that of the run in
            `pretrain`, and elsewhere random.

    Call arguments:
        inputs: dict of `token_ids`, `padding_mask` and maybe `segment_ids`,
            int `(B, T)`. T must be known when the step is compiled.

    Returns:
        A dict: `masked_ids`, `corrupted_ids`, `replaced`, `padding_mask`,
        `detector_logits`, `(B, T)`; `mask_positions`, `mask_weights`,
        `original_ids`, `sampled_ids`, `generator_losses`, `generator_hits`,
        `(B, M)`; `generator_logits`, `(B, M, V)`.

    Raises:
        ValueError: if the two models do not fit together, if the ids of
            special tokens are not known, or if a rate is out of range.

    Example:
    ```python
    generator = keras_electra.make_generator(discriminator)
    pretrainer = keras_electra.ElectraPretrainer(discriminator, generator)
    pretrainer.compile(keras_electra.ElectraAdamW(5e-4))
    pretrainer.fit(
        corpus.batches(batch_size=128), steps_per_epoch=1000, shuffle=False
    )
    ```

    Reference: Clark et al., 2020, sections 3.1 and 3.2.
    """

    def __init__(
        self,
        discriminator,
        generator,
        tie_embeddings=True,
        mask_token_id=None,
        special_token_ids=None,
        mask_rate=0.15,
        mask_token_rate=0.85,
        max_predictions=None,
        temperature=1.0,
        disallow_correct=False,
        generator_loss_weight=1.0,
        discriminator_loss_weight=50.0,
        seed=None,
        **kwargs,
    ):
        check_models(discriminator, generator)
        check_rates(mask_rate, mask_token_rate, temperature)
        self.seed_given = seed is not None
        if seed is None:
            seed = random.randrange(2**31 - 2)
        # So that Keras scales the loss in mixed_float16.
        policy = (discriminator or generator).dtype_policy
        super().__init__(**{"dtype": policy, **kwargs})
        both = discriminator is not None and generator is not None
        self.tie_embeddings = bool(tie_embeddings and both)
        if self.tie_embeddings:
            generator = tie(generator, discriminator)
        elif both:
            check_untied(discriminator, generator)
        for tower in (discriminator, generator):
            if tower is not None:
                tower.optimizer = None  # Trained here, not for itself.
        self.discriminator = discriminator
        self.generator = generator
        mask_token_id, special_token_ids = special_ids(
            generator or discriminator, mask_token_id, special_token_ids
        )
        self.mask_token_id = mask_token_id
        self.special_token_ids = special_token_ids
        self.mask_rate = mask_rate
        self.mask_token_rate = mask_token_rate
        self.max_predictions = max_predictions
        self.temperature = temperature
        self.disallow_correct = disallow_correct
        self.generator_loss_weight = generator_loss_weight
        self.discriminator_loss_weight = discriminator_loss_weight
        self.training_seed = keras.random.SeedGenerator(seed)
        # Evaluation repeats its masks, and leaves those of training alone.
        self.evaluation_seed = keras.random.SeedGenerator(seed + 1)
        self.seed = seed
        self.step_metrics = PretrainingMetrics(
            generator=generator is not None,
            discriminator=discriminator is not None,
        )
        self.built = True  # Both models are.

    def call(self, inputs, training=None):
        check_input_names(inputs, ("token_ids", "segment_ids", "padding_mask"))
        seed = self.training_seed if training else self.evaluation_seed
        token_ids = ops.cast(inputs["token_ids"], "int32")  # (B, T)
        padding_mask = inputs["padding_mask"]
        segment_ids = inputs.get("segment_ids")
        if segment_ids is None:
            segment_ids = ops.zeros_like(token_ids)
        positions, weights = select_positions(
            token_ids,
            padding_mask,
            self.special_token_ids,
            self.mask_rate,
            predictions(
                token_ids.shape[1], self.mask_rate, self.max_predictions
            ),
            seed,
        )  # (B, M)
        masked_ids = mask_tokens(
            token_ids,
            positions,
            weights,
            self.mask_token_id,
            self.mask_token_rate,
            seed,
        )
        return self.call_on_masked(
            token_ids,
            masked_ids,
            segment_ids,
            padding_mask,
            positions,
            weights,
            training=training,
        )

    def call_on_masked(
        self,
        token_ids,
        masked_ids,
        segment_ids,
        padding_mask,
        mask_positions,
        mask_weights,
        sampled_ids=None,
        training=None,
    ):
        """A step with masks, and maybe samples, of the caller's choice.

        Args:
            token_ids, masked_ids: int, `(B, T)`. Before and after masking.
            segment_ids, padding_mask: int, `(B, T)`.
            mask_positions: int, `(B, M)`, all of a row different where
                `mask_weights`, float, is above 0.
            sampled_ids: int, `(B, M)`; `None` draws them.
            training: bool. Whether to apply dropout.

        Returns:
            What calling the model returns.
        """
        seed = self.training_seed if training else self.evaluation_seed
        common = {"segment_ids": segment_ids, "padding_mask": padding_mask}
        original = ops.take_along_axis(token_ids, mask_positions, axis=1)
        outputs = {
            "masked_ids": masked_ids,
            "mask_positions": mask_positions,
            "mask_weights": mask_weights,
            "original_ids": original,
            "padding_mask": padding_mask,
        }
        log_probabilities = None
        if self.generator is not None:
            logits = self.generator(
                {
                    **common,
                    "token_ids": masked_ids,
                    "mask_positions": mask_positions,
                },
                training=training,
            )  # (B, M, V)
            outputs["generator_logits"] = logits
            # Wide tensors: what loss, metrics and sampling share is made once.
            log_probabilities = ops.log_softmax(ops.cast(logits, "float32"))
            losses, hits = masked_lm_losses(log_probabilities, original)
            outputs["generator_losses"] = losses
            outputs["generator_hits"] = hits
        if self.discriminator is None:
            return outputs
        if sampled_ids is None:
            sampled_ids = sample_replacements(
                log_probabilities,
                original,
                self.discriminator.backbone.vocabulary_size,
                seed,
                self.temperature,
                self.disallow_correct,
            )
        # Positions that only fill up a row all become [CLS]'s, which stays.
        used = mask_weights > 0
        corrupted = replace_tokens(
            token_ids,
            ops.where(used, mask_positions, 0),
            ops.where(used, sampled_ids, token_ids[:, :1]),
        )
        outputs["sampled_ids"] = sampled_ids
        outputs["corrupted_ids"] = corrupted
        outputs["replaced"] = ops.cast(
            ops.not_equal(corrupted, token_ids), "int32"
        )
        outputs["detector_logits"] = self.discriminator(
            {**common, "token_ids": corrupted}, training=training
        )  # (B, T)
        return outputs

    # === Training ===
    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        return total_loss(
            y_pred, self.generator_loss_weight, self.discriminator_loss_weight
        )

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.step_metrics.update(y_pred)
        return self.get_metrics_result()

    @property
    def metrics(self):
        return [*super().metrics, *self.step_metrics.metrics]

    def set_seed(self, seed):
        """Begin masks and samples anew from `seed`, an int."""
        self.seed = seed
        self.training_seed.state.assign([seed, 0])
        self.evaluation_seed.state.assign([seed + 1, 0])

    # === Config ===
    def get_config(self):
        serialized = keras.saving.serialize_keras_object  # `None` stays.
        return {
            **super().get_config(),
            "discriminator": serialized(self.discriminator),
            "generator": serialized(self.generator),
            "tie_embeddings": self.tie_embeddings,
            "special_token_ids": list(self.special_token_ids),
            **{name: getattr(self, name) for name in _PLAIN_CONFIG},
        }

    @classmethod
    def from_config(cls, config):
        return cls(**with_towers(config))
