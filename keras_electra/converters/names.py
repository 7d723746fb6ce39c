"""One table of names, read in both directions. Data only.

A row is a layer of ours, the variable scope of the same layer in the 2020
release, the leaves that such a layer owns, and, for a kernel that a format
keeps in several axes, how many of the leading ones are input. `{n}` is the
number of an encoder block. How a format spells a scope and a leaf is said once
for the format, in `dialects.py`.
"""

from typing import NamedTuple

DENSE = ("kernel", "bias")
NORM = ("gamma", "beta")
TABLE = ("embeddings",)


class Row(NamedTuple):
    """A layer of ours, its 2020 scope, its leaves, its input axes."""

    ours: str
    theirs: str
    leaves: tuple = DENSE
    input_axes: int = 1


class Head(NamedTuple):
    """What a task has besides the encoder.

    Args:
        architecture: the Transformers class with the same head.
        rows: the head's own rows.
        tower: the half of a pre-training checkpoint that the task starts from.
        like: another class whose head is the same.
        optional: layers of ours that a configuration can do without.
        alternative: rows that a configuration has instead.
        untied: rows that a configuration has instead of those of the same
            scope, which are tied to a layer of the encoder.
    """

    architecture: str
    rows: tuple = ()
    tower: str = "discriminator"
    like: str = ""
    optional: tuple = ()
    alternative: tuple = ()
    untied: tuple = ()

    @property
    def own_rows(self):
        """tuple of `Row`, without those of the encoder."""
        encoder = {row.ours for row in BACKBONE + CROSS_ATTENTION}
        return tuple(row for row in self.rows if row.ours not in encoder)

    @property
    def all_rows(self):
        """tuple of `Row`, of every configuration."""
        return self.rows + self.alternative + self.untied


BACKBONE = (
    Row("embeddings/token_embedding", "embeddings/word_embeddings", TABLE),
    Row(
        "embeddings/position_embedding",
        "embeddings/position_embeddings",
        TABLE,
    ),
    Row(
        "embeddings/segment_embedding",
        "embeddings/token_type_embeddings",
        TABLE,
    ),
    Row("embeddings/layer_norm", "embeddings/LayerNorm", NORM),
    Row("embeddings_projection", "embeddings_project"),
    Row(
        "transformer_layer_{n}/attention/query",
        "encoder/layer_{n}/attention/self/query",
    ),
    Row(
        "transformer_layer_{n}/attention/key",
        "encoder/layer_{n}/attention/self/key",
    ),
    Row(
        "transformer_layer_{n}/attention/value",
        "encoder/layer_{n}/attention/self/value",
    ),
    Row(
        "transformer_layer_{n}/attention/output_dense",
        "encoder/layer_{n}/attention/output/dense",
        input_axes=2,
    ),
    Row(
        "transformer_layer_{n}/attention_layer_norm",
        "encoder/layer_{n}/attention/output/LayerNorm",
        NORM,
    ),
    Row(
        "transformer_layer_{n}/intermediate_dense",
        "encoder/layer_{n}/intermediate/dense",
    ),
    Row(
        "transformer_layer_{n}/output_dense",
        "encoder/layer_{n}/output/dense",
    ),
    Row(
        "transformer_layer_{n}/output_layer_norm",
        "encoder/layer_{n}/output/LayerNorm",
        NORM,
    ),
)

_DETECTOR = (
    Row("detector_dense", "discriminator_predictions/dense"),
    Row("detector_logits", "discriminator_predictions/dense_1"),
)

# The output table is the token embedding itself, unless a model does not tie
# them. Some files hold a tied table twice; where a layer of ours has two rows,
# the first is written, and both have to say the same when read.
TIED_TABLE = Row("embeddings/token_embedding", "generator_lm_head", TABLE)
_OUTPUT_TABLE = Row(
    "masked_lm_head/output_embedding", "generator_lm_head", TABLE
)
_MASKED_LM = (
    TIED_TABLE,
    Row("masked_lm_head/dense", "generator_predictions/dense"),
    Row("masked_lm_head/layer_norm", "generator_predictions/LayerNorm", NORM),
    Row("masked_lm_head", "generator_predictions", ("output_bias",)),
)

