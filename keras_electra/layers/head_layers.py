"""Layers of task heads with the settings of their backbone."""

import keras

from keras_electra.argument_checks import check_numbers
from keras_electra.layers.joint_span_head import ElectraJointSpanHead
from keras_electra.layers.masked_lm_head import ElectraMaskedLMHead


def check_head(head):
    """Check the name of a task's kind of head.

    Args:
        head: string.

    Raises:
        ValueError: if it is neither `"dense"` nor `"2020"`.
    """
    if not isinstance(head, str) or head not in ("dense", "2020"):
        raise ValueError(
            "`head` must be 'dense' (Transformers) or '2020' (the original "
            f"fine-tuning code). Received: head={head!r}."
        )


def head_dense(backbone, units, **kwargs):
    """A dense layer with the backbone's initializer and dtype policy.

    Args:
        backbone: `ElectraBackbone`.
        units: int. Width of the output.
        **kwargs: other arguments of `keras.layers.Dense`.

    Returns:
        `keras.layers.Dense`.
    """
    # Out of any scope: Keras cannot rematerialize it on every backend, and it
    # is small. See `rematerialization.py`.
    with keras.RematScope(mode=None):
        return keras.layers.Dense(
            units,
            kernel_initializer=keras.initializers.TruncatedNormal(
                stddev=backbone.initializer_range
            ),
            dtype=backbone.dtype_policy,
            **kwargs,
        )


def head_dropout(backbone, rate, **kwargs):
    """A dropout layer with the backbone's dtype policy.

    Args:
        backbone: `ElectraBackbone`.
        rate: float, or `None` for the backbone's rate.
        **kwargs: other arguments of `keras.layers.Dropout`.

    Returns:
        `keras.layers.Dropout`.

    Raises:
        ValueError: if `rate` is not in [0, 1].
    """
    rate = backbone.dropout if rate is None else rate
    check_numbers(0, 1, dropout=rate)
    with keras.RematScope(mode=None):
        return keras.layers.Dropout(rate, dtype=backbone.dtype_policy, **kwargs)


def masked_lm_head(backbone, tie_word_embeddings=True):
    """The generator's head.

    Args:
        backbone: `ElectraBackbone`.
        tie_word_embeddings: bool, default `True`. Whether its output table is
            the backbone's token embedding.

    Returns:
        `ElectraMaskedLMHead`.
    """
    return ElectraMaskedLMHead(
        backbone.token_embedding,
        layer_norm_epsilon=backbone.layer_norm_epsilon,
        kernel_initializer=keras.initializers.TruncatedNormal(
            stddev=backbone.initializer_range
        ),
        tie_word_embeddings=tie_word_embeddings,
        dtype=backbone.dtype_policy,
        name="masked_lm_head",
    )


def joint_span_head(backbone):
    """The question-answering head of the 2020 code.

    Args:
        backbone: `ElectraBackbone`.

    Returns:
        `ElectraJointSpanHead`.
    """
    return ElectraJointSpanHead(
        kernel_initializer=keras.initializers.TruncatedNormal(
            stddev=backbone.initializer_range
        ),
        dtype=backbone.dtype_policy,
        name="span_head",
    )
