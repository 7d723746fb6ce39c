"""Random texts that tokenizers disagree about, from a fixed seed."""

import random
import sys
import unicodedata

# First and last code point, and what is there.
BLOCKS = {
    "ascii": (0x20, 0x7E),
    "latin": (0xA0, 0x24F),
    "greek_cyrillic": (0x370, 0x52F),
    "marks": (0x300, 0x36F),
    "hebrew_arabic": (0x590, 0x6FF),
    "indic": (0x900, 0xD7F),
    "thai_tibetan": (0xE00, 0xFFF),
    "jamo": (0x1100, 0x11FF),
    "latin_extended": (0x1E00, 0x1FFF),
    "punctuation": (0x2000, 0x206F),
    "symbols": (0x2070, 0x2BFF),
    "kana_cjk_marks": (0x3000, 0x31FF),
    "cjk": (0x4E00, 0x9FFF),
    "hangul": (0xAC00, 0xD7A3),
    "private": (0xE000, 0xF8FF),
    "compatibility": (0xF900, 0xFFFF),
    "supplementary": (0x10000, 0x1FFFF),
    "cjk_extensions": (0x20000, 0x323AF),
    "tags": (0xE0000, 0xE01EF),
    "everything": (0x0, 0x10FFFF),
}
CONTROLS = [chr(c) for c in [*range(0x20), *range(0x7F, 0xA0)]] + list(
    "\u200b\u200c\u200d\u2028\u2029\u2060\ufeff\ufffd\ufffe\u00ad\u180e\u3000"
)
SPECIALS = [
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[PAD]",
    "[UNK]",
    "[mask]",
    "[MA",
    "SK]",
]
EMOJI = list("😀👍🏽👩\u200d💻❤\ufe0f🇩🇪#\ufe0f\u20e3") + [
    "👨\u200d👩\u200d👧",
    "1\ufe0f\u20e3",
]
WORDS = (
    "the Quick brown naïve café ΟΔΟΣ Σ İstanbul straße ﬁn Å \u212b ñandú "
    "unaffable 한국어 안녕하세요 東京 中文 123 3.14 don't e-mail x² ½ ＡＢＣ "
    "ººª Ǆ ŉ và tiếng Việt привет Ёлка עִבְרִית हिन्दी"
).split()


def random_texts(count, seed=0):
    """Texts of a few dozen characters.

    Args:
        count: int.
        seed: int.

    Yields:
        str, without surrogates.
    """
    rng = random.Random(seed)
    makers = [_block, _mixture, _marked, _words, _controls, _punctuated, _emoji]
    for _ in range(count):
        yield rng.choice(makers)(rng)


def assigned_characters():
    """Every assigned character that is not for private use.

    Returns:
        list of str.
    """
    return [
        chr(c)
        for c in range(sys.maxunicode + 1)
        if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")
    ]


def _char(rng, block):
    while 0xD800 <= (point := rng.randint(*BLOCKS[block])) < 0xE000:
        pass
    return chr(point)


def _block(rng):
    block = rng.choice(list(BLOCKS))
    return "".join(
        rng.choice([_char(rng, block)] * 4 + [" "])
        for _ in range(rng.randrange(40))
    )


def _mixture(rng):
    blocks = list(BLOCKS)
    return "".join(
        _char(rng, rng.choice(blocks)) for _ in range(rng.randrange(40))
    )


def _marked(rng):
    """Letters with combining marks, in orders that are not canonical."""
    return "".join(
        _char(rng, rng.choice(["ascii", "latin", "marks", "marks", "indic"]))
        for _ in range(rng.randrange(40))
    )


def _words(rng):
    joins = [" ", " ", "", "-", "\t", "\n", "\u00a0", "\u3000", "."]
    return "".join(
        rng.choice(WORDS + SPECIALS) + rng.choice(joins)
        for _ in range(rng.randrange(15))
    )


def _controls(rng):
    return "".join(
        rng.choice(
            [rng.choice(CONTROLS), _char(rng, "ascii"), rng.choice(WORDS)]
        )
        for _ in range(rng.randrange(20))
    )


def _punctuated(rng):
    marks = [
        _char(rng, "ascii"),
        _char(rng, "punctuation"),
        rng.choice(".,!?[]()'\"#@"),
        rng.choice(WORDS),
        rng.choice(SPECIALS),
        "x" * rng.choice([99, 100, 101]),
    ]
    return "".join(rng.choice(marks) for _ in range(rng.randrange(20)))


def _emoji(rng):
    return "".join(
        rng.choice([rng.choice(EMOJI), _char(rng, "supplementary"), " ", "a"])
        for _ in range(rng.randrange(20))
    )
