"""Head of the generator: scores for every token of the vocabulary."""

import keras
from keras import ops

from keras_electra.argument_checks import check_bools
from keras_electra.layers.activations import gelu
from keras_electra.layers.id_range import check_ids


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraMaskedLMHead(keras.layers.Layer):
    """Predict the pieces at some positions, or at all of them.

    dense(E) -> gelu -> LayerNorm -> the output table, transposed -> bias. The
    output table is the encoder's token embedding, the layer itself and not a
    copy, or a table of its own.

    Args:
        token_embedding: `keras.layers.ReversibleEmbedding` of V pieces and
            width E: `backbone.token_embedding`.
        layer_norm_epsilon: float, default `1e-12`.
        kernel_initializer: initializer of the dense layer, and of the output
            table where it is not tied.
        tie_word_embeddings: bool, default `True`. Whether the output table is
            `token_embedding`; `False` gives the head one of its own.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        hidden_states: float, `(B, T, D)`.
        mask_positions: int, `(B, M)`, where to predict; `None` for every
            position, and M is then T.

    Returns:
        Logits, float, `(B, M, V)`.

    Raises:
        ValueError: if `token_embedding` cannot be used in reverse, or if
            `mask_positions` lie outside of the sequence (checked outside of
            compiled functions).

    Example:
    ```python
    head = keras_electra.layers.ElectraMaskedLMHead(backbone.token_embedding)
    head(backbone(inputs), mask_positions=np.array([[1, 4]]))
    ```

    Reference: Clark et al., 2020, section 3.1. Checkpoint names:
    `generator_predictions.*` and `generator_lm_head.*` in Hugging Face.
    """

    def __init__(
        self,
        token_embedding,
        layer_norm_epsilon=1e-12,
        kernel_initializer="glorot_uniform",
        tie_word_embeddings=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(token_embedding, keras.layers.ReversibleEmbedding):
            raise ValueError(
                "`token_embedding` must be a `keras.layers.ReversibleEmbedding`"
                f", as `backbone.token_embedding` is. Received: "
                f"{type(token_embedding).__name__}."
            )
        self.token_embedding = token_embedding
        self.layer_norm_epsilon = layer_norm_epsilon
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        check_bools(tie_word_embeddings=tie_word_embeddings)
        self.tie_word_embeddings = tie_word_embeddings
        common = {"dtype": self.dtype_policy}
        with keras.RematScope(mode=None):  # See `head_layers.py`.
            self.dense = keras.layers.Dense(
                token_embedding.output_dim,
                # As in Transformers, erf for every `activation` of the encoder.
                activation=gelu,
                kernel_initializer=self.kernel_initializer,
                name="dense",
                **common,
            )
            self.layer_norm = keras.layers.LayerNormalization(
                epsilon=layer_norm_epsilon, name="layer_norm", **common
            )
            self.output_embedding = None
            if not tie_word_embeddings:
                self.output_embedding = keras.layers.ReversibleEmbedding(
                    token_embedding.input_dim,
                    token_embedding.output_dim,
                    embeddings_initializer=keras.initializers.serialize(
                        self.kernel_initializer
                    ),
                    name="output_embedding",
                    **common,
                )

    def build(self, hidden_states_shape, mask_positions_shape=None):
        self.dense.build(hidden_states_shape)
        width = self.token_embedding.output_dim
        self.layer_norm.build((*hidden_states_shape[:-1], width))
        if self.output_embedding is not None:
            self.output_embedding.build((None, None))
        self.output_bias = self.add_weight(
            name="output_bias",
            shape=(self.token_embedding.input_dim,),
            initializer="zeros",
        )
        self.built = True

    def call(self, hidden_states, mask_positions=None):
        x = hidden_states  # (B, T, D)
        if mask_positions is not None:
            check_ids("mask_positions", mask_positions, x.shape[1])
            # Before the dense layer: few positions, and a wide vocabulary.
            index = ops.expand_dims(ops.cast(mask_positions, "int32"), -1)
            x = ops.take_along_axis(x, index, axis=1)  # (B, M, D)
        x = self.layer_norm(self.dense(x))  # (B, M, E)
        table = self.output_embedding or self.token_embedding
        x = table(x, reverse=True)  # (B, M, V)
        x = ops.cast(x, self.compute_dtype)
        return ops.add(x, ops.cast(self.output_bias, self.compute_dtype))

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # As every head; see `head_layers.py`.

    def compute_output_shape(
        self, hidden_states_shape, mask_positions_shape=None
    ):
        rows = mask_positions_shape or hidden_states_shape[:-1]
        return (*rows, self.token_embedding.input_dim)

    def get_config(self):
        return {
            **super().get_config(),
            # Alone it comes back with a table of its own; within a task,
            # whose constructor passes the encoder's, the table is shared.
            "token_embedding": keras.saving.serialize_keras_object(
                self.token_embedding
            ),
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
            "tie_word_embeddings": self.tie_word_embeddings,
        }

    @classmethod
    def from_config(cls, config):
        embedding = config["token_embedding"]
        if isinstance(embedding, dict):
            embedding = keras.saving.deserialize_keras_object(embedding)
        return super().from_config({**config, "token_embedding": embedding})
