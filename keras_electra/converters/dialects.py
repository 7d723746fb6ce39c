"""How each format spells the names of `names.py`. Data only."""

from typing import NamedTuple


class Dialect(NamedTuple):
    """The spelling of one checkpoint format.

    Args:
        name: what messages call the format.
        separator: between the parts of a name.
        layer: how the number of an encoder block is spelled.
        leaves: our leaf to theirs. The first spelling is the one written, the
            others are read too; an empty one means the scope is the name.
        transposed: whether kernels are stored (out, in).
        renames: beginnings of 2020 names to what the format says instead.
        factored: whether kernels of attention keep heads as an axis.
        ignored: pairs of a pattern and the reason why what it finds is not
            loaded.
    """

    name: str
    separator: str
    layer: str
    leaves: dict
    transposed: bool = False
    renames: dict = {}
    factored: bool = False
    ignored: tuple = ()


# Transformers renamed two scopes; the rest is the 2020 release.
_TRANSFORMERS = {
    "discriminator_predictions/dense_1": (
        "discriminator_predictions/dense_prediction"
    ),
    "generator_predictions/output_bias": "generator_lm_head/bias",
}

_POOLER = (
    r"(^|[./])pooler[./]dense[./]",
    "a pooler, as BERT has and ELECTRA has not",
)

HUGGINGFACE = Dialect(
    name="Hugging Face",
    separator=".",
    layer="layer.{n}",
    leaves={
        "kernel": ("weight",),
        "bias": ("bias",),
        "gamma": ("weight", "gamma"),
        "beta": ("bias", "beta"),
        "embeddings": ("weight",),
        "output_bias": ("output_bias",),
    },
    transposed=True,
    renames=_TRANSFORMERS,
    ignored=(
        _POOLER,
        (r"(^|\.)embeddings\.position_ids$", "a buffer that counts 0, 1, 2..."),
        (r"(^|\.)embeddings\.token_type_ids$", "a buffer of zeros"),
    ),
)

# Added to any of Transformers' dialects for a BERT.
BERT_IGNORED = (
    (r"^cls[./]", "BERT's heads of pre-training, which ELECTRA has not"),
)

HUGGINGFACE_TENSORFLOW = Dialect(
    name="Hugging Face TensorFlow",
    separator="/",
    layer="layer_._{n}",
    leaves={
        "kernel": ("kernel",),
        "bias": ("bias",),
        "gamma": ("gamma",),
        "beta": ("beta",),
        "embeddings": ("weight", "embeddings"),
        "output_bias": ("output_bias",),
    },
    renames=_TRANSFORMERS,
    ignored=(_POOLER,),
)

HUGGINGFACE_FLAX = Dialect(
    name="Hugging Face Flax",
    separator="/",
    layer="layer/{n}",
    leaves={
        "kernel": ("kernel",),
        "bias": ("bias",),
        "gamma": ("scale",),
        "beta": ("bias",),
        "embeddings": ("embedding",),
        "output_bias": ("output_bias",),
    },
    renames=_TRANSFORMERS,
    ignored=(_POOLER,),
)

# Fine-tuning put its one dense layer under the name of the task, which
# original.py takes out; question answering has five, and names for two.
ORIGINAL = Dialect(
    name="2020 TensorFlow",
    separator="/",
    layer="layer_{n}",
    leaves={
        "kernel": ("kernel",),
        "bias": ("bias",),
        "gamma": ("gamma",),
        "beta": ("beta",),
        "embeddings": ("",),
        "output_bias": ("output_bias",),
    },
    renames={
        "classifier/out_proj": "task_specific/dense",
        "classifier": "task_specific/dense",
    },
    ignored=(
        (r"(^|/)(adam|lamb)_[mv]$", "state of the optimizer"),
        (r"^global_step$", "the optimizer's step count"),
        (r"^task_specific/(?!dense/)", "a head that only the 2020 code has"),
    ),
)

# KerasHub names differ from the 2020 release throughout.
KERAS_HUB = Dialect(
    name="KerasHub",
    separator="/",
    layer="layer_{n}",
    leaves={
        "kernel": ("kernel",),
        "bias": ("bias",),
        "gamma": ("gamma",),
        "beta": ("beta",),
        "embeddings": ("embeddings",),
        "output_bias": ("output_bias",),
    },
    renames={
        "embeddings/word_embeddings": "token_embedding",
        "embeddings/position_embeddings": "position_embedding",
        "embeddings/token_type_embeddings": "segment_embedding",
        "embeddings/LayerNorm": "embeddings_layer_norm",
        "embeddings_project": "embeddings_projection",
        "encoder/layer_{n}/attention/self": (
            "transformer_layer_{n}/self_attention_layer"
        ),
        "encoder/layer_{n}/attention/output/dense": (
            "transformer_layer_{n}/self_attention_layer/attention_output"
        ),
        "encoder/layer_{n}/attention/output/LayerNorm": (
            "transformer_layer_{n}/self_attention_layer_norm"
        ),
        "encoder/layer_{n}/intermediate/dense": (
            "transformer_layer_{n}/feedforward_intermediate_dense"
        ),
        "encoder/layer_{n}/output/dense": (
            "transformer_layer_{n}/feedforward_output_dense"
        ),
        "encoder/layer_{n}/output/LayerNorm": (
            "transformer_layer_{n}/feedforward_layer_norm"
        ),
    },
    factored=True,
    ignored=(
        (
            r"^pooled_dense/",
            "KerasHub gives every ELECTRA a pooler, which ELECTRA has not and "
            "nobody trained",
        ),
    ),
)
