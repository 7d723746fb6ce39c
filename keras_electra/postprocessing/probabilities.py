"""Softmax and sigmoid of numpy arrays."""

import numpy as np


def softmax(logits, axis=-1):
    exps = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


def sigmoid(logits):
    return 0.5 * (1 + np.tanh(logits / 2))  # Never overflows.
