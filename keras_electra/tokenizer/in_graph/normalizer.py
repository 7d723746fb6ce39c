"""Rust's normalization of text, as TensorFlow ops."""

import string

from keras_electra.tokenizer.code_points import MARKERS, SPARE, regex_class
from keras_electra.tokenizer.in_graph.character_fixes import (
    find_repairs,
    unspeakable,
)
from keras_electra.tokenizer.in_graph.library_differences import (
    library_differences,
    normalization_steps,
)

# RE2 counts no further.
LONGEST_COUNT = 999


class GraphNormalizer:
    """Raw text to text that needs only be split and looked up.

    Where the ops and Rust disagree about a character, as tables of different
    Unicode versions do, the character is replaced beforehand by something that
    ends as Rust has it.

    Args:
        tf: the module `tensorflow`.
        tf_text: the module `tensorflow_text`.
        options: `TokenizerOptions`.
        alphabet: set of str. The characters of all pieces.
        normalize: callable, Rust's normalization of a str.

    Attributes:
        markers: dict from the text of each added token to the private use
            character that stands for it.
        hidden: str. A character that is in no normalized text.
        renamed: dict from characters of pieces to others in normalized text.
        repairs: dict from replacements to the code points replaced.

    Call arguments:
        texts: `tf.string` tensor, `(B,)`.

    Returns:
        `tf.string` tensor, `(B,)`. Special tokens are their markers.

    Raises:
        ValueError: if there are too many added tokens.
    """

    def __init__(self, tf, tf_text, options, alphabet, normalize):
        self._tf, self._tf_text = tf, tf_text
        self._limit = options.max_chars_per_word
        self._settings = ()
        if options.basic_tokenization:
            self._settings = (
                options.lowercase,
                options.strip_accents,
                options.split_on_cjk,
                options.clean_text,
            )
        self._found = library_differences(tf, tf_text, self._settings)
        taken = set() if options.clean_text else set(map(ord, alphabet))
        reserved = [point for point in MARKERS if point not in taken]
        free = iter(map(chr, reserved))
        # One stands for all letters that are in no piece.
        self._unknown_letter, self.hidden = next(free), next(free)
        outcomes = self._found.outcomes
        lost = unspeakable(outcomes, alphabet)
        added = [
            token
            for token in options.tokens_to_add
            if options.special_tokens_in_strings or not token["special"]
        ]
        if len(lost) + len(added) > len(reserved) - 2:
            raise ValueError(
                f"There must be at most {len(reserved) - 2} added tokens "
                f"inside a TensorFlow graph. Received: {len(added)}."
            )
        self.renamed = {char: next(free) for char in lost}
        self.markers = {token["content"]: next(free) for token in added}
        self.repairs = find_repairs(
            outcomes, alphabet, self.renamed, self._unknown_letter
        )
        # Patterns and replacements for raw text, and for normalized text. A
        # marker in a text becomes a character that is dropped, or unknown, as
        # the marker itself would be.
        self._first = [(regex_class(reserved), chr(SPARE))]
        self._last = []
        # The longest first, as Rust has it.
        for token in sorted(added, key=lambda t: -len(t["content"])):
            text, rules = token["content"], self._first
            replacement = f" {self.markers[text]} "
            if token["normalized"]:
                text, rules = normalize(text), self._last
            rules.append((literal(text), replacement))
        for replacement, points in self.repairs.items():
            replacement = replacement.replace("\\", r"\\")
            self._first.append((regex_class(points), replacement))

    def __call__(self, texts):
        tf = self._tf
        readable = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
        check = tf.debugging.Assert(
            tf.reduce_all(readable == texts), ["Texts must be valid UTF-8."]
        )
        with tf.control_dependencies([] if check is None else [check]):
            texts = self._replace(texts, self._first)
        texts = normalization_steps(
            tf, self._tf_text, texts, self._settings, self._found.dropped
        )
        return self._replace(texts, self._last)

    def words(self, texts):
        """Splits normalized texts; too long words become unknown ones.

        Args:
            texts: `tf.string` tensor, `(B,)`.

        Returns:
            `tf.string` ragged tensor, `(B, None)`.
        """
        tf = self._tf
        texts = tf.strings.regex_replace(texts, self._found.spaces, " ")
        if self._found.isolated is not None:
            texts = tf.strings.regex_replace(
                texts, f"({self._found.isolated})", r" \1 "
            )
        words = tf.strings.split(texts)
        lengths = tf.strings.length(words.flat_values, "UTF8_CHAR")
        return words.with_flat_values(
            tf.where(
                lengths > self._limit, self._unknown_letter, words.flat_values
            )
        )

    def without_long_words(self, texts):
        """Replaces too long words by unknown ones, where there are any.

        Args:
            texts: `tf.string` tensor, `(B,)`.

        Returns:
            `tf.string` tensor, `(B,)`.
        """
        tf = self._tf
        count = min(self._limit, LONGEST_COUNT) + 1
        long = tf.strings.regex_full_match(texts, f"(?s).*[^ ]{{{count}}}.*")

        def replace():
            rows = tf.where(long)
            words = self.words(tf.boolean_mask(texts, long))
            return tf.tensor_scatter_nd_update(
                texts,
                rows,
                tf.strings.reduce_join(words, axis=-1, separator=" "),
            )

        return tf.cond(tf.reduce_any(long), replace, lambda: texts)

    def _replace(self, texts, rules):
        for pattern, replacement in rules:
            texts = self._tf.strings.regex_replace(texts, pattern, replacement)
        return texts


def literal(text):
    """A text as a pattern of RE2 that matches nothing else.

    Args:
        text: str.

    Returns:
        str.
    """
    return "".join(
        f"\\{char}" if char in string.punctuation else char for char in text
    )
