"""Token classification: from texts to entities."""

import numpy as np

from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.entity_grouping import (
    EntityGrouping,
    merge_windows,
)
from keras_electra.postprocessing.text_arguments import read_texts
from keras_electra.text.packing import pack_with_offsets
from keras_electra.text.truncation import (
    length_buckets,
    packing_lengths,
    padded_length,
)
from keras_electra.text.words import are_words, as_words

# Texts whose windows are held in memory at a time.
_CHUNK = 512


def tag(
    model,
    texts,
    aggregation="simple",
    stride=None,
    ignore_labels=("O",),
    batch_size=8,
):
    """Find entities; see `ElectraTokenClassifier.tag`.

    Args:
        model: a task or an exported model, with `class_names`,
            `preprocessor`, `max_sequence_length` and `predict_rows`.
        texts: a string, a list of strings, or a list of lists of words.
        aggregation: string, one of `entity_grouping.AGGREGATIONS`.
        stride: int, or `None` to truncate long texts.
        ignore_labels: list of strings.
        batch_size: int.
    """
    (texts,), is_single = read_texts(model, texts, "tag", words=True)
    group = EntityGrouping(
        model.preprocessor.tokenizer,
        model.class_names,
        aggregation,
        ignore_labels,
        stride,
    )
    results = tag_texts(model, texts, group, stride, batch_size)
    return results[0] if is_single else results


def tag_texts(task, texts, group, stride, batch_size):
    """The entities of each text.

    Args:
        task: `ElectraTokenClassifier`.
        texts: list of strings, or of lists of words.
        group: `EntityGrouping`.
        stride: int, or `None` to cut what does not fit.
        batch_size: int. Windows in one step.

    Returns:
        A list with a list of dicts a text.
    """
    results = []
    for start in range(0, len(texts), _CHUNK):
        results += _tag_chunk(
            task, texts[start : start + _CHUNK], group, stride, batch_size
        )
    return results


def _tag_chunk(task, texts, group, stride, batch_size):
    preprocessor = task.preprocessor
    windows = pack_with_offsets(
        preprocessor.tokenizer,
        texts,
        **packing_lengths(task),
        stride=stride or 0,
        return_overflow=stride is not None,
    )
    logits = np.asarray(_predict(task, windows, batch_size), "float32")
    mask = windows["special_tokens_mask"][:, : logits.shape[1], None]
    check_outputs(np.where(mask, 0, logits))
    if are_words(texts):
        texts = [" ".join(row) for row in as_words(texts)]
    found = [[] for _ in texts]
    counts = np.bincount(windows["text_index"], minlength=len(texts))
    begins = np.argmax(windows["padding_mask"], axis=1)
    for row, text in enumerate(windows["text_index"].tolist()):
        kept = np.flatnonzero(windows["special_tokens_mask"][row] == 0)
        found[text] += group(
            texts[text],
            windows["token_ids"][row, kept],
            windows["offsets"][row, kept],
            kept - begins[row],
            logits[row, kept],
        )
    return [
        merge_windows(entities) if count > 1 else entities
        for entities, count in zip(found, counts, strict=True)
    ]


def _predict(task, windows, batch_size):
    """Logits of windows, like lengths together."""
    names = ("token_ids", "segment_ids", "padding_mask")
    lengths = windows["padding_mask"].sum(axis=1)
    longest = windows["padding_mask"].shape[1]
    # Padding before the tokens stays, or outputs would not line up.
    trims = bool(windows["padding_mask"][:, 0].all())

    def batch(rows):
        length = longest
        if trims:
            length = padded_length(
                lengths[rows].max(), longest, length_buckets()
            )
        return {name: windows[name][rows, :length] for name in names}

    return task.predict_rows(lengths, batch, batch_size)
