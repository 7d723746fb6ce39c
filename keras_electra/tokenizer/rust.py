"""The Rust tokenizer that a set of options describes."""

import functools

import numpy as np
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers

from keras_electra.tokenizer.in_graph.in_graph_tokenizer import InGraphTokenizer
from keras_electra.tokenizer.long_texts import LongTexts
from keras_electra.tokenizer.never_split import NeverSplit, table_of
from keras_electra.tokenizer.word_cache import WordCache, encode_batch

# Texts both longer than this are compared by their characters.
_COMPARED = 1 << 20


class RustEngine:
    """Texts to ids and offsets, as the options and the pieces say.

    Args:
        options: `TokenizerOptions`.
        vocabulary: list of str. The pieces of the WordPiece model; added
            tokens that are not among them get the ids that follow.

    Raises:
        ValueError: if the vocabulary lacks a special token.
    """

    def __init__(self, options, vocabulary):
        given = {*vocabulary, *(t["content"] for t in options.added_tokens)}
        lacking = [t for t in options.named_tokens if t not in given]
        if options.unk_token not in vocabulary and not lacking:
            lacking = [options.unk_token]  # WordPiece itself gives this one.
        if lacking:
            raise ValueError(
                "The vocabulary must hold every special token. Missing: "
                f"{lacking}. Name the tokens as the vocabulary does "
                "(`cls_token=` and so on), or pass those that are to get new "
                "ids, which the one for unknown words cannot, as "
                "`added_tokens` too."
            )
        self.vocabulary = list(vocabulary)
        self.rust = build_rust_tokenizer(options, self.vocabulary)
        self.ids = self.rust.get_vocab(with_added_tokens=True)
        self.tokens = sorted(self.ids, key=self.ids.get)
        self._options = options
        normalizer = self.rust.normalizer
        self._normalize = normalizer.normalize_str if normalizer else str
        self._long_texts = LongTexts(options, self._normalize)
        self._never_split = (
            NeverSplit(self.rust, options) if options.never_split else None
        )
        self._cache = WordCache(self.rust, options)

    @functools.cached_property
    def in_graph(self):
        """`InGraphTokenizer` of the same options and pieces."""
        return InGraphTokenizer(
            self._options, self.vocabulary, self.ids, self._normalize
        )

    def tokenize(self, texts, limit=None, from_end=False):
        """Ids of each text, packed.

        Args:
            texts: list of str.
            limit: int or None. How many ids of a text are wanted; the rest of
                a long text is not looked at. There may be more.
            from_end: bool. Whether the last ids are wanted, not the first.

        Returns:
            list of bytes: int32 in the machine's order, one item a text.
        """
        size = _part_size(limit)
        long = [i for i, text in enumerate(texts) if len(text) > size]
        if not long:
            return self._ids(texts)
        rows = [None] * len(texts)
        for index in long:
            parts = self._rows_of_parts(texts[index], size, from_end)
            rows[index] = _enough(parts, limit, from_end)
        rest = [i for i, row in enumerate(rows) if row is None]
        for index, row in zip(
            rest, self._ids([texts[i] for i in rest]), strict=True
        ):
            rows[index] = row
        return rows

    def has_more_tokens(self, text, other):
        """Whether one text has more tokens than another.

        Where both have over a million characters, these are counted instead:
        only the place of a single piece in a truncated pair depends on it.

        Args:
            text: str.
            other: str.

        Returns:
            bool.
        """
        if min(len(text), len(other)) > _COMPARED:
            return len(text) > len(other)
        counts = [0, 0]
        parts = [
            self._rows_of_parts(x, _part_size(None), False)
            for x in (text, other)
        ]
        while True:
            # The one that is behind goes on; if it cannot, it is the shorter.
            behind = 0 if counts[0] <= counts[1] else 1
            row = next(parts[behind], None)
            if row is None:
                return behind == 1
            counts[behind] += len(row) // 4

    def encode(self, texts, limit=None):
        """Ids, offsets and word numbers of each text.

        Args:
            texts: list of str.
            limit: int or None. How many tokens of a text are wanted; the rest
                of a long text is not looked at. There may be more.

        Returns:
            list of int32 arrays `(T, 4)`: id, first character, the one after
            the last, and word number of each token.
        """
        size = _part_size(limit)
        short = [text for text in texts if len(text) <= size]
        tables = iter(self._tables(short))
        return [
            next(tables)
            if len(text) <= size
            else self._table_of_parts(text, size, limit)
            for text in texts
        ]

    def _rows_of_parts(self, text, size, from_end):
        cut = self._long_texts
        parts = cut.parts_from_end if from_end else cut.parts
        for _, part in parts(text, size):
            yield self._ids([cut.shortened(part)])[0]

    def _table_of_parts(self, text, size, limit):
        tables = [np.empty((0, 4), dtype="int32")]
        count = words = 0
        for start, part in self._long_texts.parts(text, size):
            table = self._tables([part])[0]
            table += np.array([0, start, start, words], dtype="int32")
            tables.append(table)
            words = table[-1, 3] + 1 if len(table) else words
            count += len(table)
            if limit is not None and count >= limit:
                break
        return np.concatenate(tables)

    def _ids(self, texts):
        if self._never_split is None:
            return self._cache(texts)
        return [self._never_split(text)[:, 0].tobytes() for text in texts]

    def _tables(self, texts):
        if self._never_split is not None:
            return [self._never_split(text) for text in texts]
        if not texts:
            return []
        return [
            table_of(encoding)
            for encoding in encode_batch(self.rust.encode_batch, texts)
        ]


