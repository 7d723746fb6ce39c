"""Joint training of a generator and a discriminator."""

import random

import keras
from keras import ops

from keras_electra.argument_checks import check_range
from keras_electra.input_names import check_input_names
from keras_electra.keras_internals import called_by_fit
from keras_electra.pretraining.corruption import (
    mask_tokens,
    num_predictions,
    replace_tokens,
    sample_replacements,
    select_positions,
)
from keras_electra.pretraining.make_generator import (
    deserialize_models,
    share_embeddings,
)
from keras_electra.pretraining.objectives import masked_lm_losses, total_loss
from keras_electra.pretraining.pretraining_metrics import PretrainingMetrics
from keras_electra.training.fine_tuning import warn_of_low_precision
from keras_electra.training.state_guard import keep_state
from keras_electra.training.tensorflow_fit import TensorFlowFit

_PLAIN_CONFIG = (
    "mask_token_id", "mask_rate", "mask_token_rate", "max_predictions",
    "temperature", "disallow_correct", "generator_loss_weight",
    "discriminator_loss_weight", "seed",
)  # fmt: skip


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraPretrainer(TensorFlowFit, keras.Model):
    """ELECTRA pre-training: masked language modeling and token detection.

    Some tokens of a text are masked. The generator predicts them, samples from
    its predictions replace them, and the discriminator classifies every token
    as original or replaced. Both models are trained at once, from token ids.

    Args:
        discriminator: `ElectraReplacedTokenDetector`, or `None` to train the
            generator alone, as a masked language model.
        generator: `ElectraMaskedLM`, or `None` to replace masked tokens by
            random ones and train the discriminator alone. If both models have
            the same backbone, they share all of its weights.
        tie_embeddings: bool, default `True`. Whether the models share the
            embeddings of the discriminator. A generator that holds a copy is
            rebuilt; see `pretrainer.generator`. `False` needs a generator with
            its own embeddings: `make_generator(..., tie_embeddings=False)`.
        mask_token_id: int. Id of `[MASK]`. Default: the tokenizer's.
        special_token_ids: list of int. Tokens that are never masked. Default:
            `[PAD]`, `[CLS]` and `[SEP]` of the tokenizer.
        mask_rate: float, default `0.15`; the paper's large model uses `0.25`.
        mask_token_rate: float, default `0.85`. Share of the selected tokens
            that are replaced by `[MASK]`.
        max_predictions: int. Number of predicted positions in each text, M.
            Default: `mask_rate + 0.005` times the length.
        temperature: float, default `1.0`. Sampling temperature.
        disallow_correct: bool, default `False`. Whether to exclude the original
            token from sampling.
        generator_loss_weight: float, default `1.0`.
        discriminator_loss_weight: float, default `50.0`.
        seed: int. Seed of masks and samples. Default: the seed of the run in
            `pretrain`, random elsewhere.
        **kwargs: other arguments of `keras.Model`.

    Call arguments:
        inputs: dict of `token_ids`, `padding_mask` and optionally
            `segment_ids`, int, `(B, T)`. T must be static.

    Returns:
        A dict: `masked_ids`, `corrupted_ids`, `replaced`, `padding_mask`,
        `detector_logits`, `(B, T)`; `mask_positions`, `mask_weights`,
        `original_ids`, `sampled_ids`, `generator_losses`, `generator_hits`,
        `(B, M)`; `generator_logits`, `(B, M, V)`.

    Raises:
        ValueError: if the models have different vocabularies or embeddings,
            the ids of special tokens are unknown, or a rate is out of range.

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
        _check_models(discriminator, generator)
        check_range({"mask_rate": mask_rate}, above=0, below=1)
        check_range({"mask_token_rate": mask_token_rate}, at_least=0, at_most=1)
        check_range({"temperature": temperature}, above=0)
        self.seed_given = seed is not None
        if seed is None:
            seed = random.randrange(2**31 - 2)
        # Keras scales the loss in mixed_float16 by the policy of the model.
        policy = (discriminator or generator).dtype_policy
        super().__init__(**{"dtype": policy, **kwargs})
        both = discriminator is not None and generator is not None
        self.tie_embeddings = bool(tie_embeddings and both)
        if self.tie_embeddings:
            generator = share_embeddings(generator, discriminator)
        elif both:
            _check_untied(discriminator, generator)
        for model in (discriminator, generator):
            if model is not None:
                model.optimizer = None  # The pretrainer's optimizer is used.
        self.discriminator = discriminator
        self.generator = generator
        mask_token_id, special_token_ids = _special_ids(
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
        # Evaluation draws the same masks each time, with a separate seed.
        self.evaluation_seed = keras.random.SeedGenerator(seed + 1)
        self.seed = seed
        self.step_metrics = PretrainingMetrics(
            generator=generator is not None,
            discriminator=discriminator is not None,
        )
        self.built = True  # As both models are.

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
            num_predictions(
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
        """Run both models on masks, and optionally samples, of the caller.

        Args:
            token_ids: int, `(B, T)`. The original text.
            masked_ids: int, `(B, T)`. The text with masks.
            segment_ids: int, `(B, T)`.
            padding_mask: int, `(B, T)`.
            mask_positions: int, `(B, M)`. Positions to predict, without
                duplicates where `mask_weights` is above 0.
            mask_weights: float, `(B, M)`. 0 for unused positions.
            sampled_ids: int, `(B, M)`, or `None` to sample them.
            training: bool. Whether to apply dropout.

        Returns:
            The outputs of the model.
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
            # (B, M, V) is large: loss, metrics and sampling share one tensor.
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
        # Unused positions point at [CLS], which is replaced by itself.
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
    def fit(self, *args, **kwargs):
        warn_of_low_precision(self)
        with keep_state(self):
            return super().fit(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        self.evaluation_seed.state.assign([self.seed + 1, 0])
        if called_by_fit(kwargs):
            return super().evaluate(*args, **kwargs)
        with keep_state(self):
            return super().evaluate(*args, **kwargs)

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

    def zero_grad(self, set_to_none=True):
        # PyTorch only. Keras finds parameters by path. Layers of the two models
        # have equal paths, and Keras would leave some gradients to accumulate.
        for variable in self.trainable_variables:
            variable.value.grad = None

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # Each encoder block rematerializes itself.

    def set_seed(self, seed):
        """Restart masks and samples from `seed`, an int."""
        self.seed = seed
        self.training_seed.state.assign([seed, 0])
        self.evaluation_seed.state.assign([seed + 1, 0])

    # === Config ===
    def get_config(self):
        serialized = keras.saving.serialize_keras_object  # Accepts `None`.
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
        return cls(**deserialize_models(config))


def _check_models(discriminator, generator):
    if discriminator is None and generator is None:
        raise ValueError(
            "At least one of `discriminator` and `generator` must be given. "
            "Received: None for both."
        )
    if discriminator is None or generator is None:
        return
    sizes = [
        model.backbone.vocabulary_size for model in (generator, discriminator)
    ]
    if sizes[0] != sizes[1]:
        raise ValueError(
            "Generator and discriminator must have the same vocabulary. "
            f"Received: {sizes[0]} tokens for the generator, {sizes[1]} for "
            "the discriminator."
        )


def _check_untied(discriminator, generator):
    if discriminator.backbone.embeddings is generator.backbone.embeddings:
        raise ValueError(
            "`tie_embeddings=False` needs a generator with its own embeddings. "
            "Received: a generator that uses those of the discriminator. "
            "Create it with "
            "`make_generator(discriminator, tie_embeddings=False)`."
        )


def _special_ids(model, mask_token_id, special_token_ids):
    """The ids that masking needs, from the tokenizer if they are not given."""
    tokenizer = getattr(model.preprocessor, "tokenizer", None)
    if tokenizer is None and (mask_token_id is None or not special_token_ids):
        raise ValueError(
            "Without a preprocessor, `mask_token_id` and `special_token_ids` "
            f"must be given. Received: mask_token_id={mask_token_id}, "
            f"special_token_ids={special_token_ids}."
        )
    if mask_token_id is None:
        mask_token_id = tokenizer.mask_token_id
    if not special_token_ids:
        special_token_ids = (
            tokenizer.pad_token_id,
            tokenizer.cls_token_id,
            tokenizer.sep_token_id,
        )
    return int(mask_token_id), tuple(int(i) for i in special_token_ids)
