"""Files of Transformers that hold both halves of a pre-training."""

import re

_SCOPE = re.compile(r"(?:^|\.)(discriminator|generator)\.")
_SIZES = {
    "embeddings.word_embeddings.weight": ("vocabulary_size", "embedding_dim"),
    "embeddings.position_embeddings.weight": ("max_sequence_length",),
    "embeddings.token_type_embeddings.weight": ("num_segments",),
    "encoder.layer.0.intermediate.dense.weight": (
        "intermediate_dim",
        "hidden_dim",
    ),
}
OTHER = "belongs to the other half, the {0}: `tower={0!r}` loads that"


def choose_tower(tensors, tower, wanted, where):
    """Part a file whose names begin with `discriminator.` or `generator.`.

    Embeddings that the halves share may be stored with one of them only.

    Args:
        tensors: dict of names to `StoredTensor`.
        tower: `"discriminator"`, `"generator"`, or `None` for `wanted` if the
            file has both, else for the one that is there.
        wanted: the tower that suits the class that is loaded.
        where: what messages call the file.

    Returns:
        The tensors of one half under their names; and the names of the other
        to the reason why they are not loaded, empty where the file holds one
        model only.

    Raises:
        ValueError: if `tower` is unknown, or not in the file.
    """
    if tower not in (None, "discriminator", "generator"):
        raise ValueError(
            '`tower` must be "discriminator" or "generator". Received: '
            f"tower={tower!r}."
        )
    owners = {
        name: match[1] if (match := _SCOPE.search(name)) else None
        for name in tensors
    }
    present = {*owners.values()} - {None}
    if tower is not None and tower not in present:
        held = "one model, whose names begin with neither"
        if present:
            held = f"the {present.pop()} only"
        raise ValueError(
            f"`tower` must only be given for a file that holds it: tensors "
            f"whose names begin with `{tower}.`, or a 2020 TensorFlow "
            f"checkpoint. Received: tower={tower!r} for {where}, which holds "
            f"{held}."
        )
    if len(present) < 2:
        return tensors, {}
    tower = tower or wanted
    own = {n: t for n, t in tensors.items() if owners[n] in (tower, None)}
    lacking = {_within(name) for name in own}
    left = {}
    for name in tensors.keys() - own.keys():
        if ".embeddings." in name and _within(name) not in lacking:
            own[name] = tensors[name]
        else:
            left[name] = OTHER.format(owners[name])
    return own, left


def tower_sizes(stored, sizes):
    """The sizes of a tower, which `config.json` may say of the other one.

    Args:
        stored: dict of names to `StoredTensor`, of one tower.
        sizes: dict, the arguments of the backbone in `config.json`.

    Returns:
        A dict; `num_heads` is `None` where the width is another one.
    """
    found = dict(sizes)
    for name, tensor in stored.items():
        for end, arguments in _SIZES.items():
            if name.endswith(f".{end}"):
                found.update(zip(arguments, tensor.shape, strict=False))
    blocks = {m[1] for n in stored if (m := re.search(r"\.layer\.(\d+)\.", n))}
    found["num_layers"] = len(blocks)
    if found["hidden_dim"] != sizes["hidden_dim"]:
        found["num_heads"] = None
    return found


def _within(name):
    """A name without the scope of its tower and what is before that."""
    return _SCOPE.split(name, maxsplit=1)[-1]