# Only the 2020 code has it, where three layers have no name but a number;
# original.py gives them these.
_JOINT_SPANS = (
    Row("span_head/start", "task_specific/start"),
    Row("span_head/end_hidden", "task_specific/end_hidden"),
    Row("span_head/end", "task_specific/end"),
    Row("span_head/impossible_hidden", "task_specific/impossible_hidden"),
    Row("span_head/impossible", "task_specific/impossible"),
)

# Part of a decoder's blocks, for the model that asks for it.
CROSS_ATTENTION = (
    Row(
        "transformer_layer_{n}/cross_attention/query",
        "encoder/layer_{n}/crossattention/self/query",
    ),
    Row(
        "transformer_layer_{n}/cross_attention/key",
        "encoder/layer_{n}/crossattention/self/key",
    ),
    Row(
        "transformer_layer_{n}/cross_attention/value",
        "encoder/layer_{n}/crossattention/self/value",
    ),
    Row(
        "transformer_layer_{n}/cross_attention/output_dense",
        "encoder/layer_{n}/crossattention/output/dense",
        input_axes=2,
    ),
    Row(
        "transformer_layer_{n}/cross_attention_layer_norm",
        "encoder/layer_{n}/crossattention/output/LayerNorm",
        NORM,
    ),
)

# A table, or the scales of a quantized one, that may be shorter or longer than
# asked for, and the argument that asks.
RESIZED = {
    "embeddings/position_embedding/embeddings": "max_sequence_length",
    "embeddings/position_embedding/embeddings_scale": "max_sequence_length",
}

# Heads that the 2020 release has not are written as Transformers writes them,
# with slashes. The classifier's 2020 head, `dropout -> dense`, has no
# `pooled_dense`; original.py takes the name of the task out of its scope.
HEADS = {
    "ElectraReplacedTokenDetector": Head("ElectraForPreTraining", _DETECTOR),
    "ElectraMaskedLM": Head(
        "ElectraForMaskedLM",
        _MASKED_LM,
        "generator",
        untied=(_OUTPUT_TABLE,),
    ),
    "ElectraCausalLM": Head(
        "ElectraForCausalLM",
        _MASKED_LM + CROSS_ATTENTION,
        "generator",
        like="ElectraMaskedLM",
        untied=(_OUTPUT_TABLE,),
    ),
    "ElectraTextClassifier": Head(
        "ElectraForSequenceClassification",
        (
            Row("pooled_dense", "classifier/dense"),
            Row("logits", "classifier/out_proj"),
        ),
    ),
    "ElectraTokenClassifier": Head(
        "ElectraForTokenClassification", (Row("logits", "classifier"),)
    ),
    "ElectraQuestionAnswerer": Head(
        "ElectraForQuestionAnswering",
        (Row("span_logits", "qa_outputs"),),
        alternative=_JOINT_SPANS,
    ),
    "ElectraMultipleChoice": Head(
        "ElectraForMultipleChoice",
        (
            Row("summary_dense", "sequence_summary/summary"),
            Row("logits", "classifier"),
        ),
        optional=("summary_dense",),
    ),
    "ElectraTextEmbedder": Head("ElectraModel"),
    "ElectraBackbone": Head("ElectraModel"),
}


def rows_of(task, paths):
    """The rows that describe a model.

    Args:
        task: string, a key of `HEADS`.
        paths: iterable of the model's variable paths.

    Returns:
        A tuple of `Row`.
    """
    head = HEADS[task]
    own = {
        row.theirs
        for row in head.untied
        if any(path.startswith(f"{row.ours}/") for path in paths)
    }
    rows = BACKBONE + head.rows + head.alternative + CROSS_ATTENTION
    rows = (*(row for row in rows if row.theirs not in own), *head.untied)
    return tuple(dict.fromkeys(rows))


def task_name(cls):
    """The key of `HEADS` for a class of ours or a subclass of it.

    Args:
        cls: class, or `None`.

    Returns:
        A string; `"ElectraBackbone"` for what has no head, `None` for `None`.
    """
    if cls is None:
        return None
    for base in cls.__mro__:
        name = base.__name__.removesuffix("Preprocessor")
        if name in HEADS:
            return name
    return "ElectraBackbone"


def same_heads(task):
    """The classes whose head is the same.

    Args:
        task: string, a key of `HEADS`, or `None`.

    Returns:
        A set of strings, without `task` itself.
    """
    return {
        other
        for other, head in HEADS.items()
        if task is not None and (head.like == task or HEADS[task].like == other)
    }
