"""Choose tokens to mask."""

from typing import NamedTuple

import numpy as np

from keras_electra.ignored_label import IGNORED_LABEL


class MaskingRates(NamedTuple):
    """How much is masked, and by what.

    Args:
        selection: float. Share of the tokens to guess.
        length: int, or `None` for that share of the padded length. Positions
            in a row, M.
        mask: float. Share of these that become [MASK].
        random: float. Share that become another token; the rest stay.
    """

    selection: float
    length: int | None
    mask: float
    random: float


def mask_tokens(packed, tokenizer, rates):
    """Hide some tokens of each sequence; new ones at every call.

    As in the 2020 code `max(1, round(rate * tokens))` are chosen, [CLS] and
    [SEP] counted but never chosen. The numbers are drawn from numpy's global
    state, which `keras.utils.set_random_seed` sets.

    Args:
        packed: dict of int arrays `(B, T)`: `token_ids`, `padding_mask`, ...
        tokenizer: `ElectraTokenizer`.
        rates: `MaskingRates`.

    Returns:
        A pair: the dict with hidden tokens and `mask_positions`, int32
        `(B, M)`, ascending, then 0; and labels, int32 `(B, M)`: the tokens
        that were there, then -100.
    """
    rng = np.random.default_rng(np.random.randint(2**31))
    ids, padding = packed["token_ids"], packed["padding_mask"]
    length = ids.shape[1]
    free = (padding == 1) & (tokenizer.special_tokens_mask(ids) == 0)
    rank = np.where(free, rng.random(ids.shape), 2.0).argsort(1).argsort(1)
    width = rates.length or int(max(1, np.round(rates.selection * length)))
    counts = np.maximum(1, np.round(rates.selection * padding.sum(1)))
    counts = np.minimum(counts, np.minimum(free.sum(1), width))
    chosen = rank < counts[:, None]  # (B, T)
    positions = np.where(chosen, np.arange(length), length)
    positions = np.pad(
        np.sort(positions)[:, :width],
        ((0, 0), (0, max(width - length, 0))),
        constant_values=length,
    )  # (B, M)
    real = positions < length
    positions = np.where(real, positions, 0)
    labels = np.take_along_axis(ids, positions, axis=1)
    draw = rng.random(ids.shape)
    others = ordinary_ids(tokenizer)
    random = others[rng.integers(len(others), size=ids.shape)]
    hidden = np.where(draw < rates.mask, tokenizer.mask_token_id, random)
    hidden = np.where(chosen & (draw < rates.mask + rates.random), hidden, ids)
    return {
        **packed,
        "token_ids": hidden.astype("int32"),
        "mask_positions": positions.astype("int32"),
    }, np.where(real, labels, IGNORED_LABEL).astype("int32")


def ordinary_ids(tokenizer):
    """The ids of tokens without a special meaning.

    Args:
        tokenizer: `ElectraTokenizer`.

    Returns:
        int array.
    """
    ids = np.arange(tokenizer.vocabulary_size())
    return np.setdiff1d(ids, tokenizer.special_token_ids)


def find_mask_tokens(packed, tokenizer):
    """Where the texts themselves say [MASK].

    Args:
        packed: dict of int arrays `(B, T)`.
        tokenizer: `ElectraTokenizer`.

    Returns:
        The dict with `mask_positions`, int32 `(B, M)`: ascending, then 0, the
        place of [CLS]. M is the most of any text, at least 1.
    """
    ids = packed["token_ids"]
    found = ids == tokenizer.mask_token_id
    width = max(1, int(found.sum(1).max()))
    length = ids.shape[1]
    positions = np.sort(np.where(found, np.arange(length), length))[:, :width]
    positions = np.where(positions < length, positions, 0)
    return {**packed, "mask_positions": positions.astype("int32")}
