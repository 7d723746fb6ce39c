"""The ELECTRA encoder."""

import keras
import keras_hub

from keras_electra.argument_checks import (
    check_bools,
    check_integers,
    check_numbers,
)
from keras_electra.backbone_details import BackboneDetailsMixin
from keras_electra.keras_internals import register_parameters
from keras_electra.layers.activations import (
    get_activation,
    serialize_activation,
)
from keras_electra.layers.causal_mask import causal_mask
from keras_electra.layers.embeddings import ElectraEmbeddings
from keras_electra.layers.encoder_block import ElectraEncoderBlock
from keras_electra.model_mixin import ModelMixin


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraBackbone(
    BackboneDetailsMixin, ModelMixin, keras_hub.models.Backbone
):
    """The encoder that ELECTRA's generator and discriminator both are.

    Token ids go in, one vector a token comes out. There is no pooler: ELECTRA
    has none. Defaults are those of the released models. Built within
    `keras.RematScope("full")`, it keeps only what goes from block to block for
    the backward pass, and computes the rest again.

    On PyTorch the weights are parameters of a `torch.nn.Module` that holds the
    model. `keras.models.clone_model` returns a plain functional model without
    our methods. To copy a model, build it from its configuration and set its
    weights, as in the example; a task is `type(task).from_config({
    **task.get_config(), "preprocessor": task.preprocessor})`.

    Args:
        vocabulary_size: int. Pieces of the vocabulary, V.
        num_layers: int. Encoder blocks.
        num_heads: int. Attention heads, H; must divide `hidden_dim`.
        hidden_dim: int. Width of the encoder, D.
        intermediate_dim: int. Width inside the feed-forward layers.
        embedding_dim: int, default `hidden_dim`. Width of the embeddings, E;
            where it differs from D, a dense layer projects between them.
        max_sequence_length: int, default `512`. Longest input in tokens.
        num_segments: int, default `2`. Segments (token types). With 1, all
            tokens belong to it, and `segment_ids` are ignored.
        activation: string, default `"gelu"`: `"gelu"` (erf), `"gelu_new"`
            (tanh), `"relu"` or `"silu"`; or a function, registered with
            `keras.saving.register_keras_serializable`.
        dropout: float, default `0.1`. Rate on embeddings and sub-layers.
        attention_dropout: float, default `0.1`. Rate on attention weights.
        layer_norm_epsilon: float, default `1e-12`.
        initializer_range: float, default `0.02`. Standard deviation of the
            truncated normal that all kernels and tables start from.
        is_decoder: bool, default `False`. Whether a token looks at itself and
            at those before it only, as a causal language model needs.
        add_cross_attention: bool, default `False`. Whether the blocks of a
            decoder look at the output of an encoder too.
        embeddings: `ElectraEmbeddings` of another backbone, to share it, as
            generator and discriminator do. Default: one of its own. Not part
            of the config: what is saved and loaded again has its own.
        dtype: dtype policy of computations and weights: `"float32"`,
            `"bfloat16"`, `"mixed_bfloat16"`, `"float16"`, `"mixed_float16"`
            or a policy object.
        **kwargs: `name`, `trainable`.

    Call arguments:
        inputs: a dict of
            token_ids: int, `(B, T)`.
            segment_ids: int, `(B, T)`.
            padding_mask: int or bool, `(B, T)`; 1 for a token.
            encoder_hidden_states: float, `(B, S, D)`, and
            encoder_padding_mask: int or bool, `(B, S)`: only, and always,
                with `add_cross_attention`.

    Returns:
        float, `(B, T, D)`. Rows where `padding_mask` is 0 mean nothing.

    Raises:
        ValueError: if a size is not a positive integer, a rate or epsilon is
            not in [0, 1], `initializer_range` is negative or not finite, if
            `num_heads` does not divide `hidden_dim`, if `activation` is
            unknown, if `embeddings` has other sizes, or if an encoder is to
            have cross-attention; in a call, if ids lie outside of the tables
            (checked outside of compiled functions).

    Example:
    ```python
    backbone = keras_electra.ElectraBackbone(
        vocabulary_size=100, num_layers=2, num_heads=4, hidden_dim=64,
        intermediate_dim=128, embedding_dim=32, max_sequence_length=64,
    )
    ones = np.ones((2, 8), dtype="int32")
    backbone({"token_ids": ones, "segment_ids": ones, "padding_mask": ones})
    copy = keras_electra.ElectraBackbone.from_config(backbone.get_config())
    copy.set_weights(backbone.get_weights())
    ```

    Reference: Clark et al., 2020. Checkpoint names: `electra.*` in Hugging
    Face, `electra/` and `generator/` in the 2020 releases.
    """

    # Settings of a Transformers checkpoint that only Transformers reads.
    transformers_settings = {}

    def __init__(
        self,
        vocabulary_size,
        num_layers,
        num_heads,
        hidden_dim,
        intermediate_dim,
        embedding_dim=None,
        max_sequence_length=512,
        num_segments=2,
        activation="gelu",
        dropout=0.1,
        attention_dropout=0.1,
        layer_norm_epsilon=1e-12,
        initializer_range=0.02,
        is_decoder=False,
        add_cross_attention=False,
        embeddings=None,
        dtype=None,
        **kwargs,
    ):
        if embedding_dim is None:
            embedding_dim = hidden_dim
        if not isinstance(activation, str):
            activation = get_activation(activation)
        (
            vocabulary_size,
            num_layers,
            num_heads,
            hidden_dim,
            intermediate_dim,
            embedding_dim,
            max_sequence_length,
            num_segments,
        ) = check_integers(
            vocabulary_size=vocabulary_size,
            num_layers=num_layers,
            num_heads=num_heads,
            hidden_dim=hidden_dim,
            intermediate_dim=intermediate_dim,
            embedding_dim=embedding_dim,
            max_sequence_length=max_sequence_length,
            num_segments=num_segments,
        )
        check_numbers(
            0, 1, dropout=dropout, attention_dropout=attention_dropout
        )
        check_numbers(0, 1, layer_norm_epsilon=layer_norm_epsilon)
        check_numbers(initializer_range=initializer_range)
        check_bools(
            is_decoder=is_decoder, add_cross_attention=add_cross_attention
        )
        if add_cross_attention and not is_decoder:
            raise ValueError(
                "`add_cross_attention` needs `is_decoder=True`. Received: "
                "add_cross_attention=True, is_decoder=False."
            )

        # === Layers ===
        def initializer():  # One each: a shared one repeats its numbers.
            return keras.initializers.TruncatedNormal(stddev=initializer_range)

        if embeddings is None:
            embeddings = ElectraEmbeddings(
                vocabulary_size,
                embedding_dim,
                max_sequence_length,
                num_segments=num_segments,
                dropout=dropout,
                layer_norm_epsilon=layer_norm_epsilon,
                embeddings_initializer=initializer(),
                dtype=dtype,
                name="embeddings",
            )
        else:
            _check_shared(
                embeddings,
                vocabulary_size=vocabulary_size,
                embedding_dim=embedding_dim,
                max_sequence_length=max_sequence_length,
                num_segments=num_segments,
            )
        self.embeddings = embeddings
        self.token_embedding = self.embeddings.token_embedding
        self.embeddings_projection = None
        if embedding_dim != hidden_dim:
            with keras.RematScope(mode=None):  # Cheap to keep.
                self.embeddings_projection = keras.layers.Dense(
                    hidden_dim,
                    kernel_initializer=initializer(),
                    dtype=dtype,
                    name="embeddings_projection",
                )
        self.transformer_layers = [
            ElectraEncoderBlock(
                num_heads,
                hidden_dim,
                intermediate_dim,
                activation=activation,
                dropout=dropout,
                attention_dropout=attention_dropout,
                layer_norm_epsilon=layer_norm_epsilon,
                kernel_initializer=initializer(),
                dtype=dtype,
                name=f"transformer_layer_{n}",
                cross_attention=add_cross_attention,
            )
            for n in range(num_layers)
        ]

        # === Functional Model ===
        inputs = {
            name: keras.Input(shape=(None,), dtype="int32", name=name)
            for name in ("token_ids", "segment_ids", "padding_mask")
        }
        encoder = {}  # Its output, for cross-attention.
        if add_cross_attention:
            encoder = {
                "encoder_hidden_states": keras.Input(
                    shape=(None, hidden_dim), name="encoder_hidden_states"
                ),
                "encoder_padding_mask": keras.Input(
                    shape=(None,), dtype="int32", name="encoder_padding_mask"
                ),
            }
        x = self.embeddings(inputs["token_ids"], inputs["segment_ids"])
        if self.embeddings_projection is not None:
            x = self.embeddings_projection(x)  # (B, T, D)
        mask = inputs["padding_mask"]
        mask = causal_mask(mask) if is_decoder else mask
        for layer in self.transformer_layers:
            x = layer(x, attention_mask=mask, **encoder)
        inputs.update(encoder)
        super().__init__(inputs=inputs, outputs=x, dtype=dtype, **kwargs)
        register_parameters(self)

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.hidden_dim = hidden_dim
        self.intermediate_dim = intermediate_dim
        self.embedding_dim = embedding_dim
        self.max_sequence_length = max_sequence_length
        self.num_segments = num_segments
        self.activation = activation
        self.dropout = dropout
        self.attention_dropout = attention_dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range
        self.is_decoder = is_decoder
        self.add_cross_attention = add_cross_attention

    def enable_lora(self, rank, target_layer_names=None):
        super().enable_lora(rank, target_layer_names)
        register_parameters(self)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # Its blocks are rematerialized, one at a time.

    def get_config(self):
        config = super().get_config()
        if self.transformers_settings:
            config["transformers_settings"] = dict(self.transformers_settings)
        return {
            **config,
            "vocabulary_size": self.vocabulary_size,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "intermediate_dim": self.intermediate_dim,
            "embedding_dim": self.embedding_dim,
            "max_sequence_length": self.max_sequence_length,
            "num_segments": self.num_segments,
            "activation": serialize_activation(self.activation),
            "dropout": self.dropout,
            "attention_dropout": self.attention_dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
            "is_decoder": self.is_decoder,
            "add_cross_attention": self.add_cross_attention,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        settings = config.pop("transformers_settings", {})
        backbone = super().from_config(config)
        backbone.transformers_settings = settings
        return backbone


def _check_shared(embeddings, **sizes):
    theirs = {name: getattr(embeddings, name, None) for name in sizes}
    if theirs != sizes:
        raise ValueError(
            "`embeddings` to share must have the sizes of the backbone, "
            f"{sizes}. Received: {theirs}."
        )
