"""Rust's normalization of text, as TensorFlow ops."""

import string

from keras_electra.tokenizer.code_points import (
    code_points,
    regex_class,
    rust_outcomes,
)
from keras_electra.tokenizer.repairs import find_repairs, unspeakable

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
        free: iterator of str. More characters without a meaning.
        alphabet: set of str. The characters of all pieces.
        isolated: set of int. Code points that the splitting makes words.
        spaces: set of int. Code points at which it divides words.
        normalize: callable, Rust's normalization of a str.

    Attributes:
        renamed: dict from characters of pieces to others in normalized text.
        repaired: set of int. Code points that are replaced beforehand.

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
        free,
        alphabet,
        isolated,
        spaces,
        normalize,
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
        # Patterns and replacements for raw text, and for normalized text.
        self._first, self._last = [], []
        self._dropped = None
        self.renamed, repairs, dropped = {}, {}, set()
        if basic:
            wanted = rust_outcomes(
                options.lowercase,
                options.strip_accents,
                options.split_on_cjk,
                options.clean_text,
            )
            dropped = {point for point, text in wanted.items() if not text}
            self._dropped = regex_class(dropped) if dropped else None
            seen = self._outcomes(isolated, spaces)
            self.renamed = {
                char: next(free) for char in unspeakable(wanted, seen, alphabet)
            }
            repairs = find_repairs(
                wanted, seen, alphabet, self.renamed, unknown_letter
            )
        marks = (unknown_letter, *markers.values(), *self.renamed.values())
        reserved = set(map(ord, marks))
        # Texts that hold these characters themselves get another one, which
        # is dropped, or is unknown, in the same way.
        pattern = regex_class({*reserved, ord(hidden)})
        self._first.append((pattern, next(free)))
        if dropped - reserved:
            self._dropped = regex_class(dropped - reserved)
        self._add_tokens(options, markers, normalize)
        for replacement, points in repairs.items():
            replacement = replacement.replace("\\", r"\\")
            self._first.append((regex_class(points), replacement))
        self.repaired = {p for points in repairs.values() for p in points}

    def __call__(self, texts):
        tf = self._tf
        readable = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
        check = tf.debugging.Assert(
            tf.reduce_all(readable == texts), ["Texts must be valid UTF-8."]
        )
        with tf.control_dependencies([check] if check is not None else []):
            texts = self._replace(texts, self._first)
        if self._strip:
            texts = self._nfd(texts)
        if self._dropped is not None:
            texts = tf.strings.regex_replace(texts, self._dropped, "")
        if self._lower:
            # ICU writes the last sigma of a word in another way; Rust does
            # not look at neighbors.
            texts = tf.strings.regex_replace(texts, "Σ", "σ")
            texts = tf.strings.lower(texts, encoding="utf-8")
        return self._replace(texts, self._last)

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

    def _add_tokens(self, options, markers, normalize):
        """Adds rules that put markers in place of added tokens."""
        # The longest first, as Rust has it.
        for token in sorted(
            options.tokens_to_add, key=lambda t: -len(t["content"])
        ):
            text = token["content"]
            if text not in markers:
                continue
            rules = self._last if token["normalized"] else self._first
            spelled = normalize(text) if token["normalized"] else text
            rules.append((literal(spelled), f" {markers[text]} "))

    def _outcomes(self, isolated, spaces):
        """What each character becomes without any repairs."""
        table = {point: f" {chr(point)} " for point in isolated}
        table.update({point: " " for point in spaces})
        points = code_points()
        made = self(self._tf.constant([chr(point) for point in points]))
        return {
            point: text.decode("utf-8").translate(table)
            for point, text in zip(points, made.numpy(), strict=True)
        }


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
