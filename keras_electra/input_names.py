"""Check the names of a model's inputs."""

import collections.abc

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


class NamedInputs:
    """A functional model that refuses inputs it does not have.

    Goes before the Keras class in the bases.
    """

    @property
    def input_names(self):
        """list of string. The inputs that `call` takes."""
        return list(self.input)

    def call(self, inputs, training=None, mask=None):
        check_input_names(inputs, self.input_names)
        return super().call(inputs, training=training, mask=mask)
