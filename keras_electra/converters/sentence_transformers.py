"""Read the pooling of a sentence-transformers folder."""

from keras_electra.json_file import check_file_name, read_json

# Theirs to ours; the other ways of pooling are not implemented.
_POOLINGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
}


def embedder_arguments(folder):
    """The arguments of `ElectraTextEmbedder`.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A dict; empty for a folder of plain Transformers.

    Raises:
        ValueError: if it pools in a way that is not implemented.
    """
    if not (folder / "modules.json").is_file():
        return {}
    modules = read_json(folder / "modules.json", list)
    kinds = [
        str(module.get("type")).rpartition(".")[2]
        if isinstance(module, dict)
        else f"{module!r}"
        for module in modules
    ]
    arguments = {"normalize": "Normalize" in kinds}
    unknown = set(kinds) - {"Transformer", "Pooling", "Normalize"}
    modes = []
    if "Pooling" in kinds:
        path = modules[kinds.index("Pooling")].get("path", "1_Pooling")
        check_file_name(path, folder / "modules.json")
        pooling = read_json(folder / path / "config.json")
        modes = [
            key
            for key, value in pooling.items()
            if key.startswith("pooling_mode") and value is True
        ]
        if len(modes) == 1 and modes[0] in _POOLINGS:
            arguments["pooling"] = _POOLINGS[modes[0]]
    if unknown or (modes and "pooling" not in arguments):
        raise ValueError(
            "A folder of sentence-transformers must pool by the mean or by "
            f"[CLS], and do nothing else but normalize. Received: {folder}, "
            f"with the modules {', '.join(kinds)} and the pooling "
            f"{', '.join(modes) or 'of no kind'}."
        )
    return arguments
