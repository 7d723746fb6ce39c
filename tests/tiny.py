"""One tiny model for all tests: built in a moment, with weights that matter."""

import gc

import numpy as np

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *"abcdefghijklmnopqrstuvwxyz.,!?'",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
    *"the quick brown fox jumps over lazy dog fake good bad food".split(),
    *"this is great terrible not very movie".split(),
]

CONFIG = {
    "vocabulary_size": len(VOCABULARY),
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 16,
    "intermediate_dim": 32,
    "embedding_dim": 8,
    "max_sequence_length": 32,
}


def tokenizer(**kwargs):
    from keras_electra import ElectraTokenizer

    return ElectraTokenizer(VOCABULARY, **kwargs)


def backbone(**kwargs):
    from keras_electra import ElectraBackbone

    return ElectraBackbone(**{**CONFIG, **kwargs})


def spread_weights(model, scale=0.5, seed=0):
    """Random weights of standard deviation `scale`, LayerNorm gains about 1.

    At the usual 0.02 every block is nearly the identity, and a wrong
    activation or a missing transpose hides below any tolerance.
    """
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        value = rng.normal(0, scale, weight.shape)
        weight.assign(value + (weight.name == "gamma"))
    return model


def quantize(model, mode=None, **kwargs):
    # Keras collects garbage once a layer, through all that the suite has made.
    gc.freeze()
    try:
        model.quantize(mode, **kwargs)
    finally:
        gc.unfreeze()


def inputs(batch=3, length=8, seed=0):
    """Token ids with some padding in every row but the first."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(5, len(VOCABULARY), (batch, length)).astype("int32")
    mask = np.ones((batch, length), dtype="int32")
    for row in range(1, batch):
        mask[row, length - row :] = 0
    segments = (np.arange(length) >= length // 2) * mask
    return {
        "token_ids": ids * mask,
        "segment_ids": segments.astype("int32"),
        "padding_mask": mask,
    }


TEXTS = [
    "this movie is very good!",
    "a terrible movie, not good.",
    "",
    "the quick brown fox jumps over the lazy dog",
    "food",
    "this is not very good food, is this?",
    "great",
]
LABELS = [1, 0, 0, 1, 1, 0, 1]
