"""What a tokenizer knows about its tokens; no Keras."""

import numpy as np

from keras_electra.tokenizer.detokenizing import as_ids, join_tokens

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


class TokenTable:
    """Tokens, their ids, and which of them are special.

    Needs the attributes `options`, a `TokenizerOptions`, and `_engine`, a
    `RustEngine` or `None`.
    """

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

    def _detokenized(self, inputs, skip_special_tokens, clean_up):
        """Texts of ids; see `ElectraTokenizer.detokenize`."""
        if clean_up is None:
            clean_up = self.options.clean_up_tokenization_spaces
        skipped = self.special_token_ids if skip_special_tokens else ()
        rows, batched = as_ids(inputs, self.vocabulary_size())
        tokens = self.engine.tokens
        texts = [
            join_tokens(
                [tokens[index] for index in row if index not in skipped],
                self.options.suffix_indicator,
                clean_up,
            )
            for row in rows
        ]
        return texts if batched else texts[0]
