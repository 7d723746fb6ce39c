"""The same tokenization as TensorFlow ops, for `tf.data` and SavedModels.

TensorFlow is imported when this is first used.
"""

import sys

from keras_electra.tokenizer.detokenizing import SPACE_CLEAN_UP
from keras_electra.tokenizer.in_graph.normalizer import GraphNormalizer, literal
from keras_electra.tokenizer.in_graph.wordpiece import (
    check_options,
    plain_pattern,
    spelled_out,
)


def is_graph_call():
    """Whether TensorFlow is tracing a function or a `tf.data` pipeline."""
    tf = sys.modules.get("tensorflow")
    executing_eagerly = getattr(tf, "executing_eagerly", None)
    return executing_eagerly is not None and not executing_eagerly()


def import_tensorflow_text():
    """TensorFlow and tensorflow-text.

    Returns:
        The two modules.

    Raises:
        ImportError: if one of them is not installed.
    """
    try:
        import tensorflow as tf
        import tensorflow_text as tf_text
    except ImportError as error:
        raise ImportError(
            "Tokenizing inside a TensorFlow graph needs tensorflow-text. "
            "Install it with `pip install tensorflow-text`. Outside of "
            "`tf.data` and `tf.function` nothing of TensorFlow is needed."
        ) from error
    return tf, tf_text


def as_string_tensor(inputs, name="inputs"):
    """Reads one text or a batch of texts inside a graph.

    Args:
        inputs: `tf.string` tensor of rank 0 or 1, or strings.
        name: str. How the error messages call the argument.

    Returns:
        A tuple `(texts, batched)`: `tf.string` tensor, `(B,)`, and whether
        the input had a batch axis.

    Raises:
        ValueError: if it is not of strings, or has more axes.
    """
    tf, _ = import_tensorflow_text()
    tensor = tf.convert_to_tensor(inputs)
    rank = tensor.shape.rank
    if tensor.dtype != tf.string or rank is None or rank > 1:
        raise ValueError(
            f"`{name}` must be a `tf.string` tensor of rank 0 or 1 inside a "
            f"TensorFlow graph. Received: {name}={inputs!r}."
        )
    return (tensor, True) if rank == 1 else (tensor[None], False)


class InGraphTokenizer:
    """`tf.string` tensors to ids.

    tensorflow-text has a WordPiece that splits on white space, punctuation and
    CJK characters by itself, and that is where the time goes.

    Args:
        options: `TokenizerOptions`.
        vocabulary: list of str. The pieces of the WordPiece model.
        ids: dict from every token, added ones included, to its id.
        normalize: callable, Rust's normalization of a str.

    Call arguments:
        texts: `tf.string` tensor, `(B,)`.
        dtype: string, default `"int32"`. `"string"` gives pieces.

    Returns:
        `tf.RaggedTensor`, `(B, None)`, of ids or pieces.

    Raises:
        ImportError: if tensorflow-text is not installed.
        ValueError: for options that only Rust can follow.
    """

    def __init__(self, options, vocabulary, ids, normalize):
        check_options(options)
        tf, tf_text = import_tensorflow_text()
        self._tf = tf
        # tf-text's own splitting cannot be kept from dividing CJK words.
        self._splits = options.basic_tokenization and options.split_on_cjk
        self._lower = options.basic_tokenization and options.lowercase
        self._suffix_indicator = options.suffix_indicator
        with tf.init_scope(), tf.device("cpu"):
            self.normalizer = GraphNormalizer(
                tf, tf_text, options, set("".join(vocabulary)), normalize
            )
            markers = self.normalizer.markers
            pieces, targets = spelled_out(
                options,
                vocabulary,
                self.normalizer.renamed,
                self.normalizer.hidden,
            )
            self._wordpiece = tf_text.FastWordpieceTokenizer(
                [*pieces, *markers.values()],
                token_out_type=tf.int32,
                suffix_indicator=2 * self.normalizer.hidden,
                unknown_token=pieces[ids[options.unk_token]],
                # A character has at most four bytes; words of too many
                # characters do not get there.
                max_bytes_per_word=4 * options.max_chars_per_word,
                no_pretokenization=not self._splits,
            )
            self._ids = tf.constant(
                [*targets, *(ids[text] for text in markers)], dtype="int32"
            )
            self._tokens = tf.constant(sorted(ids, key=ids.get))
        self._plain = plain_pattern(options, list(markers))

    def __call__(self, texts, dtype="int32"):
        rows = self._tokenize(texts)
        values = rows.flat_values
        if dtype == "string":
            values = self._tf.gather(self._tokens, values)
        return rows.with_flat_values(self._tf.cast(values, dtype))

    def detokenize(self, ids, skipped, clean_up):
        """Ids back to texts.

        Args:
            ids: int tensor, `(T,)`, `(B, T)` or ragged.
            skipped: list of int. Ids to leave out.
            clean_up: bool. Whether to take blanks away before punctuation.

        Returns:
            `tf.string` tensor, `()` or `(B,)`.
        """
        tf = self._tf
        if not isinstance(ids, tf.RaggedTensor):
            ids = tf.convert_to_tensor(ids)
        single = ids.shape.rank == 1
        if single:
            ids = ids[None]
        if not isinstance(ids, tf.RaggedTensor):
            ids = tf.RaggedTensor.from_tensor(ids)
        if len(skipped):
            kept = tf.reduce_all(
                ids.flat_values[:, None] != tf.constant(skipped, ids.dtype),
                axis=-1,
            )
            ids = tf.ragged.boolean_mask(ids, ids.with_flat_values(kept))
        tokens = tf.gather(self._tokens, ids)
        texts = tf.strings.reduce_join(tokens, axis=-1, separator=" ")
        replaced = SPACE_CLEAN_UP if clean_up else ()
        if self._suffix_indicator:
            replaced = ((f" {self._suffix_indicator}", ""), *replaced)
        for old, new in replaced:
            texts = tf.strings.regex_replace(texts, literal(old), new)
        return texts[0] if single else texts

    def _tokenize(self, texts):
        if not self._splits:
            words = self.normalizer.words(self.normalizer(texts))
            return self._pieces(words).merge_dims(-2, -1)
        tf = self._tf
        # Most texts are plain ASCII and need next to nothing done.
        plain = tf.strings.regex_full_match(texts, self._plain)  # (B,)
        texts = tf.cond(
            tf.reduce_all(plain),
            lambda: self._lowercase(texts),
            lambda: self._normalize_where(~plain, texts),
        )
        return self._pieces(texts)

    def _lowercase(self, texts):
        return self._tf.strings.lower(texts) if self._lower else texts

    def _normalize_where(self, hard, texts):
        """Normalizes the texts marked as hard, and lowercases the others."""
        tf = self._tf
        easy, rows = tf.dynamic_partition(texts, tf.cast(hard, "int32"), 2)
        rows = self.normalizer.without_long_words(self.normalizer(rows))
        where = tf.dynamic_partition(
            tf.range(tf.size(texts)), tf.cast(hard, "int32"), 2
        )
        return tf.dynamic_stitch(where, [self._lowercase(easy), rows])

    def _pieces(self, texts):
        found = self._wordpiece.tokenize(texts)
        return found.with_flat_values(
            self._tf.gather(self._ids, found.flat_values)
        )
