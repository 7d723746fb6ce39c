"""Ids of whole words, remembered."""

import re

import numpy as np

from keras_electra.tokenizer.texts import readable

# Long enough for nearly all text between two blanks; base64 is not kept.
_LONGEST_KEPT = 64
# Words that go through Rust in one text; texts are shared out among threads.
_TOGETHER = 256


class WordCache:
    """Maps texts to ids, remembering what stood between two blanks.

    BERT's tokenization never looks across white space, added tokens apart. So
    most of the work on a text is a dictionary look-up for each of its words,
    which is several times faster than running WordPiece on them again; the
    words not yet known go through Rust together.

    Safe to call from several threads: they share nothing but a dictionary,
    and whatever is missing in it is found anew.

    Args:
        rust: `tokenizers.Tokenizer`.
        options: `TokenizerOptions`.
        size: int. Words kept at most; when full it starts afresh.

    Call arguments:
        texts: list of str.

    Returns:
        list of bytes: the ids of each text, as int32 in the machine's order.
    """

    def __init__(self, rust, options, size=1 << 17):
        self._rust = rust
        self._separator = options.sep_token
        self._separator_id = rust.token_to_id(options.sep_token)
        self._size = size
        self._ids = {}
        added = [token["content"] for token in options.tokens_to_add]
        self._added = re.compile("|".join(map(re.escape, added)))
        self._firsts = sorted({text[0] for text in added})
        # Added tokens that are looked for in normalized text may be spelled
        # in any way, and separators are needed.
        self._usable = options.special_tokens_in_strings and not any(
            token["normalized"] for token in options.tokens_to_add
        )

    def __call__(self, texts):
        if not self._usable:
            return self._encode(texts)
        known = self._ids
        rows = []
        late = []
        for index, text in enumerate(texts):
            if self._is_special(text):
                late.append((index, None))
                rows.append(b"")
                continue
            words = text.split()
            try:
                rows.append(b"".join([known[word] for word in words]))
            except KeyError:
                late.append((index, words))
                rows.append(b"")
        if late:
            self._complete(texts, rows, late)
        return rows

    def _is_special(self, text):
        """Whether only Rust may divide a text."""
        for first in self._firsts:
            if first in text and self._added.search(text):
                return True
        # What `str.split` takes for white space: Rust drops these when it
        # cleans text, or sees ordinary characters in some.
        return (
            "\x1c" in text
            or "\x1d" in text
            or "\x1e" in text
            or "\x1f" in text
            or "\x0b" in text
            or "\x0c" in text
            or "\x85" in text
        )

    def _complete(self, texts, rows, late):
        """Runs Rust on texts with unknown words and completes their rows."""
        special = [index for index, words in late if words is None]
        found = self._encode([texts[index] for index in special])
        for index, row in zip(special, found, strict=True):
            rows[index] = row
        known = self._ids
        fresh = {}  # with what is known, lest another thread starts afresh
        unknown = {}
        for _, words in late:
            for word in words or ():
                row = known.get(word)
                if row is None:
                    unknown[word] = None
                else:
                    fresh[word] = row
        unknown = list(unknown)
        fresh.update(zip(unknown, self._encode_words(unknown), strict=True))
        for index, words in late:
            if words is not None:
                rows[index] = b"".join([fresh[word] for word in words])
        kept = [word for word in unknown if len(word) <= _LONGEST_KEPT]
        if len(known) + len(kept) > self._size:
            known.clear()
        known.update((word, fresh[word]) for word in kept[: self._size])

    def _encode_words(self, words):
        """Rows of ids of words, many in one text with separators between."""
        groups = [
            words[start : start + _TOGETHER]
            for start in range(0, len(words), _TOGETHER)
        ]
        between = f" {self._separator} "
        rows = []
        for group, row in zip(
            groups, self._encode([between.join(g) for g in groups]), strict=True
        ):
            ids = np.frombuffer(row, dtype="int32")
            ends = np.flatnonzero(ids == self._separator_id).tolist()
            if len(ends) != len(group) - 1:
                # Some word spells the separator once it is normalized.
                rows += self._encode(group)
                continue
            starts = [0, *(end + 1 for end in ends)]
            rows += [
                row[4 * start : 4 * end]
                for start, end in zip(starts, [*ends, len(ids)], strict=True)
            ]
        return rows

    def _encode(self, texts):
        if not texts:
            return []
        encodings = encode_batch(self._rust.encode_batch_fast, texts)
        return [np.array(e.ids, dtype="int32").tobytes() for e in encodings]


def encode_batch(encode, texts):
    """Calls a batch method of the Rust tokenizer, lone surrogates and all.

    Args:
        encode: bound method of `tokenizers.Tokenizer`.
        texts: list of str.

    Returns:
        list of `tokenizers.Encoding`, without framing tokens.
    """
    try:
        return encode(texts, add_special_tokens=False)
    except TypeError:
        # Rust takes no lone surrogates.
        return encode(
            [readable(text) for text in texts], add_special_tokens=False
        )
