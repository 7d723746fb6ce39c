"""Where TensorFlow's ops and Rust read a character differently.

Asked of both, once a process: the answer depends on the versions of Unicode
that the two libraries were built with.
"""

import functools
from typing import NamedTuple

from keras_electra.tokenizer.code_points import (
    MARKERS,
    WHITE_SPACE,
    code_points,
    punctuation,
    regex_class,
    rust_outcomes,
)


class LibraryDifferences(NamedTuple):
    """What the ops are to do, and where that is not what Rust does.

    Attributes:
        dropped: str or None. Pattern of the characters that vanish, but for
            those reserved as markers.
        isolated: str or None. Pattern of those that become words.
        spaces: str. Pattern of those that divide words.
        outcomes: dict from code point to a tuple of two str: the outcome in
            Rust (see `rust_outcomes`) and that of the ops.
    """

    dropped: str | None
    isolated: str | None
    spaces: str
    outcomes: dict


@functools.lru_cache(maxsize=8)
def library_differences(tf, tf_text, settings):
    """Compares the ops with Rust, character by character.

    Args:
        tf: the module `tensorflow`.
        tf_text: the module `tensorflow_text`.
        settings: tuple of `lowercase`, `strip_accents`, `split_on_cjk` and
            `clean_text`; `()` for no normalization at all.

    Returns:
        `LibraryDifferences`.
    """
    isolated, spaces = _splitting(tf, tf_text, settings)
    wanted = rust_outcomes(*settings) if settings else {}
    gone = {p for p, text in wanted.items() if not text} - set(MARKERS)
    dropped = regex_class(gone) if gone else None
    table = {point: f" {chr(point)} " for point in isolated}
    table.update({point: " " for point in spaces})
    points = [point for point in wanted if point not in MARKERS]
    texts = tf.constant([chr(point) for point in points], tf.string)
    made = normalization_steps(tf, tf_text, texts, settings, dropped).numpy()
    outcomes = {}
    for point, text in zip(points, made, strict=True):
        seen = text.decode("utf-8").translate(table)
        if seen != wanted[point]:
            outcomes[point] = wanted[point], seen
    return LibraryDifferences(
        dropped,
        regex_class(isolated) if isolated else None,
        regex_class(spaces),
        outcomes,
    )


def normalization_steps(tf, tf_text, texts, settings, dropped):
    """What BertNormalizer does, as far as ops do the same.

    tf-text's own `FastBertNormalizer` folds compatibility characters as well
    (`º` becomes `o`), so this goes in steps. White space is left as it is, and
    CJK characters get no blanks around them: splitting sees to both.

    Args:
        tf: the module `tensorflow`.
        tf_text: the module `tensorflow_text`.
        texts: `tf.string` tensor, `(B,)`.
        settings: as for `library_differences`.
        dropped: str or None. Pattern of characters that vanish.

    Returns:
        `tf.string` tensor, `(B,)`.
    """
    if not settings:
        return texts
    lowercase, strip_accents, *_ = settings
    if lowercase if strip_accents is None else strip_accents:
        texts = tf_text.normalize_utf8(texts, "NFD")
    if dropped is not None:
        texts = tf.strings.regex_replace(texts, dropped, "")
    if lowercase:
        # ICU writes the last sigma of a word in another way; Rust does not
        # look at neighbors.
        texts = tf.strings.regex_replace(texts, "Σ", "σ")
        texts = tf.strings.lower(texts, encoding="utf-8")
    return texts


def _splitting(tf, tf_text, settings):
    """Code points that become words, and those that divide words."""
    _, _, split_on_cjk, _ = settings or (None,) * 4
    if not split_on_cjk:
        # Then texts are split by these, and tf-text is given words.
        marks = punctuation() if settings else ()
        return set(map(ord, marks)), set(map(ord, WHITE_SPACE))
    # Asked of tf-text: what stands between two letters?
    probe = tf_text.FastWordpieceTokenizer(
        ["?", "a", "##a"], token_out_type=tf.int32, unknown_token="?"
    )
    points = [point for point in code_points() if point != ord("a")]
    found = probe.tokenize([f"a{chr(p)}a" for p in points]).row_lengths()
    kinds = dict(zip(points, found.numpy().tolist(), strict=True))
    return (
        {point for point, words in kinds.items() if words == 3},
        {point for point, words in kinds.items() if words == 2},
    )
