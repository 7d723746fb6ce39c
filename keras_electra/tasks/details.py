"""Hidden states and attention weights of a task, beside its outputs."""

from keras import ops


class DetailsMixin:
    """`call_with_details` of every task."""

    def call_with_details(
        self,
        token_ids=None,
        segment_ids=None,
        padding_mask=None,
        position_ids=None,
        input_embeddings=None,
        encoder_hidden_states=None,
        encoder_padding_mask=None,
        training=False,
        **inputs,
    ):
        """Call the task and return what its encoder computes on the way.

        Works on arrays, and on symbolic inputs to build a functional model
        with more outputs. Gradients of everything that is returned can be
        taken, also with respect to `input_embeddings`.

        Args:
            token_ids: int, `(B, T)`, for multiple choice `(B, C, T)`, and so
                are all others; or `None` with `input_embeddings`.
            segment_ids: int, `(B, T)`; `None` for all 0.
            padding_mask: int or bool, `(B, T)`; `None` for all 1.
            position_ids: int, `(B, T)`; `None` counts from 0.
            input_embeddings: float, `(B, T, E)`, instead of `token_ids`: word
                embeddings, before those of positions and segments are added.
            encoder_hidden_states: float, `(B, S, D)`, for a decoder with
                cross-attention.
            encoder_padding_mask: int or bool, `(B, S)`; `None` for all 1.
            training: bool, default `False`. Whether to apply dropout; `None`
                in a functional model that is to be trained.
            **inputs: other inputs of the task: `mask_positions` of a masked
                language model, which defaults to every position.

        Returns:
            A dict: `"outputs"`, what calling the task returns, such as
            logits; and what `ElectraBackbone.call_with_details` returns:
            `"sequence_output"`, `"hidden_states"`, `"attentions"` and
            `"cross_attentions"`; for multiple choice with B * C rows.

        Raises:
            ValueError: if not exactly one of `token_ids` and
                `input_embeddings` is given, or if an encoder's output is
                given to a model without cross-attention.
            TypeError: for an input that the task does not have.

        Example:
        ```python
        details = classifier.call_with_details(**inputs, training=True)
        details["outputs"], details["hidden_states"][-1]
        view = keras.Model(
            classifier.input, classifier.call_with_details(**classifier.input)
        )
        ```
        """
        unknown = sorted(set(inputs) - set(self.input))
        if unknown:
            raise TypeError(
                "`call_with_details` must be given inputs of the task, "
                f"{sorted(self.input)}, `position_ids` or `input_embeddings`. "
                f"Received: {', '.join(unknown)}."
            )
        like = token_ids if input_embeddings is None else input_embeddings
        if like is not None:
            if input_embeddings is not None:
                like = like[..., 0]
            if segment_ids is None:
                segment_ids = ops.zeros_like(like, dtype="int32")
            if padding_mask is None:
                padding_mask = ops.ones_like(like, dtype="int32")
        inputs = {
            **inputs,
            "segment_ids": segment_ids,
            "padding_mask": padding_mask,
        }
        encoder = {
            "token_ids": token_ids,
            "segment_ids": segment_ids,
            "padding_mask": padding_mask,
            "position_ids": position_ids,
            "input_embeddings": input_embeddings,
        }
        details = self.backbone.call_with_details(
            **self._encoder_rows(encoder),
            encoder_hidden_states=encoder_hidden_states,
            encoder_padding_mask=encoder_padding_mask,
            training=training,
        )
        outputs = self.head_outputs(
            details["sequence_output"], inputs, training=training
        )
        return {"outputs": outputs, **details}

    def head_outputs(self, x, inputs, training=None):
        """The task's outputs for an output of its backbone.

        Args:
            x: float, `(B, T, D)`.
            inputs: dict of the task's inputs.
            training: bool. Whether to apply dropout.

        Returns:
            What calling the task returns.
        """
        raise NotImplementedError

    def _encoder_rows(self, inputs):
        """Inputs of the encoder, with one sequence in a row."""
        return inputs
