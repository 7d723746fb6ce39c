"""Learning the pieces of a WordPiece vocabulary.

The merging is the Rust library's. It numbers what it finds in the order of a
hash table and breaks ties by number, so that its results differ from run to
run; here everything is counted and sorted first, and handed over in an order
that leaves nothing to chance.
"""

import collections
import itertools

import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from keras_electra.tokenizer.rust import normalizer_and_splitter
from keras_electra.tokenizer.texts import as_texts

_LINES_TOGETHER = 1000
_CHUNKS_TOGETHER = 10_000


def count_words(lines, options):
    """Counts words as the tokenizer will see them.

    Args:
        lines: iterable of str.
        options: `TokenizerOptions`.

    Returns:
        dict from word to count, sorted by word.

    Raises:
        ValueError: if there is no text, or something is not text.
    """
    chunks = collections.Counter()
    lines = iter(lines)
    while block := list(itertools.islice(lines, _LINES_TOGETHER)):
        for text in as_texts(block, "texts")[0]:
            chunks.update(text.split())
    normalizer, splitter = normalizer_and_splitter(options)
    by_count = collections.defaultdict(list)
    for chunk, count in chunks.items():
        by_count[count].append(chunk)
    words = collections.Counter()
    for count, group in by_count.items():
        for start in range(0, len(group), _CHUNKS_TOGETHER):
            text = " ".join(group[start : start + _CHUNKS_TOGETHER])
            if normalizer is not None:
                text = normalizer.normalize_str(text)
            for word, _ in splitter.pre_tokenize_str(text):
                words[word] += count
    if not words:
        raise ValueError("There must be text to learn a vocabulary from.")
    return dict(sorted(words.items()))


def learn_pieces(
    words, first, suffix_indicator, size, min_frequency, limit_alphabet
):
    """Joins characters to pieces.

    Args:
        words: dict from word to count.
        first: list of str. Tokens that the vocabulary begins with.
        suffix_indicator: str. What marks a piece that continues a word.
        size: int. Pieces at most.
        min_frequency: int. How often what is joined must occur.
        limit_alphabet: int. Characters kept at most.

    Returns:
        list of str.

    Raises:
        ValueError: if the characters alone are more than `size`.
    """
    counts = collections.Counter()
    inner = set()
    for word, count in words.items():
        for char in word:
            counts[char] += count
        inner.update(word[1:])
    # Of equally frequent characters those with lower code points are kept.
    ranked = sorted(counts, key=lambda char: (-counts[char], char))
    alphabet = sorted(ranked[:limit_alphabet])
    suffixes = [f"{suffix_indicator}{c}" for c in alphabet if c in inner]
    suffixes = suffixes if suffix_indicator else []
    needed = len({*first, *alphabet, *suffixes})
    if size < needed:
        raise ValueError(
            "`vocabulary_size` must leave room for every character. Received: "
            f"vocabulary_size={size}, special tokens and characters {needed}. "
            "Lower `limit_alphabet` or raise `vocabulary_size`."
        )
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=min_frequency,
        show_progress=False,
        # Numbered in this order; the rest is found in the words.
        special_tokens=[*first, *suffixes],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        continuing_subword_prefix=suffix_indicator,
    )
    rust = tokenizers.Tokenizer(models.WordPiece(unk_token=first[0]))
    rust.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    rust.train_from_iterator(_repeated(words), trainer)
    ids = rust.get_vocab()
    joined = set(ids) - {*first, *alphabet, *suffixes}
    rest = [c for c in [*alphabet, *suffixes] if c not in set(first)]
    return [*first, *rest, *sorted(joined, key=ids.get)]


def _repeated(words):
    """Each word as often as it was counted, in texts of bearable length."""
    for word, count in words.items():
        for start in range(0, count, _CHUNKS_TOGETHER):
            times = min(_CHUNKS_TOGETHER, count - start)
            yield f"{word} " * times
