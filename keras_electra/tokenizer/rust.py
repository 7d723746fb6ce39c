"""The Rust tokenizer that a set of options describes."""

import functools

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers

from keras_electra.tokenizer.in_graph import InGraphTokenizer
from keras_electra.tokenizer.texts import readable
from keras_electra.tokenizer.word_cache import WordCache


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
        if lacking:
            raise ValueError(
                "The vocabulary must hold every special token. Missing: "
                f"{lacking}. Name the tokens as the vocabulary does "
                "(`cls_token=` and so on), or pass those that are to get new "
                "ids as `added_tokens` too."
            )
        self.vocabulary = list(vocabulary)
        self.rust = build_rust_tokenizer(options, self.vocabulary)
        ids = self.rust.get_vocab(with_added_tokens=True)
        self.tokens = sorted(ids, key=ids.get)
        self.ids = ids
        self._options = options
        added = [token["content"] for token in options.tokens_to_add]
        self._cache = WordCache(
            self.rust, options.clean_text, options.sep_token, added
        )

    @functools.cached_property
    def in_graph(self):
        """`InGraphTokenizer` of the same options and pieces."""
        return InGraphTokenizer(self._options, self.vocabulary, self.ids)

    def tokenize(self, texts):
        """Ids of each text, packed.

        Args:
            texts: list of str.

        Returns:
            list of bytes: int32 in the machine's order, one item a text.
        """
        return self._cache(texts)

    def encode(self, texts):
        """Ids, offsets and word numbers of each text.

        Args:
            texts: list of str.

        Returns:
            list of `tokenizers.Encoding`, without the special tokens that
            frame a sequence.
        """
        return encode_batch(self.rust.encode_batch, texts)


def encode_batch(encode, texts):
    """Calls a batch method of the Rust tokenizer; it takes no surrogates."""
    try:
        return encode(texts, add_special_tokens=False)
    except TypeError:
        return encode(
            [readable(text) for text in texts], add_special_tokens=False
        )


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
    if options.basic_tokenization:
        rust.normalizer = normalizers.BertNormalizer(
            clean_text=options.clean_text,
            handle_chinese_chars=options.split_on_cjk,
            strip_accents=options.strip_accents,
            lowercase=options.lowercase,
        )
        rust.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    else:
        rust.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    rust.decoder = decoders.WordPiece(
        prefix=options.suffix_indicator,
        cleanup=options.clean_up_tokenization_spaces,
    )
    for token in options.tokens_to_add:
        keywords = dict(token)
        added = tokenizers.AddedToken(keywords.pop("content"), **keywords)
        if added.special:
            rust.add_special_tokens([added])
        else:
            rust.add_tokens([added])
    rust.encode_special_tokens = not options.special_tokens_in_strings
    return rust
