"""What the Rust tokenizer makes of each Unicode character.

Unicode grows, and each library carries the tables of some version of it. So
that another tokenizer can be held to Rust's, this asks Rust itself.
"""

import functools

from tokenizers import normalizers, pre_tokenizers

# Unicode's property White_Space, which is what Rust goes by. (`str.isspace`
# also takes U+001C to U+001F.)
WHITE_SPACE = frozenset(
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# What is left of it once text has been cleaned of control characters.
CLEAN_WHITE_SPACE = WHITE_SPACE - set("\v\f\x85")
# Code points that Unicode gives no meaning to: those that stand for something
# while a text is tokenized in a graph, and one for texts that hold them.
MARKERS = range(0xE000, 0xF900)
SPARE = 0x10FFFD
# Everything assigned today, and what lies between. Left out are the planes of
# nothing but unassigned code points, which any library leaves as they are.
_RANGES = (
    range(0x0, 0xD800),
    range(0xE000, 0x34000),
    range(0xE0000, 0xE1000),
    range(0xF0000, 0x110000),
)
# Where punctuation may be: all of these but ideographs, Hangul, private use.
_PUNCTUATION_RANGES = (
    range(0x0, 0x3400),
    range(0xA000, 0xAC00),
    range(0xFB00, 0x20000),
)
# Divides the probes; a mark that no normalization touches.
_BAR = "|"


def code_points():
    """Every code point that is looked at.

    Returns:
        list of int.
    """
    return [point for span in _RANGES for point in span]


def rust_outcomes(lowercase, strip_accents, split_on_cjk, clean_text):
    """What each character becomes once normalized and split into words.

    Args:
        lowercase: bool.
        strip_accents: bool or None.
        split_on_cjk: bool.
        clean_text: bool.

    Returns:
        dict from code point to str: the words with blanks between; a blank at
        either end where the character cannot be part of the word beside it;
        `""` if the character vanishes, `" "` if it divides words.
    """
    normalizer = normalizers.BertNormalizer(
        clean_text=clean_text,
        handle_chinese_chars=split_on_cjk,
        strip_accents=strip_accents,
        lowercase=lowercase,
    )
    points = code_points()
    probes = [point for point in points if point != ord(_BAR)]
    normal = normalizer.normalize_str(_BAR.join(map(chr, probes))).split(_BAR)
    outcomes = dict(zip(probes, normal, strict=True))
    outcomes[ord(_BAR)] = _BAR
    table = {ord(space): " " for space in WHITE_SPACE}
    table.update({ord(mark): f" {mark} " for mark in punctuation()})
    return {point: text.translate(table) for point, text in outcomes.items()}


@functools.cache
def punctuation():
    """The characters that Rust makes words of their own, CJK apart.

    Returns:
        frozenset of str.
    """
    splitter = pre_tokenizers.BertPreTokenizer()
    words = splitter.pre_tokenize_str(
        "".join(f"a{chr(p)}a " for span in _PUNCTUATION_RANGES for p in span)
    )
    return frozenset(w for w, _ in words if len(w) == 1) - {"a"}


def regex_class(points):
    """A character class of RE2 syntax.

    Args:
        points: iterable of int, not empty.

    Returns:
        str such as `[\\x{41}-\\x{5a}]`.
    """
    spans = []
    for point in sorted(points):
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    ranges = [f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in spans]
    return f"[{''.join(ranges)}]"
