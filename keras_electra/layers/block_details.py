"""An encoder block that returns its attention weights."""

import keras


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraBlockDetails(keras.layers.Layer):
    """The second view of an encoder block: output and attention weights.

    It owns no weights but those of the block it looks into. A layer of its
    own, because a Keras functional model needs every call of one layer to
    return equally many tensors.

    Args:
        block: `ElectraEncoderBlock`.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        attention_mask: int or bool, `(B, T)` or `(B, T, T)`.
        training: bool. Whether to apply dropout.
        **encoder: what a decoder's block takes besides.

    Returns:
        A pair: float `(B, T, D)`, and the attention weights, float
        `(B, H, T, T)`; with an encoder also those of cross-attention.

    Example:
    ```python
    details = keras_electra.layers.ElectraBlockDetails(
        backbone.transformer_layers[0]
    )
    hidden_states, weights = details(np.ones((2, 8, backbone.hidden_dim)))
    ```
    """

    def __init__(self, block, **kwargs):
        kwargs.setdefault("name", f"{block.name}_details")
        super().__init__(dtype=block.dtype_policy, **kwargs)
        self.block = block
        self.built = True

    def call(
        self, hidden_states, attention_mask=None, training=None, **encoder
    ):
        return self.block(
            hidden_states,
            attention_mask=attention_mask,
            return_attention_weights=True,
            training=training,
            **encoder,
        )

    def compute_output_spec(
        self, hidden_states, attention_mask=None, training=None, **encoder
    ):
        return self.block.compute_output_spec(
            hidden_states,
            attention_mask,
            return_attention_weights=True,
            **encoder,
        )

    def get_config(self):
        config = super().get_config()
        config.pop("dtype")  # The block's.
        return {**config, "block": keras.layers.serialize(self.block)}

    @classmethod
    def from_config(cls, config):
        block = keras.layers.deserialize(config.pop("block"))
        return cls(block, **config)
