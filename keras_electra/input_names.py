"""Check the names of a model's inputs, and that ids are 32-bit integers."""

import collections.abc

import numpy as np

# What Transformers and other libraries call an input, and what to do instead.
_HINTS = {
    "input_ids": "`input_ids` is `token_ids` here",
    "token_type_ids": "`token_type_ids` is `segment_ids` here",
    "attention_mask": "`attention_mask` is `padding_mask` here",
    "encoder_attention_mask": "`encoder_attention_mask` is "
    "`encoder_padding_mask` here",
    "position_ids": "`position_ids` is an argument of `call_with_details`",
    "inputs_embeds": "`inputs_embeds` is `input_embeddings` of "
    "`call_with_details`",
    "labels": "`labels` is the argument `y` of `fit` and `evaluate`",
}


def check_input_names(inputs, known, passed=()):
    """Raise if a dict of inputs has names outside of `known` and `passed`."""
    if not isinstance(inputs, collections.abc.Mapping):
        return
    unknown = [name for name in inputs if name not in (*known, *passed)]
    if unknown:
        hints = [_HINTS[name] for name in unknown if name in _HINTS]
        raise ValueError(
            f"The inputs of the model must be among {list(known)}. Received: "
            f"unknown inputs {unknown}. "
            f"{'; '.join(hints) or 'Leave them out'}."
        )


def check_integers_fit(inputs):
    """Raise for ids and masks in memory that Keras would cut to int32."""
    if not isinstance(inputs, collections.abc.Mapping):
        return
    limits = np.iinfo("int32")
    for name, value in inputs.items():
        if not isinstance(value, (np.ndarray, list)):
            continue
        array = np.asarray(value)
        if name == "token_ids" and not array.size:
            raise ValueError(
                "`token_ids` must hold at least one row, and at least one "
                f"token in each row. Received: shape {array.shape}."
            )
        fits = array.dtype.kind in "iub" and (
            not array.size
            or limits.min <= array.min() <= array.max() <= limits.max
        )
        if not fits and not name.endswith("_states"):
            raise ValueError(
                f"`{name}` must hold 32-bit integers. Received: dtype "
                f"{array.dtype}"
                + (
                    f", values from {array.min()} to {array.max()}."
                    if array.size and array.dtype.kind in "iuf"
                    else "."
                )
            )


class NamedInputs:
    """A functional model that refuses inputs it does not have.

    Goes before the Keras class in the bases.
    """

    @property
    def input_names(self):
        """list of string. The inputs that `call` takes."""
        return list(self.input)

    def __call__(self, inputs, *args, **kwargs):
        check_input_names(inputs, self.input_names)
        check_integers_fit(inputs)
        return super().__call__(inputs, *args, **kwargs)

    # Keras on JAX calls this method directly while it trains.
    def call(self, inputs, training=None, mask=None):
        check_input_names(inputs, self.input_names)
        return super().call(inputs, training=training, mask=mask)
