"""A tokenizer's vocabulary: given, asked, saved and loaded."""

import pathlib

import keras
from keras.saving import get_registered_name

from keras_electra.json_file import read_json
from keras_electra.tokenizer.huggingface.reader import read_huggingface
from keras_electra.tokenizer.huggingface.writer import write_huggingface
from keras_electra.tokenizer.rust import RustEngine
from keras_electra.tokenizer.token_table import TokenTable
from keras_electra.tokenizer.vocabulary import (
    as_vocabulary,
    write_vocabulary,
)

VOCABULARY_FILE = "vocabulary.txt"


class VocabularyMixin(TokenTable):
    """How `ElectraTokenizer` gets, saves and loads its tokens.

    KerasHub makes tokenizers without a vocabulary and then calls `load_assets`.
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
