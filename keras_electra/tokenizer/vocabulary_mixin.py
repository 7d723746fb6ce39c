"""A tokenizer's vocabulary: given, asked, saved and loaded."""

import pathlib

import keras
import numpy as np
from keras.saving import get_registered_name

from keras_electra.json_file import read_json
from keras_electra.tokenizer.huggingface_reader import read_huggingface
from keras_electra.tokenizer.huggingface_writer import write_huggingface
from keras_electra.tokenizer.rust import RustEngine
from keras_electra.tokenizer.vocabulary import (
    as_vocabulary,
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


class VocabularyMixin:
    """What `ElectraTokenizer` knows about its tokens.

    Needs the attribute `options`, a `TokenizerOptions`. KerasHub makes
    tokenizers without a vocabulary and then calls `load_assets`.
    """

    def set_vocabulary(self, vocabulary):
        """Give the tokenizer its pieces.

        Args:
            vocabulary: list of str, or a path.
        """
        pieces = as_vocabulary(vocabulary, self.options)
        self._engine = RustEngine(self.options, pieces)
        self._set_special_tokens()

    def _start_without_vocabulary(self):
        self.file_assets = [VOCABULARY_FILE]
        self._engine = None
        self._set_special_tokens()

    def _set_special_tokens(self):
        """Sets `cls_token`, `cls_token_id` and so on, as KerasHub does."""
        ids = {} if self._engine is None else self._engine.ids
        for name, option in _TOKEN_ATTRIBUTES.items():
            token = getattr(self.options, option)
            setattr(self, name, token)
            setattr(self, f"{name}_id", ids.get(token))

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

    @property
    def special_tokens(self):
        """list of str. Tokens with a special meaning."""
        return self.options.special_tokens

    @property
    def special_token_ids(self):
        """list of int. Their ids."""
        ids = self.engine.ids
        return [ids[token] for token in self.options.special_tokens]

    def special_tokens_mask(self, token_ids):
        """1 where an id is that of a special token, `[UNK]` included.

        Args:
            token_ids: int, any shape.

        Returns:
            int32 array of that shape.
        """
        return np.isin(token_ids, self.special_token_ids).astype("int32")

    def get_vocabulary(self):
        """list of str. All tokens, ordered by id."""
        return list(self.engine.tokens)

    def vocabulary_size(self):
        """int. The number of tokens, V."""
        return len(self.engine.tokens)

    def id_to_token(self, id):
        """The token of an id.

        Args:
            id: int.

        Returns:
            str.
        """
        size = self.vocabulary_size()
        if not isinstance(id, (int, np.integer)) or not 0 <= id < size:
            raise ValueError(
                f"`id` must be an integer in [0, {size}). Received: id={id!r}."
            )
        return self.engine.tokens[id]

    def token_to_id(self, token):
        """The id of a token.

        Args:
            token: str.

        Returns:
            int.
        """
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
        found = read_huggingface(folder)
        return cls(**{**found, **kwargs})

    def to_huggingface(self, folder):
        """Write `vocab.txt`, `tokenizer.json` and the two small files.

        Args:
            folder: string or path; made if it does not exist.
        """
        write_huggingface(self.options, self.engine, folder)

    def export_to_transformers(self, path):
        """KerasHub's name for `to_huggingface`.

        Args:
            path: string or path; made if it does not exist.
        """
        self.to_huggingface(path)

    @classmethod
    def from_preset(cls, preset, **kwargs):
        """Load from a folder that KerasHub or `save_to_preset` wrote.

        Args:
            preset: string. The folder; a tokenizer may have been saved there
                alone, which KerasHub's own loader does not expect.
            **kwargs: options that override those saved.

        Returns:
            `ElectraTokenizer`.
        """
        folder = pathlib.Path(preset)
        path = folder / kwargs.get("config_file", "tokenizer.json")
        if not path.is_file() or (folder / "config.json").is_file():
            return super().from_preset(preset, **kwargs)
        saved = read_json(path)
        if saved.get("registered_name") != get_registered_name(cls):
            raise ValueError(
                f"{path} must be that of a saved {cls.__name__}. Received: "
                f"{saved.get('registered_name')!r}. A Hugging Face folder is "
                "loaded with `from_huggingface`."
            )
        saved["config"] = {**saved.get("config", {}), **kwargs}
        tokenizer = keras.saving.deserialize_keras_object(saved)
        tokenizer.load_preset_assets(preset)
        return tokenizer

    def save_assets(self, dir_path):
        path = pathlib.Path(dir_path) / VOCABULARY_FILE
        write_vocabulary(self.engine.vocabulary, path)

    def load_assets(self, dir_path):
        self.set_vocabulary(pathlib.Path(dir_path) / VOCABULARY_FILE)
