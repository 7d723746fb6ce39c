"""Return the encoder's hidden states and attention weights."""

from keras import ops

from keras_electra.input_names import NamedInputs
from keras_electra.layers.block_details import ElectraBlockDetails
from keras_electra.layers.causal_mask import causal_mask


class BackboneDetailsMixin(NamedInputs):
    """`call_with_details` of `ElectraBackbone`, whose layers it runs."""

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
    ):
        """Run the encoder and return its hidden states and attention weights.

        Works on arrays, and on symbolic inputs to build a functional model
        with more outputs. Attention runs without the fused kernel, which
        keeps no weights.

        Args:
            token_ids: int, `(B, T)`; or `None` with `input_embeddings`.
            segment_ids: int, `(B, T)`; `None` for all 0.
            padding_mask: int or bool, `(B, T)`; `None` for all 1.
            position_ids: int, `(B, T)`; `None` counts from 0.
            input_embeddings: float, `(B, T, E)`, instead of `token_ids`:
                word embeddings of your own, before positions are added.
            encoder_hidden_states: float, `(B, S, D)`, for a decoder with
                cross-attention; `None` leaves that out.
            encoder_padding_mask: int or bool, `(B, S)`; `None` for all 1.
            training: bool, default `False`. Whether to apply dropout; `None`
                in a functional model that is to be trained.

        Returns:
            A dict: `"sequence_output"`, float `(B, T, D)`; `"hidden_states"`,
            a list of `num_layers + 1` such tensors, the projected embeddings
            first; `"attentions"`, a list of `num_layers` of float
            `(B, H, T, T)`; `"cross_attentions"`, a list of `num_layers` of
            float `(B, H, T, S)`, or empty.

        Raises:
            ValueError: if not exactly one of `token_ids` and
                `input_embeddings` is given, or if there is an encoder's
                output and no cross-attention.

        Example:
        ```python
        details = backbone.call_with_details(
            **backbone.input, position_ids=keras.Input((None,), dtype="int32")
        )
        ```
        """
        x = self.embeddings(
            token_ids,
            segment_ids,
            position_ids=position_ids,
            input_embeddings=input_embeddings,
            training=training,
        )
        if self.embeddings_projection is not None:
            x = self.embeddings_projection(x)
        mask, encoder = padding_mask, {}
        if self.is_decoder:
            ones = ops.ones_like(x[..., 0], dtype="int32")
            mask = causal_mask(ones if mask is None else mask)
        if encoder_hidden_states is not None:
            self._check_cross_attention()
            encoder = {
                "encoder_hidden_states": encoder_hidden_states,
                "encoder_padding_mask": encoder_padding_mask,
            }
        hidden_states, attentions, cross_attentions = [x], [], []
        for layer in self.transformer_layers:
            x, weights, *cross = ElectraBlockDetails(layer)(
                x, mask, training=training, **encoder
            )
            hidden_states.append(x)
            attentions.append(weights)
            cross_attentions += cross
        return {
            "sequence_output": x,
            "hidden_states": hidden_states,
            "attentions": attentions,
            "cross_attentions": cross_attentions,
        }

    def _check_cross_attention(self):
        if not self.add_cross_attention:
            raise ValueError(
                "`encoder_hidden_states` requires a backbone with "
                "cross-attention. Received: a backbone with "
                "add_cross_attention=False. Build it with `is_decoder=True, "
                "add_cross_attention=True`."
            )
