"""ELECTRA's WordPiece tokenizer."""

import os

import keras
import keras_hub
import numpy as np

from keras_electra.backbone import ElectraBackbone
from keras_electra.preset_mixin import PresetMixin
from keras_electra.tokenizer.encoding import Encoding
from keras_electra.tokenizer.in_graph.in_graph_tokenizer import (
    as_string_tensor,
    is_graph_call,
)
from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.texts import as_texts
from keras_electra.tokenizer.vocabulary_mixin import VocabularyMixin


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTokenizer(
    PresetMixin, VocabularyMixin, keras_hub.tokenizers.Tokenizer
):
    """Text to ids of word pieces, and back.

    The tokenization of BERT, by the Rust library that Transformers uses too:
    the same ids. Inside a TensorFlow graph (`tf.data`, `tf.function`, a
    SavedModel) tensorflow-text does the same; everywhere else nothing of
    TensorFlow is needed. Neither adds `[CLS]` and `[SEP]`; preprocessors do.

    Args:
        vocabulary: list of str, or the path of a `vocab.txt` or of a Hugging
            Face `tokenizer.json`. The position of a piece is its id. May be
            given later (`set_vocabulary`, `load_assets`).
        lowercase: bool, default `True`. Korean needs `False`.
        strip_accents: bool or None. Whether marks above and below letters are
            taken away; `None` for whatever `lowercase` says.
        split_on_cjk: bool, default `True`. Whether each Chinese character is
            a word of its own.
        clean_text: bool, default `True`. Whether control characters are
            dropped.
        basic_tokenization: bool, default `True`. If `False`, nothing of the
            above is done and words are whatever stands between white space.
        never_split: list of str. Words that stay whole and as they are when
            they stand between white space. Each should be in the vocabulary.
        suffix_indicator: str, default `"##"`. What marks a piece that
            continues a word.
        max_chars_per_word: int, default `100`. Longer words are unknown.
        unk_token: str, default `"[UNK]"`.
        cls_token: str, default `"[CLS]"`.
        sep_token: str, default `"[SEP]"`.
        pad_token: str, default `"[PAD]"`.
        mask_token: str, default `"[MASK]"`.
        additional_special_tokens: list of str. More tokens that are found in
            raw text as they are. They get new ids if they are no pieces.
        added_tokens: list of str, of dicts or of `tokenizers.AddedToken`.
            Tokens with settings of their own: `content`, `single_word`,
            `lstrip`, `rstrip`, `normalized`, `special`.
        special_tokens_in_strings: bool, default `True`. Whether `"[MASK]"` in
            a text is that token; otherwise it is a word in brackets.
        max_length: int or None. The longest sequence the model takes, for
            Transformers' `model_max_length`. Does not cut anything itself.
        padding_side: `"right"` (default) or `"left"`.
        truncation_side: `"right"` (default) or `"left"`: which end is cut.
        clean_up_tokenization_spaces: bool, default `True`. Whether
            `detokenize` takes away blanks before punctuation.
        dtype: `"int32"`, another integer type, or `"string"` for pieces
            instead of ids.
        **kwargs: `name`, `config_file`.

    Call arguments:
        inputs: a str, or a list, numpy array or `tf.string` tensor of B
            texts. UTF-8 bytes are texts too.

    Returns:
        For one text an int32 array `(T,)`, for a batch a list of B lists of
        int; in a graph a tensor `(T,)` or a `tf.RaggedTensor` `(B, None)`.

    Raises:
        ValueError: if an option is not possible, the vocabulary lacks a
            special token or holds one twice, or something is not text.
        FileNotFoundError: if there is no such vocabulary file.

    Example:
    ```python
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += ["the", "quick", "fox", "jump", "##ed", "."]
    tokenizer = keras_electra.ElectraTokenizer(pieces)
    tokenizer("The quick fox jumped.")  # [5, 6, 7, 8, 9, 10]
    tokenizer.detokenize([5, 6, 7, 8, 9, 10])  # "the quick fox jumped."
    ```

    Reference: Wu et al., 2016, section 4.1; the 2020 release's
    `tokenization.py`.
    """

    backbone_cls = ElectraBackbone

    def __init__(
        self,
        vocabulary=None,
        lowercase=True,
        strip_accents=None,
        split_on_cjk=True,
        clean_text=True,
        basic_tokenization=True,
        never_split=(),
        suffix_indicator="##",
        max_chars_per_word=100,
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token="[MASK]",
        additional_special_tokens=(),
        added_tokens=(),
        special_tokens_in_strings=True,
        max_length=None,
        padding_side="right",
        truncation_side="right",
        clean_up_tokenization_spaces=True,
        dtype="int32",
        **kwargs,
    ):
        super().__init__(dtype=dtype, **kwargs)
        self.built = True  # No weights; and `quantize` asks every layer.
        # === Config ===
        self.options = TokenizerOptions(
            lowercase=lowercase,
            strip_accents=strip_accents,
            split_on_cjk=split_on_cjk,
            clean_text=clean_text,
            basic_tokenization=basic_tokenization,
            never_split=never_split,
            suffix_indicator=suffix_indicator,
            max_chars_per_word=max_chars_per_word,
            unk_token=unk_token,
            cls_token=cls_token,
            sep_token=sep_token,
            pad_token=pad_token,
            mask_token=mask_token,
            additional_special_tokens=additional_special_tokens,
            added_tokens=added_tokens,
            special_tokens_in_strings=special_tokens_in_strings,
            max_length=max_length,
            padding_side=padding_side,
            truncation_side=truncation_side,
            clean_up_tokenization_spaces=clean_up_tokenization_spaces,
        )
        if self.compute_dtype != "string" and "int" not in self.compute_dtype:
            raise ValueError(
                "`dtype` must be an integer type or 'string'. Received: "
                f"dtype={dtype!r}."
            )
        # === Vocabulary ===
        self._start_without_vocabulary()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary)

    def tokenize(self, inputs, *args, **kwargs):
        """The same as calling the tokenizer.

        Args:
            inputs: one text or a batch of texts.
            *args, **kwargs: nothing; what other libraries take here, a
                preprocessor does.

        Returns:
            Ids, or pieces if `dtype="string"`.

        Raises:
            TypeError: if there is more than one argument.
        """
        if args or kwargs:
            raise TypeError(
                "A tokenizer must get its texts only, and adds no special "
                f"tokens. Received also: {[*args, *kwargs]!r:.200}. "
                "Preprocessors add special tokens, join pairs, truncate and "
                "pad: call `ElectraTextClassifierPreprocessor(tokenizer)` on "
                "texts, or on a tuple `(texts, pairs)`; or, without a model, "
                "`keras_electra.text.packing.pack`."
            )
        if is_graph_call():
            texts, batched = as_string_tensor(inputs)
            rows = self.engine.in_graph(texts, self.compute_dtype)
            return rows if batched else rows.flat_values
        texts, batched = as_texts(inputs)
        rows = [
            np.frombuffer(row, dtype="int32")
            for row in self.engine.tokenize(texts)
        ]
        if self.compute_dtype == "string":
            tokens = self.engine.tokens
            rows = [[tokens[index] for index in row] for row in rows]
            return rows if batched else rows[0]
        if batched:
            return [row.tolist() for row in rows]
        return rows[0].astype(self.compute_dtype)

    def call(self, inputs, *args, **kwargs):
        return self.tokenize(inputs, *args, **kwargs)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((*inputs.shape, None), self.compute_dtype)

    def encode(self, inputs):
        """Tokenize, and tell where each piece comes from.

        Args:
            inputs: one text or a batch of texts.

        Returns:
            `Encoding`, or a list of them: `token_ids`, `offsets`, `word_ids`,
            `special_tokens_mask` and `tokens`.
        """
        texts, batched = as_texts(inputs)
        tokens = self.engine.tokens
        encodings = [
            Encoding(
                token_ids=table[:, 0].copy(),
                offsets=table[:, 1:3].copy(),
                word_ids=table[:, 3].copy(),
                special_tokens_mask=self.special_tokens_mask(table[:, 0]),
                tokens=[tokens[index] for index in table[:, 0].tolist()],
            )
            for table in self.engine.encode(texts)
        ]
        return encodings if batched else encodings[0]

    def detokenize(
        self,
        inputs,
        skip_special_tokens=False,
        clean_up_tokenization_spaces=None,
    ):
        """Ids back to text.

        Args:
            inputs: int, `(T,)` or `(B, T)`; rows of a list may differ in
                length. In a graph also a `tf.RaggedTensor`.
            skip_special_tokens: bool, default `False`. Whether to leave out
                `[CLS]`, `[PAD]` and so on.
            clean_up_tokenization_spaces: bool, default the tokenizer's own.
                Whether to take away blanks before punctuation.

        Returns:
            str or list of str; in a graph a `tf.string` tensor.
        """
        if not is_graph_call():
            return self._detokenized(
                inputs, skip_special_tokens, clean_up_tokenization_spaces
            )
        clean = clean_up_tokenization_spaces
        if clean is None:
            clean = self.options.clean_up_tokenization_spaces
        skipped = self.special_token_ids if skip_special_tokens else ()
        return self.engine.in_graph.detokenize(inputs, skipped, clean)

    def get_config(self):
        # The vocabulary is an asset, not config, but for its size.
        size = self.saved_vocabulary_size
        if self._engine is not None:
            size = len(self._engine.vocabulary)
        config = {"vocabulary": None, "vocabulary_size": size}
        return {**super().get_config(), **config, **self.options.to_config()}

    @classmethod
    def from_config(cls, config):
        # A config may come out of somebody else's file.
        if isinstance(config.get("vocabulary"), (str, os.PathLike)):
            raise ValueError(
                "The config of a tokenizer must not name a vocabulary file. "
                f"Received: vocabulary={config['vocabulary']!r}. Pass the "
                "path to the constructor or to `set_vocabulary`."
            )
        config = dict(config)
        size = config.pop("vocabulary_size", None)
        tokenizer = cls(**config)
        tokenizer.saved_vocabulary_size = size
        return tokenizer

    def __reduce__(self):
        # Keras would write and read a whole `.keras` archive.
        pieces = None if self._engine is None else self._engine.vocabulary
        return _restore, (
            type(self),
            {**self.get_config(), "vocabulary": pieces},
        )


def _restore(cls, config):
    return cls.from_config(config)
