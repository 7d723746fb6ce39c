"""Vocabulary and options, as tensorflow-text is to have them."""

from keras_electra.tokenizer.code_points import punctuation, regex_class
from keras_electra.tokenizer.in_graph.normalizer import LONGEST_COUNT

_ELSEWHERE = (
    "Tokenize before the graph: lists of strings and `grain` pipelines do."
)


def spelled_out(options, vocabulary, renamed, hidden):
    """Pieces as tf-text is to have them.

    Args:
        options: `TokenizerOptions`.
        vocabulary: list of str.
        renamed: dict from characters to others.
        hidden: str. A character that is in no normalized text.

    Returns:
        A tuple of two lists: pieces, and ids of the tokens that they mean.
    """
    suffix = options.suffix_indicator
    names = str.maketrans(renamed)
    pieces = []
    for index, piece in enumerate(vocabulary):
        if [piece] != piece.split():
            # White space in a piece would be found in white space.
            piece = f"{hidden}{index}"
        elif suffix and piece.startswith(suffix) and piece != suffix:
            # tf-text takes not every suffix indicator; this one it does.
            piece = 2 * hidden + piece[len(suffix) :]
        pieces.append(piece.translate(names))
    targets = list(range(len(vocabulary)))
    if options.basic_tokenization and not set(suffix) - punctuation():
        return pieces, targets
    # Rust finds the indicator itself in a text, too.
    for index, piece in enumerate(vocabulary):
        if pieces[index].startswith(2 * hidden):
            pieces.append(piece.translate(names))
            targets.append(index)
    return pieces, targets


def check_options(options):
    """Refuses what the ops cannot do.

    Args:
        options: `TokenizerOptions`.

    Raises:
        ValueError: for `never_split`, an empty suffix indicator, and added
            tokens that are `single_word`.
    """
    if not options.suffix_indicator:
        raise ValueError(
            "`suffix_indicator` must not be empty inside a TensorFlow graph. "
            f"{_ELSEWHERE}"
        )
    if options.never_split:
        raise ValueError(
            "`never_split` must be empty inside a TensorFlow graph. Received: "
            f"never_split={options.never_split}. {_ELSEWHERE}"
        )
    single = [t["content"] for t in options.tokens_to_add if t["single_word"]]
    if single:
        raise ValueError(
            "Added tokens must not be `single_word` inside a TensorFlow graph. "
            f"Received: {single}. {_ELSEWHERE}"
        )


def plain_pattern(options, added):
    """Texts of ASCII with no added token and no too long word in them.

    Args:
        options: `TokenizerOptions`.
        added: list of str. The added tokens to find.

    Returns:
        str, a pattern of RE2.
    """
    firsts = {text[0] for text in added}
    if any(token["normalized"] for token in options.tokens_to_add):
        # Found in normalized text only: nothing is known to be plain.
        return "[^\\x{0}-\\x{10ffff}]"
    plain = regex_class(
        point for point in range(0x21, 0x7F) if chr(point) not in firsts
    )
    count = min(options.max_chars_per_word, LONGEST_COUNT)
    return f"(?:{plain}{{0,{count}}}[ \\t\\n\\r])*{plain}{{0,{count}}}"
