"""Question-answering head of the 2020 code."""

import keras
from keras import ops

from keras_electra.layers.activations import gelu
from keras_electra.layers.pair_dense import ElectraPairDense

# Width of the hidden layers, and what is added to impossible logits.
_UNITS = 512
_STARTS = 4  # Scored together.
_IMPOSSIBLE = -1000.0


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraJointSpanHead(keras.layers.Layer):
    """Where an answer starts, where it then ends, and whether there is none.

    A start is scored alone; an end together with a start: dense(512) of both
    vectors -> gelu -> dense(1). In training that is the true start, afterwards
    each of the `beam_size` best ones. Whether there is no answer is read off
    the vector of [CLS] and the mean of all vectors, weighted by how likely
    each is the start: dense(512) -> gelu -> dense(1). An answer lies in the
    second segment, or on [CLS], which means none.

    Args:
        beam_size: int, default `20`, K. Starts to find ends for.
        kernel_initializer: initializer of the dense layers.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        segment_ids: int, `(B, T)`.
        padding_mask: int, `(B, T)`.
        start_positions: int, `(B,)`: the starts to score ends with; `None`
            for the best ones.

    Returns:
        A dict of logits: `start`, float `(B, T)`; `impossible`, float `(B, 1)`;
        and `end`, float `(B, T)` for given starts. Without them `end` is
        `(B, T, K)`, and there is `top_starts`, float32 `(B, K)`, the positions
        of the starts, best first; where there are fewer, that of [CLS].

    Example:
    ```python
    head = keras_electra.layers.ElectraJointSpanHead()
    outputs = head(backbone(inputs), inputs["segment_ids"],
                   inputs["padding_mask"])
    ```

    Reference: `finetune/qa/qa_tasks.py` of google-research/electra.
    """

    def __init__(
        self, beam_size=20, kernel_initializer="glorot_uniform", **kwargs
    ):
        super().__init__(**kwargs)
        self.beam_size = beam_size
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

        def dense(units, name, activation=None):
            return keras.layers.Dense(
                units,
                activation=activation,
                kernel_initializer=self.kernel_initializer,
                dtype=self.dtype_policy,
                name=name,
            )

        with keras.RematScope(mode=None):  # See `head_layers.py`.
            self.start = dense(1, "start")
            self.end_hidden = ElectraPairDense(
                _UNITS,
                kernel_initializer=self.kernel_initializer,
                dtype=self.dtype_policy,
                name="end_hidden",
            )
            self.end = dense(1, "end")
            self.impossible_hidden = dense(_UNITS, "impossible_hidden", gelu)
            self.impossible = dense(1, "impossible")

    def build(self, hidden_states_shape, *_, **__):
        batch, _, width = hidden_states_shape
        self.start.build(hidden_states_shape)
        self.end_hidden.build((batch, None, width), hidden_states_shape)
        self.end.build((batch, None, _UNITS))
        self.impossible_hidden.build((batch, 2 * width))
        self.impossible.build((batch, _UNITS))
        self.built = True

    def call(
        self, hidden_states, segment_ids, padding_mask, start_positions=None
    ):
        x = hidden_states  # (B, T, D)
        length = ops.shape(x)[1]
        mask = ops.cast(padding_mask, "int32")
        # [CLS] is the first token, wherever padding is.
        cls = ops.one_hot(ops.argmax(mask, axis=1), length, dtype=x.dtype)
        allowed = ops.cast(
            ops.logical_and(ops.equal(segment_ids, 1), ops.equal(mask, 1)),
            x.dtype,
        )
        barred = _IMPOSSIBLE * (1.0 - ops.maximum(allowed, cls))  # (B, T)

        start = ops.squeeze(self.start(x), -1) + barred  # (B, T)
        outputs = {"start": start}
        if start_positions is None:
            starts = self._best(start, ops.argmax(mask, axis=1))  # (B, K)
            outputs["top_starts"] = ops.cast(starts, "float32")
        else:
            starts = ops.expand_dims(ops.cast(start_positions, "int32"), -1)
        chosen = ops.one_hot(starts, length, dtype=x.dtype)  # (B, K, T)
        first = ops.matmul(chosen, x)  # (B, K, D)
        # A few starts at a time: 512 numbers for each of K * T pairs are more
        # than all that the encoder computes.
        ends = [
            self.end(self.end_hidden(first[:, at : at + _STARTS], x))
            for at in range(0, first.shape[1], _STARTS)
        ]  # Each (B, T, K', 1)
        ends = ops.squeeze(ops.concatenate(ends, axis=2), -1)  # (B, T, K)
        ends = ends + ops.expand_dims(barred, -1)
        if start_positions is not None:
            ends = ops.squeeze(ends, -1)
        outputs["end"] = ends

        weights = ops.softmax(start, axis=-1)
        # The first vector of each row is that of [CLS], the second the mean.
        summary = ops.matmul(ops.stack([cls, weights], axis=1), x)  # (B, 2, D)
        summary = ops.reshape(summary, (-1, 2 * x.shape[-1]))
        summary = self.impossible_hidden(summary)
        outputs["impossible"] = self.impossible(summary)  # (B, 1)
        return outputs

    def _best(self, start, cls):
        """The positions of the best starts; [CLS] where there are too few."""
        # A sequence may be shorter than the beam.
        wide = ops.pad(
            start,
            [[0, 0], [0, self.beam_size]],
            constant_values=2 * _IMPOSSIBLE,
        )
        values, positions = ops.top_k(wide, self.beam_size)
        real = ops.greater(values, _IMPOSSIBLE / 2)
        cls = ops.expand_dims(ops.cast(cls, "int32"), -1)
        return ops.where(real, ops.cast(positions, "int32"), cls)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # As every head; see `head_layers.py`.

    def get_config(self):
        return {
            **super().get_config(),
            "beam_size": self.beam_size,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }
