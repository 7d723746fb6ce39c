"""Words that stay whole: `never_split` of Transformers' BertTokenizer."""

import re
import unicodedata

import numpy as np

from keras_electra.tokenizer.code_points import CLEAN_WHITE_SPACE, WHITE_SPACE
from keras_electra.tokenizer.texts import readable

# Rust's list, gap in extension E included.
_CJK = (
    "\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b920-\U0002ceaf\uf900-\ufaff"
    "\U0002f800-\U0002fa1f"
)


class NeverSplit:
    """Tokenizes around words that are looked up as they stand.

    As in the class that Transformers keeps as `BertTokenizerLegacy`: a word
    between white space that is one of `never_split` is neither lowercased nor
    divided, but looked up, and is unknown if it is no token. So is a word that
    becomes one of them when punctuation is split off.

    Args:
        rust: `tokenizers.Tokenizer`.
        options: `TokenizerOptions`.

    Call arguments:
        text: str.

    Returns:
        int32 array `(T, 4)`: id, start, stop and word number of each token.
    """

    def __init__(self, rust, options):
        self._rust = rust
        ids = rust.get_vocab(with_added_tokens=True)
        unknown = ids[options.unk_token]
        self._protected = {
            word: ids.get(word, unknown) for word in options.never_split
        }
        self._unknown = unknown
        # Wordpiece leaves words whole that are pieces; only others differ.
        self._lacking = {w for w in self._protected if w not in ids}
        added = "|".join(
            re.escape(token["content"])
            for token in sorted(
                options.tokens_to_add, key=lambda t: -len(t["content"])
            )
            if options.special_tokens_in_strings or not token["special"]
        )
        added = added or r"(?!)"
        self._clean = options.basic_tokenization and options.clean_text
        spaces = CLEAN_WHITE_SPACE if self._clean else WHITE_SPACE
        apart = re.escape("".join(sorted(spaces)))
        if options.basic_tokenization and options.split_on_cjk:
            apart += _CJK
        self._spans = re.compile(f"(?:{added})|((?:(?!{added})[^{apart}])+)")

    def __call__(self, text):
        text = readable(text)
        tables = []
        done = words = 0
        for start, stop, token_id in [*self._whole(text), (len(text),) * 3]:
            tables.append(self._around(text[done:start], done))
            if start < len(text):
                tables.append(np.array([[token_id, start, stop, 0]], "int32"))
            done = stop
        for table in tables:
            table[:, 3] += words
            words = table[-1, 3] + 1 if len(table) else words
        return np.concatenate(tables)

    def _whole(self, text):
        """Start, stop and id of each word that stays whole."""
        for found in self._spans.finditer(text):
            word = found[1]
            if word is None:
                continue
            if self._clean:
                word = "".join(c for c in word if not _is_dropped(c))
            word = unicodedata.normalize("NFC", word)
            if word in self._protected:
                yield *found.span(), self._protected[word]

    def _around(self, text, shift):
        """Tokens of a text in which no word stays whole."""
        table = table_of(self._rust.encode(text, add_special_tokens=False))
        table[:, 1:3] += shift
        if not self._lacking or not len(table):
            return table
        kept = []
        for word in range(int(table[-1, 3]) + 1):
            rows = table[table[:, 3] == word]
            spelled = text[rows[0, 1] - shift : rows[-1, 2] - shift]
            if self._rust.normalizer is not None:
                spelled = self._rust.normalizer.normalize_str(spelled).strip()
            if spelled in self._lacking:
                rows = [[self._unknown, rows[0, 1], rows[-1, 2], word]]
            kept.extend(rows)
        return np.array(kept, dtype="int32")


def table_of(encoding):
    """One `tokenizers.Encoding` as an array.

    Args:
        encoding: `tokenizers.Encoding` without framing tokens.

    Returns:
        int32 array `(T, 4)`: id, start, stop and word number of each token.
    """
    table = np.empty((len(encoding.ids), 4), dtype="int32")
    table[:, 0] = encoding.ids
    table[:, 1:3] = np.array(encoding.offsets, dtype="int32").reshape(-1, 2)
    table[:, 3] = encoding.word_ids
    return table


def _is_dropped(char):
    """Whether the cleaning of text drops a character."""
    if char in "\t\n\r":
        return False
    return char == "\ufffd" or unicodedata.category(char) in ("Cc", "Cf", "Co")
