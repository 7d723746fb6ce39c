"""A tokenizer's vocabulary: given, asked, saved and loaded."""

import pathlib

import keras
import numpy as np
from keras.saving import get_registered_name

from keras_electra import resizing
from keras_electra.json_file import naming, read_json
from keras_electra.tokenizer.huggingface.reader import read_huggingface
from keras_electra.tokenizer.huggingface.writer import write_huggingface
from keras_electra.tokenizer.rust import RustEngine
from keras_electra.tokenizer.token_table import TokenTable
from keras_electra.tokenizer.vocabulary import (
    as_vocabulary,
    check_size,
    read_vocabulary,
    write_vocabulary,
)

VOCABULARY_FILE = "vocabulary.txt"


class VocabularyMixin(TokenTable):
    """How `ElectraTokenizer` gets, saves and loads its tokens.

    KerasHub makes tokenizers without a vocabulary and then calls `load_assets`.
    """

    # Pieces when the tokenizer was saved; `None` if that was not recorded.
    saved_vocabulary_size = None

    def set_vocabulary(self, vocabulary):
        """Give the tokenizer its pieces.

        Args:
            vocabulary: list of str, or a path.
        """
        pieces = as_vocabulary(vocabulary, self.options)
        if "int" in self.compute_dtype:
            largest = np.iinfo(self.compute_dtype).max
            if len(pieces) > largest + 1:
                raise ValueError(
                    "`dtype` must have room for the id of every piece, up to "
                    f"{len(pieces) - 1}. Received: {self.compute_dtype!r}, "
                    f"which ends at {largest}. Pass dtype='int32'."
                )
        self._engine = RustEngine(self.options, pieces)
        self._set_special_tokens()

    def add_tokens(self, tokens):
        """Return a copy of this tokenizer that knows more tokens.

        Args:
            tokens: list of str, of dicts or of `tokenizers.AddedToken`, as
                `added_tokens`. Those that are no pieces get the next ids.

        Returns:
            `ElectraTokenizer`. A model needs `resize_token_embeddings` for
            its `vocabulary_size()`; `add_tokens` of a task does both.
        """
        return resizing.add_tokens(self, tokens)

    def _start_without_vocabulary(self):
        self.file_assets = [VOCABULARY_FILE]
        self._engine = None
        self._set_special_tokens()

    @classmethod
    def from_huggingface(cls, folder, **kwargs):
        """Load a tokenizer from a Hugging Face folder.

        Args:
            folder: string or path with a `vocab.txt` or `tokenizer.json`, and
                the small files that go with them.
            **kwargs: options that override what the files say.

        Returns:
            `ElectraTokenizer`.

        Raises:
            FileNotFoundError: if the folder has no vocabulary.
            ValueError: if a file is broken, or asks for another tokenization
                than BERT's.
        """
        found = read_huggingface(folder)
        with naming(pathlib.Path(folder) / "tokenizer_config.json"):
            return cls(**{**found, **kwargs})

    def to_huggingface(self, folder, longest=None):
        """Write `vocab.txt`, `tokenizer.json` and the two small files.

        Args:
            folder: string or path; made if it does not exist.
            longest: int or None. The number of positions of the model that
                the tokenizer is for: `model_max_length` is not larger.
        """
        write_huggingface(self.options, self.engine, folder, longest)

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
        path = pathlib.Path(dir_path) / VOCABULARY_FILE
        pieces = read_vocabulary(path, exact=True)
        check_size(pieces, self.saved_vocabulary_size, path)
        self.set_vocabulary(pieces)
