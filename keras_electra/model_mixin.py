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

    def add_tokens(self, tokens):
        """Return a copy of this task that knows more tokens.

        Each new token gets the next id. Where the embedding has no row for
        it, a row is added: the mean of all rows, which training then moves.
        The same holds for an output table; the output bias of a new token
        is 0.

        Args:
            tokens: list of str, of dicts or of `tokenizers.AddedToken`, as
                `added_tokens` of `ElectraTokenizer`.

        Returns:
            A task of the same class, compiled with its defaults.

        Raises:
            ValueError: if there is no tokenizer, or if the model has
                quantized layers or adapters.

        Example:
        ```python
        classifier = classifier.add_tokens(["covid", "mrna"])
        ```
        """
        return resizing.add_tokens(self, tokens)

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
