"""Places at which a text can be cut without changing its tokens."""

import re
import string

from keras_electra.tokenizer.code_points import CLEAN_WHITE_SPACE

_LETTERS = string.ascii_letters + string.digits
# Beyond this many characters without a place to cut, letters are left out.
_UNREASONABLE = 1 << 16


class LongTexts:
    """Cuts texts where tokens end in any case.

    That is before white space, and unless options say otherwise before CJK
    ideographs and common punctuation, of the characters that occur in no added
    token. So the first tokens of ten megabytes cost what they would cost in a
    text of their own.

    Args:
        options: `TokenizerOptions`.
        normalize: callable, from str to normalized str.
    """

    def __init__(self, options, normalize):
        contents = [token["content"] for token in options.tokens_to_add]
        taken = set("".join([*contents, *map(normalize, contents)]))
        places = set(CLEAN_WHITE_SPACE)
        if options.basic_tokenization and not options.never_split:
            places.update(f"{string.punctuation}。、，！？")
        places = "".join(sorted(places - taken))
        if (
            options.basic_tokenization
            and options.split_on_cjk
            and not any("\u4e00" <= char <= "\u9fff" for char in taken)
        ):
            places = f"\u4e00-\u9fff{re.escape(places)}"
        else:
            places = re.escape(places)
        self._place = re.compile(f"[{places}]")
        longest = options.max_chars_per_word + 1
        # All letters of a word too long are alike: it is unknown.
        self._same_letters = (
            None
            if any(text[0] in _LETTERS for text in contents)
            or max(map(len, contents)) > longest
            else re.compile(f"([0-9A-Za-z]{{{longest}}})[0-9A-Za-z]+")
        )

    def parts(self, text, size):
        """Cuts a text into parts of about `size` characters.

        Args:
            text: str.
            size: int. Characters of a part, at least.

        Yields:
            Tuples `(start, part)`: position in the text, and str.
        """
        start = 0
        while start < len(text):
            found = self._place.search(text, start + size)
            stop = found.start() if found else len(text)
            yield start, text[start:stop]
            start = stop

    def parts_from_end(self, text, size):
        """As `parts`, the last first.

        Args:
            text: str.
            size: int. Characters of a part, at least.

        Yields:
            Tuples `(start, part)`.
        """
        stop = len(text)
        while stop > 0:
            start = self._last_place(text, stop - size)
            yield start, text[start:stop]
            stop = start

    def shortened(self, part):
        """A part with the same tokens, though not the same offsets.

        Args:
            part: str.

        Returns:
            str, without most of the letters of a word of a million.
        """
        if len(part) < _UNREASONABLE or self._same_letters is None:
            return part
        return self._same_letters.sub(r"\1", part)

    def _last_place(self, text, before):
        """The last place to cut at or before a position; else 0."""
        window = 256
        while before > 0:
            low = max(before - window, 0)
            places = list(self._place.finditer(text, low, before + 1))
            if places:
                return places[-1].start()
            before, window = low - 1, window * 4
        return 0
