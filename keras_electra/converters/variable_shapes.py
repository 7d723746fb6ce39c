"""Shapes of the variables of a model that is not built."""

from keras_electra.converters import names

# Layers to the sizes of their kernel or table; kernels of others are as wide
# as the encoder both ways. The last size is that of bias, gamma and beta too.
_SIZES = {
    "embeddings/token_embedding": ("vocabulary_size", "embedding_dim"),
    "embeddings/position_embedding": ("max_sequence_length", "embedding_dim"),
    "embeddings/segment_embedding": ("num_segments", "embedding_dim"),
    "embeddings/layer_norm": ("embedding_dim",),
    "embeddings_projection": ("embedding_dim", "hidden_dim"),
    "transformer_layer_{n}/intermediate_dense": (
        "hidden_dim",
        "intermediate_dim",
    ),
    "transformer_layer_{n}/output_dense": ("intermediate_dim", "hidden_dim"),
    "detector_logits": ("hidden_dim", 1),
    "masked_lm_head/dense": ("hidden_dim", "embedding_dim"),
    "masked_lm_head/layer_norm": ("embedding_dim",),
    "masked_lm_head": ("vocabulary_size",),
    "masked_lm_head/output_embedding": ("vocabulary_size", "embedding_dim"),
    "logits": ("hidden_dim", "num_classes"),
    "span_logits": ("hidden_dim", 2),
    "span_head/start": ("hidden_dim", 1),
    "span_head/end_hidden": ("pair_dim", 512),
    "span_head/end": (512, 1),
    "span_head/impossible_hidden": ("pair_dim", 512),
    "span_head/impossible": (512, 1),
}


def variable_shapes(task, sizes, own):
    """The path and shape of every variable.

    Args:
        task: string, a key of `names.HEADS`.
        sizes: dict, the arguments of the backbone.
        own: dict, the arguments of the task.

    Returns:
        A dict of paths to tuples of int.
    """
    head = names.HEADS[task]
    is_2020 = own.get("head") == "2020"
    rows = names.BACKBONE + (
        head.alternative if is_2020 and head.alternative else head.rows
    )
    if own.get("tie_word_embeddings") is False:
        rows += head.untied
    skipped = set()
    if sizes["embedding_dim"] == sizes["hidden_dim"]:
        skipped.add("embeddings_projection")
    if is_2020:
        skipped.add("pooled_dense")
    if not own.get("summary_projection", True):
        skipped.add("summary_dense")
    if sizes.get("add_cross_attention"):
        rows += names.CROSS_ATTENTION
    else:
        skipped.update(row.ours for row in names.CROSS_ATTENTION)
    sizes = {"num_classes": 1, **sizes, **own}
    sizes["pair_dim"] = 2 * sizes["hidden_dim"]
    return {
        f"{row.ours}/{leaf}".replace("{n}", str(n)): _shape(row, leaf, sizes)
        for row in dict.fromkeys(rows)
        if row.ours not in skipped
        for leaf in row.leaves
        for n in (range(sizes["num_layers"]) if "{n}" in row.ours else [0])
    }


def _shape(row, leaf, sizes):
    shape = _SIZES.get(row.ours, ("hidden_dim", "hidden_dim"))
    shape = tuple(sizes.get(size, size) for size in shape)
    return shape if leaf in ("kernel", "embeddings") else shape[-1:]
