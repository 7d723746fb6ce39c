"""Texts as the high-level methods of tasks and exported models take them."""

from keras_electra.text.raw_text import split_pair
from keras_electra.text.words import are_words, as_words
from keras_electra.tokenizer.texts import as_batch, as_texts


def check_preprocessor(model, method):
    if model.preprocessor is None:
        raise ValueError(
            f"`{method}` needs a preprocessor, and this model has none. Set "
            "the task's `preprocessor`, before exporting it if this model is "
            "an export; or call the model on a dict of token ids."
        )


def read_texts(model, texts, method, pairs=False, words=False):
    """Read one text, or a list of them, for a high-level method.

    Args:
        model: a task or an exported model.
        texts: a string, or a list of strings.
        method: string. Name of the method, for error messages.
        pairs: bool. Whether `texts` may also be a pair of strings, a pair of
            lists, or a list of pairs.
        words: bool. Whether `texts` may also be a list of lists of words.

    Returns:
        A pair: a tuple of one or two lists, and whether a single text or pair
        was given.
    """
    check_preprocessor(model, method)
    batch, is_single = as_batch(texts)
    if words and are_words(batch):
        return (as_words(batch),), False
    first, second = split_pair(batch)
    if not pairs and (second is not None or isinstance(batch, tuple)):
        raise ValueError(
            f"`texts` must be a string or a list of strings; `{method}` does "
            f"not take pairs. Received: a {type(batch).__name__} of "
            f"{len(batch)}."
        )
    texts, _ = as_texts(first, "texts")
    if second is None:
        return (texts,), is_single
    second, _ = as_texts(second, "texts")
    if len(texts) != len(second):
        raise ValueError(
            "Both columns of a pair must have the same number of texts. "
            f"Received: {len(texts)} and {len(second)}."
        )
    return (texts, second), is_single
