"""Causal language modeling and text generation."""

import keras
import keras_hub
from keras import ops

from keras_electra.array_checks import describe
from keras_electra.backbone import ElectraBackbone
from keras_electra.data import generation_inputs, ready_inputs
from keras_electra.data.tf_dataset import assert_classes
from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.inference.cached_decoder import CachedDecoder, before_end
from keras_electra.layers.head_layers import masked_lm_head
from keras_electra.preprocessors.causal_lm import ElectraCausalLMPreprocessor
from keras_electra.tasks.task import TaskMixin
from keras_electra.text.raw_text import is_symbolic
from keras_electra.training.ignored_labels import IgnoredLabelsMixin


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraCausalLM(IgnoredLabelsMixin, TaskMixin, keras_hub.models.CausalLM):
    """Left-to-right language modeling, and generation with a cache.

    Args:
        backbone: `ElectraBackbone` with `is_decoder=True`, and
            `add_cross_attention=True` to read an encoder's output too.
        preprocessor: `ElectraCausalLMPreprocessor`, or `None` for a model
            that takes ready tensors only.
        tie_word_embeddings: bool, default `True`. Whether the output table is
            the backbone's token embedding, as in the paper; `False` gives the
            head one of its own, saved and trained beside it.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`; with cross-attention also of `encoder_hidden_states`,
            float `(B, S, D)`, and `encoder_padding_mask`, int `(B, S)`. `fit`,
            `evaluate`, `predict` and `generate` take raw texts too.

    Returns:
        Logits, float, `(B, T, V)`: for each token, of the one after it.

    Raises:
        ValueError: if the backbone is an encoder.

    Example:
    ```python
    causal_lm = keras_electra.ElectraCausalLM.from_preset(
        "./my_decoder", is_decoder=True
    )
    causal_lm.fit(["the quick brown fox", "jumps over the lazy dog"])
    causal_lm.compile(sampler="greedy")
    causal_lm.generate(["the quick", "jumps"], max_length=16)
    ```

    Reference: Clark et al., 2020, section 3.1, for the head. Checkpoint names:
    `generator_predictions.*` and `generator_lm_head.*` in Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraCausalLMPreprocessor
    outputs_per_token = True
    needs_labels = False

    def __init__(
        self, backbone, preprocessor=None, tie_word_embeddings=True, **kwargs
    ):
        self.backbone = backbone
        if not backbone.is_decoder:
            raise ValueError(
                "`backbone` must be a decoder: an encoder looks ahead at the "
                "very token it is to predict. Received: a backbone with "
                "is_decoder=False. Load it as a decoder with "
                "`ElectraBackbone.from_preset(..., is_decoder=True)`, and "
                "train it further."
            )

        # === Layers ===
        self.preprocessor = preprocessor
        self.masked_lm_head = masked_lm_head(backbone, tie_word_embeddings)

        # === Functional Model ===
        inputs = backbone.input
        outputs = self.head_outputs(backbone(inputs), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.tie_word_embeddings = tie_word_embeddings

    @property
    def num_label_classes(self):
        """int. Tokens that `class_weight` knows."""
        return self.backbone.vocabulary_size

    def head_outputs(self, x, inputs, training=None):
        return self.masked_lm_head(x)  # (B, T, V)

    def generate(
        self,
        inputs,
        max_length=None,
        stop_token_ids="auto",
        strip_prompt=False,
    ):
        """Generate continuations of prompts.

        Args:
            inputs: a string, or a list or other sequence of B strings; a dict
                of `prompts` and, for cross-attention,
                `encoder_hidden_states`, float `(B, S, D)`, and
                `encoder_padding_mask`, int `(B, S)`; a `tf.data.Dataset` of
                batches of strings; or, if the model has no preprocessor, a
                dict of ready tensors. Prompts of ready tensors may be padded
                on either side.
            max_length: int. Tokens of a sequence, prompt and [CLS] included.
                Default: the preprocessor's `sequence_length`; without one the
                length of the inputs.
            stop_token_ids: int or list of int; `"auto"` for [SEP]; `None` to
                go on to `max_length`.
            strip_prompt: bool, default `False`. Whether to return only what
                is new.

        Returns:
            A string or a list of B strings; without a preprocessor a dict of
            `token_ids`, int `(B, T)`, and `padding_mask`, bool `(B, T)`, false
            after a stop token.

        Raises:
            ValueError: if a prompt is empty or leaves no room, if
                `max_length` is longer than the model, if something is not
                what the model takes, or if its outputs are NaN or infinite.
        """
        length = generation_inputs.check_length(
            max_length, self.backbone, self.preprocessor
        )
        if ready_inputs.are_ready(inputs) and "token_ids" in inputs:
            inputs = generation_inputs.fill_up(inputs, self.backbone, length)
        else:
            inputs = generation_inputs.with_encoder(inputs, self.backbone)
        return super().generate(
            inputs,
            max_length=length,
            stop_token_ids=generation_inputs.check_stop_tokens(
                stop_token_ids, self.backbone
            ),
            strip_prompt=strip_prompt,
        )

    def make_generate_function(self):
        generate = super().make_generate_function()

        def checked(inputs, stop_token_ids=None):
            outputs = generate(inputs, stop_token_ids=stop_token_ids)
            return generation_inputs.check_generated(outputs)

        return checked

    def call_with_cache(self, token_ids, cache, cache_update_index):
        """Read some tokens, looking at what was kept of those before.

        Args:
            token_ids: int, `(B, T)`.
            cache: from `build_cache`, or from the call before.
            cache_update_index: int. Where in the sequence the first of
                `token_ids` stands.

        Returns:
            Logits, float `(B, T, V)`; the sequence output, float `(B, T, D)`;
            and the cache.
        """
        hidden_states, cache = CachedDecoder(self.backbone).step(
            token_ids, cache, cache_update_index
        )
        return self.masked_lm_head(hidden_states), hidden_states, cache

    def build_cache(self, inputs):
        """Read the prompts.

        Args:
            inputs: dict of ready tensors, with room for what is to come.

        Returns:
            The sequence output, float `(B, T, D)`, and the cache.
        """
        return CachedDecoder(self.backbone).start(inputs)

    def generate_step(self, inputs, stop_token_ids=None):
        """Generate for one batch. Called, compiled, by `generate`.

        Args:
            inputs: dict of ready tensors.
            stop_token_ids: list of int, or `None`.

        Returns:
            A dict of `token_ids`, int `(B, T)`, and `padding_mask`, bool
            `(B, T)`.
        """
        token_ids = inputs["token_ids"]
        mask = ops.cast(inputs["padding_mask"], "int32")
        hidden_states, cache = self.build_cache(inputs)
        # What a compiled function finds can only be raised outside of it.
        logits = self.masked_lm_head(hidden_states[:, :1])  # (B, 1, V)
        finite = ops.all(ops.isfinite(logits), axis=-1)  # (B, 1)
        given = before_end(mask)  # (B, T)
        index = ops.min(ops.sum(given, axis=-1))
        # An embedding may have more rows than there are tokens.
        pieces = self.backbone.vocabulary_size
        if self.preprocessor is not None:
            pieces = self.preprocessor.tokenizer.vocabulary_size()

        def next_token(prompt, cache, index):
            rows = ops.shape(prompt)[0]
            last = ops.slice(prompt, (0, index - 1), (rows, 1))
            logits, hidden_states, cache = self.call_with_cache(
                last, cache, index - 1
            )
            logits = ops.where(ops.all(finite), logits, ops.zeros_like(logits))
            return logits[:, 0, :pieces], hidden_states[:, 0], cache

        token_ids = self.sampler(
            next=next_token,
            prompt=token_ids,
            cache=cache,
            index=index,
            mask=ops.cast(given, "bool"),
            stop_token_ids=stop_token_ids,
            hidden_states=hidden_states,
            model=self,
        )
        is_token = ops.maximum(mask, 1 - given)
        if stop_token_ids is not None:
            stops = ops.zeros_like(mask)
            for stop in stop_token_ids:
                found = ops.cast(ops.equal(token_ids, stop), "int32")
                stops = ops.maximum(stops, found * (1 - given))
            before = ops.cumsum(stops, axis=-1) - stops  # Stops so far.
            is_token = ops.where(before > 0, 0, is_token)
        return {
            "token_ids": ops.where(finite, token_ids, -1),
            "padding_mask": ops.cast(is_token, "bool"),
        }

    def get_compile_config(self):
        # KerasHub's `compile` takes a sampler, and forgets it on saving.
        config = super().get_compile_config()
        if config:
            config["sampler"] = keras_hub.samplers.serialize(self.sampler)
        return config

    def _check_labels(self, y, x=None):
        if y is None or x is None:
            return y
        shape, size = x["token_ids"].shape, self.backbone.vocabulary_size
        message = (
            "Labels must be the token after each, or -100 (ignored), "
            f"shape {shape}, in [0, {size})."
        )
        if is_symbolic(y):
            return assert_classes(
                y, size, message, IGNORED_LABEL, x["token_ids"]
            )
        y = keras.ops.convert_to_numpy(y)
        fits = (y == IGNORED_LABEL) | ((y >= 0) & (y < size))
        if y.shape != shape or not fits.all():
            raise ValueError(
                f"{message} Received: {describe(y)}. "
                "`shift_labels` of `keras_electra.preprocessors.causal_lm` "
                "makes them."
            )
        return y.astype("int32")

    def get_config(self):
        return {
            **super().get_config(),
            "tie_word_embeddings": self.tie_word_embeddings,
        }
