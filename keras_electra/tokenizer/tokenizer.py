"""ELECTRA's WordPiece tokenizer."""

import os
import pathlib

import keras
import keras_hub
import numpy as np

from keras_electra.preset_mixin import PresetMixin
from keras_electra.tokenizer.detokenizing import as_ids, join_tokens
from keras_electra.tokenizer.encoding import Encoding
from keras_electra.tokenizer.huggingface_reader import read_huggingface
from keras_electra.tokenizer.huggingface_writer import write_huggingface
from keras_electra.tokenizer.in_graph import as_string_tensor, is_graph_call
from keras_electra.tokenizer.options import TokenizerOptions
from keras_electra.tokenizer.pieces import check_pieces
from keras_electra.tokenizer.rust import RustEngine
from keras_electra.tokenizer.texts import as_texts
from keras_electra.tokenizer.vocabulary import (
    read_vocabulary,
    write_vocabulary,
)

VOCABULARY_FILE = "vocabulary.txt"

# Attribute: option. The last two are KerasHub's names for the frame.
_TOKEN_ATTRIBUTES = {
    "cls_token": "cls_token",
    "sep_token": "sep_token",
    "pad_token": "pad_token",
    "mask_token": "mask_token",
    "unk_token": "unk_token",
    "start_token": "cls_token",
    "end_token": "sep_token",
}


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraTokenizer(PresetMixin, keras_hub.tokenizers.Tokenizer):
    """Text to ids of word pieces, and back.

    Tokenizes with the Rust library `tokenizers`.
    """

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
        self.file_assets = [VOCABULARY_FILE]
        self._engine = None
        self._set_special_tokens()
        # === Vocabulary ===
        if vocabulary is not None:
            self.set_vocabulary(vocabulary)

    def set_vocabulary(self, vocabulary):
        """Give the tokenizer its pieces.

        Args:
            vocabulary: list of str, or the path of a `vocab.txt` or
                `tokenizer.json`.
        """
        if isinstance(vocabulary, (str, os.PathLike)):
            vocabulary = read_vocabulary(vocabulary)
        else:
            vocabulary = check_pieces(vocabulary)
        self._engine = RustEngine(self.options, vocabulary)
        self._set_special_tokens()

    def _set_special_tokens(self):
        """Sets `cls_token`, `cls_token_id` and so on, as KerasHub does."""
        ids = {} if self._engine is None else self._engine.ids
        for name, option in _TOKEN_ATTRIBUTES.items():
            token = getattr(self.options, option)
            setattr(self, name, token)
            setattr(self, f"{name}_id", ids.get(token))

    @property
    def special_tokens(self):
        """list of str. Tokens with a special meaning."""
        return self.options.special_tokens

    @property
    def special_token_ids(self):
        """list of int. Their ids."""
        ids = self.engine.ids
        return [ids[token] for token in self.options.special_tokens]

    @property
    def engine(self):
        """`RustEngine`. What the options and the vocabulary make."""
        if self._engine is None:
            raise ValueError(
                "This tokenizer has no vocabulary yet. Pass `vocabulary=` "
                "(a list, or the path of a `vocab.txt`), or load a preset "
                "with `ElectraTokenizer.from_preset`."
            )
        return self._engine

    def tokenize(self, inputs):
        if is_graph_call():
            return self._tokenize_in_graph(inputs)
        texts, batched = as_texts(inputs)
        rows = [
            np.frombuffer(row, dtype="int32")
            for row in self.engine.tokenize(texts)
        ]
        return [row.tolist() for row in rows] if batched else rows[0].copy()

    def _tokenize_in_graph(self, inputs):
        """`tf.string` of rank 0 or 1 to ids, `(T,)` or ragged `(B, T)`."""
        texts, batched = as_string_tensor(inputs)
        rows = self.engine.in_graph(texts)
        return rows if batched else rows.flat_values

    def call(self, inputs):
        return self.tokenize(inputs)

    def encode(self, inputs):
        texts, batched = as_texts(inputs)
        encodings = [
            Encoding(
                token_ids=np.array(e.ids, dtype="int32"),
                offsets=np.array(e.offsets, dtype="int32").reshape(-1, 2),
                word_ids=np.array(e.word_ids, dtype="int32"),
                special_tokens_mask=self.special_tokens_mask(e.ids),
                tokens=e.tokens,
            )
            for e in self.engine.encode(texts)
        ]
        return encodings if batched else encodings[0]

    def special_tokens_mask(self, token_ids):
        """1 where an id is that of a special token.

        Args:
            token_ids: int, any shape.

        Returns:
            int32 array of that shape.
        """
        return np.isin(token_ids, self.special_token_ids).astype("int32")

    def detokenize(
        self,
        inputs,
        skip_special_tokens=False,
        clean_up_tokenization_spaces=None,
    ):
        rows, batched = as_ids(inputs, self.vocabulary_size())
        clean = clean_up_tokenization_spaces
        if clean is None:
            clean = self.options.clean_up_tokenization_spaces
        tokens = self.engine.tokens
        skipped = set(self.special_token_ids) if skip_special_tokens else ()
        texts = [
            join_tokens(
                [tokens[i] for i in row if i not in skipped],
                self.options.suffix_indicator,
                clean,
            )
            for row in rows
        ]
        return texts if batched else texts[0]

    def get_vocabulary(self):
        """All tokens, ordered by id."""
        return list(self.engine.tokens)

    def vocabulary_size(self):
        """The number of tokens, V."""
        return len(self.engine.tokens)

    def id_to_token(self, id):
        """The token of an id."""
        if not 0 <= id < self.vocabulary_size():
            raise ValueError(
                f"`id` must be in [0, {self.vocabulary_size()}). "
                f"Received: id={id}."
            )
        return self.engine.tokens[id]

    def token_to_id(self, token):
        """The id of a token."""
        if token not in self.engine.ids:
            raise ValueError(
                f"`token` must be in the vocabulary. Received: token={token!r}."
            )
        return self.engine.ids[token]

    @classmethod
    def from_huggingface(cls, folder, **kwargs):
        """Load a tokenizer from a Hugging Face folder.

        Args:
            folder: string or path with a `vocab.txt` or `tokenizer.json`, and
                the small files that go with them.
            **kwargs: options that override what the files say.

        Returns:
            `ElectraTokenizer`.
        """
        return cls(**{**read_huggingface(folder), **kwargs})

    def to_huggingface(self, folder):
        """Write a folder that Transformers loads.

        Args:
            folder: string or path; made if it does not exist.
        """
        write_huggingface(self.options, self.engine, folder)

    def save_assets(self, dir_path):
        write_vocabulary(
            self.engine.vocabulary, pathlib.Path(dir_path) / VOCABULARY_FILE
        )

    def load_assets(self, dir_path):
        self.set_vocabulary(pathlib.Path(dir_path) / VOCABULARY_FILE)

    def get_config(self):
        config = super().get_config()
        return {**config, "vocabulary": None, **self.options.to_config()}
