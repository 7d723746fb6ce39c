"""Raw texts to the inputs of `ElectraCausalLM`, and back."""

import keras
import keras_hub
import numpy as np

from keras_electra.backbone import ElectraBackbone
from keras_electra.ignored_label import IGNORED_LABEL
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.text.raw_text import is_symbolic, split_pair
from keras_electra.tokenizer.texts import as_texts
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraCausalLMPreprocessor(
    PackingMixin, keras_hub.models.CausalLMPreprocessor
):
    """Texts with the token after each as its label; prompts; and text again.

    A text begins with [CLS] and ends with [SEP], a prompt only begins.

    Args:
        tokenizer: `ElectraTokenizer`. Its `padding_side` says on which side
            prompts of different lengths are filled up.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer texts are truncated; shorter ones are padded to
            the longest of their batch, rounded up to a bucket on JAX and
            TensorFlow. Also the length that is generated to.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: a list of strings, a numpy array of them or a `tf.string` tensor,
            `(B,)`.
        sample_weight: float, `(B,)`. A weight for each text.

    Returns:
        A tuple of the inputs, a dict of `token_ids`, `segment_ids` and
        `padding_mask`, int32 `(B, T)`, and of the labels, int32 `(B, T)`: the
        token after each, -100 after the last one; and of the weights if given.

    Raises:
        ValueError: if something is not text, is a pair of texts, or comes
            with labels.

    Example:
    ```python
    preprocessor = keras_electra.ElectraCausalLMPreprocessor.from_preset(
        "electra_mini_sentiment_en"
    )
    x, y = preprocessor(["the quick brown fox"])
    prompts = preprocessor.generate_preprocess(["the quick"], 16)
    preprocessor.generate_postprocess(prompts)
    ```
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer

    def __init__(self, tokenizer, sequence_length=None, **kwargs):
        super().__init__(tokenizer, sequence_length, **kwargs)

    def call(self, x, y=None, sample_weight=None):
        if y is not None:
            raise ValueError(
                "The labels of a causal language model are the texts "
                f"themselves. Received: labels, {type(y).__name__}, beside "
                "raw texts. Pass `x` alone."
            )
        if split_pair(x)[1] is not None:
            raise ValueError(
                "`x` must be single texts: a causal language model reads one "
                "text from left to right. Received: a pair of texts."
            )
        packed = super().call(x)
        if is_symbolic(packed["token_ids"]):
            from keras_electra.data.tf_dataset import next_tokens

            labels = next_tokens(packed, IGNORED_LABEL)
        else:
            labels = shift_labels(
                np.where(
                    packed["padding_mask"] == 1,
                    packed["token_ids"],
                    IGNORED_LABEL,
                )
            )
        return keras.utils.pack_x_y_sample_weight(packed, labels, sample_weight)

    def generate_preprocess(self, x, sequence_length=None):
        """Prompts to the inputs of generation.

        Args:
            x: a list of B strings; or a dict of these as `prompts` and of
                other inputs, which pass; or ready inputs, which pass.
            sequence_length: int. The length T to fill up to; default: the
                preprocessor's.

        Returns:
            A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
            `(B, T)`, [CLS] before each prompt and nothing after it.

        Raises:
            ValueError: if a prompt leaves no room for another token.
        """
        others = {}
        if isinstance(x, dict):
            if "token_ids" in x:
                return x
            if "prompts" not in x:
                raise ValueError(
                    "A dict to generate from must hold `prompts`, texts, or "
                    f"`token_ids`. Received: {sorted(x)}."
                )
            others = {k: v for k, v in x.items() if k != "prompts"}
            x = x["prompts"]
        length = sequence_length or self.sequence_length
        tokenizer = self.tokenizer
        texts, _ = as_texts(x, "prompts")
        rows = [
            [tokenizer.cls_token_id, *np.frombuffer(row, dtype="int32")]
            for row in tokenizer.engine.tokenize(texts)
        ]
        longest = max(map(len, rows))
        if longest >= length:
            raise ValueError(
                "A prompt must leave room for at least one token before "
                f"`max_length`. Received: a prompt of {longest} tokens with "
                f"[CLS], max_length={length}. Shorten the prompt, or raise "
                "`max_length` up to the model's `max_sequence_length`."
            )
        ids = np.full((len(rows), length), tokenizer.pad_token_id, "int32")
        mask = np.zeros_like(ids)
        for number, row in enumerate(rows):
            left = tokenizer.options.padding_side == "left"
            start = longest - len(row) if left else 0
            ids[number, start : start + len(row)] = row
            mask[number, start : start + len(row)] = 1
        return {
            "token_ids": ids,
            "segment_ids": np.zeros_like(ids),
            "padding_mask": mask,
            **others,
        }

    def generate_postprocess(self, x):
        """What was generated, as texts without special tokens.

        Args:
            x: dict of `token_ids` and `padding_mask`, `(B, T)`.

        Returns:
            A list of B strings.
        """
        ids, mask = (
            keras.ops.convert_to_numpy(x[name])
            for name in ("token_ids", "padding_mask")
        )
        rows = [row[keep != 0] for row, keep in zip(ids, mask, strict=True)]
        return self.tokenizer.detokenize(rows, skip_special_tokens=True)

    def get_config(self):
        config = super().get_config()
        for name in ("truncation", "add_start_token", "add_end_token"):
            config.pop(name, None)  # Always as the class says.
        return config


def shift_labels(labels):
    """Labels as Transformers wants them, the tokens, to the next tokens.

    Args:
        labels: int array, `(B, T)`: each token itself, -100 where ignored.

    Returns:
        int32 array, `(B, T)`: the token after each; -100 for the last.
    """
    labels = np.asarray(labels, "int32")
    end = np.full_like(labels[:, :1], IGNORED_LABEL)
    return np.concatenate([labels[:, 1:], end], axis=1)
