"""Ids of whole words, remembered."""

import re

import numpy as np

from keras_electra.tokenizer.texts import readable

# Long enough for nearly all text between two blanks; base64 is not kept.
_LONGEST_KEPT = 64


class WordCache:
    """Maps texts to ids, remembering what stood between two blanks.

    BERT's tokenization never looks across white space, added tokens apart. So
    most of the work on a text is a dictionary look-up for each of its words,
    which is several times faster than running WordPiece on them again; the
    words not yet known go through Rust together.

    Args:
        rust: `tokenizers.Tokenizer`.
        clean_text: bool. Whether the normalizer drops control characters.
        separator: str. A special token to put between unknown words.
        added: list of str. Texts that hold one of them are left to Rust.
        size: int. Words kept at most; when full it starts afresh.

    Call arguments:
        texts: list of str.

    Returns:
        list of bytes: the ids of each text, as int32 in the machine's order.
    """

    def __init__(self, rust, clean_text, separator, added, size=1 << 17):
        self._rust = rust
        self._separator = separator
        self._separator_id = rust.token_to_id(separator)
        self._size = size
        self._ids = {}
        self._added = re.compile("|".join(map(re.escape, added)) or r"(?!)")
        # What `str.split` takes for white space and Rust does not: Rust drops
        # these when it cleans text, or sees ordinary characters in them.
        self._odd = "\x1c\x1d\x1e\x1f" + ("\x0b\x0c\x85" if clean_text else "")
        self._first = "".join({text[0] for text in added})

    def __call__(self, texts):
        known = self._ids
        rows = []
        late = []
        for index, text in enumerate(texts):
            words = self._words(text)
            if words is None:
                late.append((index, None))
                rows.append(b"")
                continue
            try:
                rows.append(b"".join([known[word] for word in words]))
            except KeyError:
                late.append((index, words))
                rows.append(b"")
        if late:
            self._fill(texts, rows, late)
        return rows

    def _words(self, text):
        """The words of a text, or None if only Rust may divide it."""
        if any(first in text for first in self._first) and (
            self._added.search(text)
        ):
            return None
        if any(odd in text for odd in self._odd):
            return None
        return text.split()

    def _fill(self, texts, rows, late):
        """Runs Rust on texts with unknown words and completes their rows."""
        whole = [index for index, words in late if words is None]
        for index, row in zip(
            whole, self._encode([texts[i] for i in whole]), strict=True
        ):
            rows[index] = row
        known = self._ids
        wanted = {
            word: None
            for _, words in late
            if words is not None
            for word in words
        }
        fresh = {}
        unknown = []
        for word in wanted:
            row = known.get(word)
            if row is None:
                unknown.append(word)
            else:
                fresh[word] = row
        fresh.update(zip(unknown, self._encode_words(unknown), strict=True))
        for index, words in late:
            if words is not None:
                rows[index] = b"".join([fresh[word] for word in words])
        if len(known) + len(unknown) > self._size:
            known.clear()
        for word in unknown[: self._size]:
            if len(word) <= _LONGEST_KEPT:
                known[word] = fresh[word]

    def _encode_words(self, words):
        """Rows of ids of words, all in one text with separators between."""
        if not words:
            return []
        text = f" {self._separator} ".join(words)
        ids = np.frombuffer(self._encode([text])[0], dtype="int32")
        ends = np.flatnonzero(ids == self._separator_id)
        if len(ends) != len(words) - 1:
            # A word that spells the separator only once it is normalized.
            return self._encode(words)
        starts = [0, *(ends + 1).tolist()]
        ends = [*ends.tolist(), len(ids)]
        return [
            ids[start:end].tobytes()
            for start, end in zip(starts, ends, strict=True)
        ]

    def _encode(self, texts):
        if not texts:
            return []
        try:
            encodings = self._rust.encode_batch_fast(
                texts, add_special_tokens=False
            )
        except TypeError:
            # Rust takes no lone surrogates.
            encodings = self._rust.encode_batch_fast(
                [readable(text) for text in texts], add_special_tokens=False
            )
        return [np.array(e.ids, dtype="int32").tobytes() for e in encodings]
