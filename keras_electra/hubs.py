"""Downloads: one format of weights, and the files that go with it."""

import re

# In the order of preference; the second of a pair is what it may be cut into.
# The first format of which a repository has a file is the one downloaded.
_FORMATS = (
    ("model.safetensors",),
    ("model.safetensors.index.json", "model-*.safetensors"),
    ("tf_model.h5",),
    ("flax_model.msgpack",),
    ("pytorch_model.bin",),
    ("pytorch_model.bin.index.json", "pytorch_model-*.bin"),
)
WEIGHTS_FILES = tuple(patterns[0] for patterns in _FORMATS)
_HUGGINGFACE = (
    "config.json",
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
_KERAS = (
    "config.json",
    "metadata.json",
    "task.json",
    "preprocessor.json",
    "tokenizer.json",
    "assets/tokenizer/*",
)
_KERAS_WEIGHTS = (
    "model.weights.h5",
    "model.weights.json",
    "model_*.weights.h5",
    "task.weights.h5",
)
_ORIGINAL = ("checkpoint", "config.json", "*.index", "*.data-*", "vocab.txt")

_HANDLE = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def download_huggingface(handle, weights=True):
    """Download a model repository of the Hugging Face Hub, or find its copy.

    Args:
        handle: string, `org/name`, or `org/name@revision`.
        weights: bool, default `True`. Whether to download the weights too; a
            tokenizer does without.

    Returns:
        The path of the folder, a string.

    Raises:
        ValueError: if the handle is malformed, or the repository holds no
            weights that can be read.
        FileNotFoundError: if there is no such repository, or no connection
            and no copy from an earlier time.
    """
    import huggingface_hub
    from huggingface_hub import errors

    name, _, revision = handle.partition("@")
    revision = revision or None
    if not _HANDLE.fullmatch(name):
        raise ValueError(
            "A Hugging Face source must have the form `hf://org/name` or "
            f"`hf://org/name@revision`. Received: 'hf://{handle}'."
        )
    # The HTTP library below differs between versions of huggingface_hub; what
    # its errors have in common is the base of the hub's own error.
    unreachable = errors.HfHubHTTPError.__bases__
    try:
        files = huggingface_hub.list_repo_files(name, revision=revision)
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as e:
        raise FileNotFoundError(
            f"`hf://{handle}` must be a public repository, or one that you "
            "may read and are logged in for (`hf auth login`). Received: "
            f"{type(e).__name__}."
        ) from e
    except (errors.OfflineModeIsEnabled, OSError, *unreachable) as error:
        return _cached(name, revision, error)
    return huggingface_hub.snapshot_download(
        name,
        revision=revision,
        allow_patterns=_wanted(files, handle, weights),
    )


def download_kaggle(handle):
    """Download a model of Kaggle, or find its copy.

    Args:
        handle: string, `owner/model/framework/variation`, with or without
            `/version`.

    Returns:
        The path of the folder, a string.

    Raises:
        ValueError: if the handle is malformed.
    """
    import kagglehub

    if not re.fullmatch(r"[\w.-]+(/[\w.-]+){3,4}", handle):
        raise ValueError(
            "A Kaggle source must have the form "
            "`kaggle://owner/model/framework/variation` or end in a version. "
            f"Received: 'kaggle://{handle}'."
        )
    return kagglehub.model_download(handle)


def _wanted(files, handle, weights):
    """The files to download: of several formats of weights, the best."""
    if {"model.weights.h5", "model.weights.json"} & {*files}:
        return [*_KERAS, *_KERAS_WEIGHTS] if weights else list(_KERAS)
    for patterns in _FORMATS:
        if patterns[0] in files:
            return [*_HUGGINGFACE, *(patterns if weights else ())]
    if any(file.endswith(".index") for file in files):
        return list(_ORIGINAL)
    if not weights and {"vocab.txt", "tokenizer.json"} & {*files}:
        return list(_HUGGINGFACE)
    raise ValueError(
        f"`hf://{handle}` must hold weights in one of "
        f"{', '.join(WEIGHTS_FILES)}. Received: "
        f"{', '.join(sorted(files)) or 'an empty repository'}."
    )


def _cached(name, revision, error):
    import huggingface_hub
    from huggingface_hub import errors

    try:
        return huggingface_hub.snapshot_download(
            name, revision=revision, local_files_only=True
        )
    except errors.LocalEntryNotFoundError:
        raise FileNotFoundError(
            f"`hf://{name}` was not downloaded before, and the Hugging Face "
            "Hub cannot be reached. Connect once, or name a folder. Received: "
            f"{type(error).__name__}: {error}"
        ) from error
