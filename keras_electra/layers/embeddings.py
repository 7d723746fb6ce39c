"""Token, position and segment embeddings."""

import keras
from keras import ops

from keras_electra.layers.dropout import ElectraDropout
from keras_electra.layers.id_range import check_ids


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraEmbeddings(keras.layers.Layer):
    """Word, position and segment embeddings, summed and normalized.

    Args:
        vocabulary_size: int. Pieces, V.
        embedding_dim: int. Width, E.
        max_sequence_length: int. Longest input, in tokens.
        num_segments: int, default `2`. Segments (token types). With 1, all
            tokens belong to it, and `segment_ids` are ignored.
        dropout: float, default `0.0`. Rate on the result.
        layer_norm_epsilon: float, default `1e-12`.
        embeddings_initializer: initializer of the three tables.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        token_ids: int, `(B, T)`; or `None` with `input_embeddings`.
        segment_ids: int, `(B, T)`.
        position_ids: int, `(B, T)`; `None` counts from 0.
        input_embeddings: float, `(B, T, E)`, instead of the word embeddings.
        training: bool. Whether to apply dropout.

    Returns:
        float, `(B, T, E)`.

    Raises:
        ValueError: if T is known and above `max_sequence_length`, if ids have
            no row in their table (checked outside of compiled functions), or
            if not exactly one of `token_ids` and `input_embeddings` is given.

    Example:
    ```python
    layer = keras_electra.layers.ElectraEmbeddings(100, 16, 32)
    layer(np.ones((2, 8), "int32"), np.zeros((2, 8), "int32"))
    ```

    Reference: Clark et al., 2020, section 3.2 (shared whole between the two
    models). Checkpoint names: `embeddings.*`.
    """

    def __init__(
        self,
        vocabulary_size,
        embedding_dim,
        max_sequence_length,
        num_segments=2,
        dropout=0.0,
        layer_norm_epsilon=1e-12,
        embeddings_initializer="uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.max_sequence_length = max_sequence_length
        self.num_segments = num_segments
        self.dropout_rate = dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.embeddings_initializer = keras.initializers.get(
            embeddings_initializer
        )
        with keras.RematScope(mode=None):  # Gathers are cheap to keep.
            self._make_layers()

    def _make_layers(self):
        common = {"dtype": self.dtype_policy}
        tables = {
            "output_dim": self.embedding_dim,
            "embeddings_initializer": keras.initializers.serialize(
                self.embeddings_initializer
            ),
            **common,
        }
        # Reversible, because the generator's head projects back through it.
        self.token_embedding = keras.layers.ReversibleEmbedding(
            self.vocabulary_size, name="token_embedding", **tables
        )
        self.position_embedding = keras.layers.Embedding(
            self.max_sequence_length, name="position_embedding", **tables
        )
        self.segment_embedding = keras.layers.Embedding(
            self.num_segments, name="segment_embedding", **tables
        )
        self.layer_norm = keras.layers.LayerNormalization(
            epsilon=self.layer_norm_epsilon, name="layer_norm", **common
        )
        self.dropout = ElectraDropout(
            self.dropout_rate, name="dropout", **common
        )

    def build(self, *_, **__):
        for table in (
            self.token_embedding,
            self.position_embedding,
            self.segment_embedding,
        ):
            table.build((None, None))
        self.layer_norm.build((None, None, self.embedding_dim))
        self.built = True

    def call(
        self,
        token_ids=None,
        segment_ids=None,
        position_ids=None,
        input_embeddings=None,
        training=None,
    ):
        if (token_ids is None) == (input_embeddings is None):
            raise ValueError(
                "Exactly one of `token_ids` and `input_embeddings` must be "
                f"given. Received: token_ids={token_ids}, "
                f"input_embeddings={input_embeddings}."
            )
        if self.num_segments == 1:
            segment_ids = None
        check_ids("token_ids", token_ids, self.vocabulary_size)
        check_ids("segment_ids", segment_ids, self.num_segments)
        check_ids("position_ids", position_ids, self.max_sequence_length)
        if input_embeddings is None:
            ones = ops.ones_like(token_ids, dtype="int32")  # (B, T)
            x = self.token_embedding(token_ids)  # (B, T, E)
        else:
            ones = ops.ones_like(input_embeddings[..., 0], dtype="int32")
            x = ops.cast(input_embeddings, self.compute_dtype)
        self._check_length(ones.shape[-1])
        if position_ids is None:
            # The one form of counting that traces with dynamic shapes on
            # every backend; see docs/design.md.
            position_ids = ops.subtract(ops.cumsum(ones, axis=-1), 1)
        if segment_ids is None:
            segment_ids = ops.zeros_like(ones)
        x = ops.add(x, self.segment_embedding(segment_ids))
        x = ops.add(x, self.position_embedding(position_ids))
        return self.dropout(self.layer_norm(x), training=training)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call

    def _check_length(self, length):
        if isinstance(length, int) and length > self.max_sequence_length:
            raise ValueError(
                "Sequences must not be longer than `max_sequence_length`. "
                f"Received: length {length}, "
                f"max_sequence_length={self.max_sequence_length}. Truncate "
                "the input, or split it into windows."
            )

    def compute_output_shape(
        self,
        token_ids_shape=None,
        segment_ids_shape=None,
        position_ids_shape=None,
        input_embeddings_shape=None,
    ):
        shape = token_ids_shape or input_embeddings_shape[:-1]
        return (*shape, self.embedding_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "max_sequence_length": self.max_sequence_length,
            "num_segments": self.num_segments,
            "dropout": self.dropout_rate,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "embeddings_initializer": keras.initializers.serialize(
                self.embeddings_initializer
            ),
        }
