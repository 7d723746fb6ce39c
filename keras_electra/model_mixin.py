"""Methods that backbones and tasks share."""

from keras_electra import resizing
from keras_electra.preset_mixin import PresetMixin


class ModelMixin(PresetMixin):
    """`PresetMixin` of what has weights."""

    def export_to_transformers(self, path):
        """Save a folder that Hugging Face Transformers loads.

        A backbone is its `ElectraModel`, and has no tokenizer to write;
        `tokenizer.export_to_transformers(path)` adds it.

        Args:
            path: string or path. The folder; written whole or not at all.

        Raises:
            ValueError: if Transformers has no such head, or if the model is
                quantized.

        Example:
        ```python
        classifier.export_to_transformers("./for_transformers")
        ```
        """
        from keras_electra import converters

        converters.export_to_transformers(self, path)

    def resize_token_embeddings(self, vocabulary_size):
        """Return a copy of this model with another number of token embeddings.

        Args:
            vocabulary_size: int. If smaller, the last rows are left out; if
                larger, new rows are the mean of all rows.

        Returns:
            A model of the same class; a task is compiled with its defaults.

        Raises:
            ValueError: if `vocabulary_size` is not a positive integer or is
                below the number of tokens of the tokenizer, or if the model
                has quantized layers or adapters.
        """
        return resizing.resize_token_embeddings(self, vocabulary_size)