def _part_size(limit):
    """Characters to look at in one go: some eight a token."""
    return 1 << 16 if limit is None else min(8 * limit + 64, 1 << 16)


def _enough(parts, limit, from_end):
    """Puts rows of parts together, until there are enough ids."""
    rows = []
    count = 0
    for row in parts:
        rows.append(row)
        count += len(row) // 4
        if limit is not None and count >= limit:
            break
    return b"".join(reversed(rows) if from_end else rows)


def build_rust_tokenizer(options, vocabulary):
    """Builds the Rust tokenizer; without post-processing, which is packing's.

    Args:
        options: `TokenizerOptions`.
        vocabulary: list of str. The pieces of the WordPiece model.

    Returns:
        `tokenizers.Tokenizer`.
    """
    rust = tokenizers.Tokenizer(
        models.WordPiece(
            {piece: index for index, piece in enumerate(vocabulary)},
            unk_token=options.unk_token,
            max_input_chars_per_word=options.max_chars_per_word,
            continuing_subword_prefix=options.suffix_indicator,
        )
    )
    normalizer, splitter = normalizer_and_splitter(options)
    if normalizer is not None:
        rust.normalizer = normalizer
    rust.pre_tokenizer = splitter
    rust.decoder = decoders.WordPiece(
        prefix=options.suffix_indicator,
        cleanup=options.clean_up_tokenization_spaces,
    )
    # All at once, because each call sorts everything anew.
    rust.add_tokens(
        [tokenizers.AddedToken(**token) for token in options.tokens_to_add]
    )
    rust.encode_special_tokens = not options.special_tokens_in_strings
    return rust


def normalizer_and_splitter(options):
    """What comes before WordPiece.

    Args:
        options: `TokenizerOptions`.

    Returns:
        A tuple of the Rust library's normalizer, or None, and pre-tokenizer.
    """
    if not options.basic_tokenization:
        return None, pre_tokenizers.WhitespaceSplit()
    normalizer = normalizers.BertNormalizer(
        clean_text=options.clean_text,
        handle_chinese_chars=options.split_on_cjk,
        strip_accents=options.strip_accents,
        lowercase=options.lowercase,
    )
    return normalizer, pre_tokenizers.BertPreTokenizer()
