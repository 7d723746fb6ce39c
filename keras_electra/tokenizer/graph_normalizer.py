"""Rust's normalization of text, as TensorFlow ops."""

import string

from keras_electra.tokenizer.code_points import (
    PRIVATE_USE,
    code_points,
    regex_class,
    rust_outcomes,
)
from keras_electra.tokenizer.repairs import find_repairs

# RE2 counts no further.
LONGEST_COUNT = 999


class GraphNormalizer:
    """Raw text to text that needs only be split and looked up.

    tf-text's `FastBertNormalizer` folds compatibility characters as well (`º`
    becomes `o`), so this goes in steps. Where the steps and Rust disagree
    about a character, as tables of different Unicode versions do, the
    character is replaced beforehand by something that ends as Rust has it.
    Which characters these are is asked of both when the ops are made.

    Args:
        tf: the module `tensorflow`.
        nfd: callable, canonical decomposition of a string tensor.
        options: `TokenizerOptions`.
        markers: dict from the text of each added token to the private use
            character that stands for it.
        unknown_letter: str. A private use character that stands for letters
            that are in no piece.
        hidden: str. One that is in no normalized text.
        alphabet: set of str. The characters of all pieces.
        isolated: set of int. Code points that the splitting makes words.
        spaces: set of int. Code points at which it divides words.

    Call arguments:
        texts: `tf.string` tensor, `(B,)`.

    Returns:
        `tf.string` tensor, `(B,)`. Special tokens are their markers.
    """

    def __init__(
        self,
        tf,
        nfd,
        options,
        markers,
        unknown_letter,
        hidden,
        alphabet,
        isolated,
        spaces,
    ):
        self._tf = tf
        self._nfd = nfd
        self._limit = options.max_chars_per_word
        self._unknown_letter = unknown_letter
        self._isolated = regex_class(isolated) if isolated else None
        self._spaces = regex_class(spaces)
        basic = options.basic_tokenization
        self._lower = basic and options.lowercase
        self._strip = basic and (
            options.lowercase
            if options.strip_accents is None
            else options.strip_accents
        )
        reserved = set(map(ord, [unknown_letter, hidden, *markers.values()]))
        spare = next(
            chr(point)
            for point in PRIVATE_USE
            if point not in reserved and chr(point) not in alphabet
        )
        # Patterns and replacements, before and after the other steps.
        self._first = [(regex_class(reserved), spare)]
        self._last = []
        # The longest first, as Rust has it.
        for token in sorted(
            options.tokens_to_add, key=lambda t: -len(t["content"])
        ):
            text = token["content"]
            if text in markers and token["normalized"]:
                self._last.append((literal(text), f" {markers[text]} "))
            elif text in markers:
                self._first.append((literal(text), f" {markers[text]} "))
        if basic:
            wanted = rust_outcomes(
                options.lowercase,
                options.strip_accents,
                options.split_on_cjk,
                options.clean_text,
            )
            dropped = {p for p, text in wanted.items() if not text} - reserved
            if dropped:
                self._last.insert(0, (regex_class(dropped), ""))
            self._repair(wanted, alphabet, isolated, spaces)

    def __call__(self, texts):
        tf = self._tf
        readable = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
        check = tf.debugging.assert_equal(
            readable, texts, "Texts must be valid UTF-8."
        )
        with tf.control_dependencies([check] if check is not None else []):
            texts = self._replace(texts, self._first)
        if self._strip:
            texts = self._nfd(texts)
        texts = self._replace(texts, self._last)
        if self._lower:
            # ICU writes the last sigma of a word in another way; Rust does
            # not look at neighbors.
            texts = tf.strings.regex_replace(texts, "Σ", "σ")
            texts = tf.strings.lower(texts, encoding="utf-8")
        return texts

    def words(self, texts):
        """Splits normalized texts; too long words become unknown ones.

        Args:
            texts: `tf.string` tensor, `(B,)`.

        Returns:
            `tf.string` ragged tensor, `(B, None)`.
        """
        tf = self._tf
        texts = tf.strings.regex_replace(texts, self._spaces, " ")
        if self._isolated is not None:
            texts = tf.strings.regex_replace(
                texts, f"({self._isolated})", r" \1 "
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

    def _repair(self, wanted, alphabet, isolated, spaces):
        """Adds rules for what this and Rust read differently."""
        table = {point: f" {chr(point)} " for point in isolated}
        table.update({point: " " for point in spaces})
        points = code_points()
        made = self(self._tf.constant([chr(point) for point in points]))
        seen = {
            point: text.decode("utf-8").translate(table)
            for point, text in zip(points, made.numpy(), strict=True)
        }
        repairs = find_repairs(wanted, seen, alphabet, self._unknown_letter)
        self.repairs = repairs
        for replacement, points in repairs.items():
            replacement = replacement.replace("\\", r"\\")
            self._first.append((regex_class(points), replacement))


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
