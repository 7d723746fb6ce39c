"""Raw texts to the inputs of `ElectraMaskedLM`."""

import keras
import keras_hub

from keras_electra.argument_checks import check_integers, check_numbers
from keras_electra.backbone import ElectraBackbone
from keras_electra.preprocessors.packing_mixin import PackingMixin
from keras_electra.text import masking
from keras_electra.text.masking_in_graph import (
    find_mask_tokens_in_graph,
    mask_tokens_in_graph,
)
from keras_electra.text.raw_text import is_symbolic
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraMaskedLMPreprocessor(
    PackingMixin, keras_hub.models.MaskedLMPreprocessor
):
    """Texts, and some of their tokens hidden, for a masked language model.

    Which tokens is drawn anew at every call. Special tokens, [UNK] included,
    and padding are never hidden.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer sequences are truncated; shorter ones are
            padded to the longest of their batch, rounded up to a bucket on JAX
            and TensorFlow.
        truncation: string, default `"longest_first"`. Which text of a pair is
            cut.
        mask_selection_rate: float, default `0.15`. Share of the tokens of a
            sequence to predict, at least one.
        mask_selection_length: int. Positions in a row, M, and the most that
            are predicted; default: that share of the padded length.
        mask_token_rate: float, default `0.85`, as ELECTRA was trained. Share
            of the chosen tokens that become [MASK].
        random_token_rate: float, default `0`. Share of the chosen tokens that
            become another one. The rest stay as they are.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: a list of strings, a numpy array of them or a `tf.string` tensor,
            `(B,)`; for pairs a tuple of two of these.
        y: `None`; the labels are the hidden tokens.
        sample_weight: float, `(B,)`. A weight for each text.

    Returns:
        A tuple: a dict of `token_ids`, `segment_ids` and `padding_mask`,
        int32 `(B, T)`, and `mask_positions`, int32 `(B, M)`; the hidden
        tokens, int32 `(B, M)`, -100 where a text has fewer; and the weights
        if given.

    Raises:
        ValueError: if something is not text, if labels are given, or if a
            rate or length is not possible.

    Example:
    ```python
    preprocessor = keras_electra.ElectraMaskedLMPreprocessor.from_preset(
        "electra_mini_sentiment_en"
    )
    x, y = preprocessor(["the quick brown fox jumps over the lazy dog"])
    x = preprocessor.find_masks(["the quick brown [MASK] jumps"])
    ```

    Reference: Clark et al., 2020, section 3.1 and appendix A.
    """

    backbone_cls = ElectraBackbone
    tokenizer_cls = ElectraTokenizer

    def __init__(
        self,
        tokenizer,
        sequence_length=None,
        truncation="longest_first",
        mask_selection_rate=0.15,
        mask_selection_length=None,
        mask_token_rate=0.85,
        random_token_rate=0.0,
        **kwargs,
    ):
        _check_rates(mask_selection_rate, mask_token_rate, random_token_rate)
        if mask_selection_length is not None:
            (mask_selection_length,) = check_integers(
                mask_selection_length=mask_selection_length
            )
        super().__init__(
            tokenizer,
            sequence_length=sequence_length,
            truncation=truncation,
            mask_selection_rate=mask_selection_rate,
            mask_selection_length=mask_selection_length,
            mask_token_rate=mask_token_rate,
            random_token_rate=random_token_rate,
            **kwargs,
        )

    def call(self, x, y=None, sample_weight=None):
        if y is not None:
            raise ValueError(
                "The labels of a masked language model are the tokens that "
                f"are hidden, and cannot be given. Received: y={y!r}."
            )
        packed = super().call(x)
        mask_tokens = (
            mask_tokens_in_graph
            if is_symbolic(packed["token_ids"])
            else masking.mask_tokens
        )
        rates = masking.MaskingRates(
            self.mask_selection_rate,
            self.mask_selection_length,
            self.mask_token_rate,
            self.random_token_rate,
        )
        x, y = mask_tokens(packed, self.tokenizer, rates)
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def find_masks(self, x):
        """Prepare texts that say [MASK] themselves; nothing else is hidden.

        Args:
            x: as for a call.

        Returns:
            The dict of inputs. `mask_positions`, `(B, M)`, are those of the
            mask tokens, then 0, which is none: it is the place of [CLS].
        """
        packed = super().call(x)
        if is_symbolic(packed["token_ids"]):
            return find_mask_tokens_in_graph(packed, self.tokenizer)
        return masking.find_mask_tokens(packed, self.tokenizer)


def _check_rates(selection, mask, random):
    check_numbers(
        0,
        1,
        mask_selection_rate=selection,
        mask_token_rate=mask,
        random_token_rate=random,
    )
    if not (selection > 0 and mask + random <= 1 + 1e-9):
        raise ValueError(
            "`mask_selection_rate` must lie in (0, 1], and `mask_token_rate` "
            "and `random_token_rate` must not be negative, nor above 1 "
            "together. Received: "
            f"mask_selection_rate={selection}, mask_token_rate={mask}, "
            f"random_token_rate={random}."
        )
