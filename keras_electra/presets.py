"""Resolve a preset name, hub handle or path to a local folder."""

import dataclasses
import difflib
import os
import pathlib

from keras_electra import hubs
from keras_electra.json_file import (
    read_json,
    refuse_lfs_pointer,
    weight_files,
)

_PACKAGE = pathlib.Path(__file__).parent
_TOKENIZER_FILES = ("vocab.txt", "tokenizer.json")


@dataclasses.dataclass(frozen=True)
class Source:
    """A model in a folder.

    Args:
        folder: `pathlib.Path`.
        kind: `"keras"` for what `save_to_preset` writes, `"huggingface"`,
            `"original"` for a 2020 TensorFlow release, or `"keras_hub"` for
            KerasHub's own ELECTRA.
        name: what the caller asked for.
        settings: arguments of the tokenizer that the files do not tell.
    """

    folder: pathlib.Path
    kind: str
    name: str
    settings: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Preset:
    """A name that `from_preset` knows.

    Args:
        name: string.
        where: string: the folder of a bundled preset, the handle of a known
            one.
        bundled: bool.
        language: string.
        description: string.
        settings: arguments of the tokenizer that the files do not tell.
    """

    name: str
    where: str
    bundled: bool
    language: str = ""
    description: str = ""
    settings: dict = dataclasses.field(default_factory=dict)


def list_presets():
    """Every preset that has a name, the bundled ones first.

    Returns:
        A list of `Preset`.

    Example:
    ```python
    for preset in keras_electra.presets.list_presets():
        print(preset.name, preset.language, preset.where)
    ```
    """
    folder = _presets_folder()
    presets = []
    for path in sorted(folder.glob("*/config.json")):
        metadata = path.with_name("metadata.json")
        about = read_json(metadata) if metadata.is_file() else {}
        presets.append(
            Preset(
                name=path.parent.name,
                where=str(path.parent),
                bundled=True,
                language=about.get("language", ""),
                description=about.get("description", ""),
            )
        )
    for name, about in read_json(folder / "known.json").items():
        presets.append(
            Preset(
                name=name,
                where=about["handle"],
                bundled=False,
                language=about["language"],
                description=about["description"],
                settings=about.get("tokenizer", {}),
            )
        )
    return presets


def resolve(source, weights=True):
    """Find the folder of a model, downloading it where that is needed.

    Args:
        source: string or path: the name of a bundled or known preset,
            `hf://org/name`, `kaggle://...`, or a folder.
        weights: bool, default `True`. Whether weights are downloaded too,
            where they can be left out.

    Returns:
        A `Source`.

    Raises:
        TypeError: if `source` is neither a string nor a path.
        FileNotFoundError: if there is no such folder or repository.
        ValueError: if the folder holds no model, a broken `config.json`, or
            one that leads out of the folder.

    Example:
    ```python
    resolve("electra_small_discriminator_uncased_en").folder
    ```
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(
            "A preset must be the name of one, `hf://org/name`, "
            "`kaggle://...`, or a folder, as a string or path. Received: "
            f"{source!r}."
        )
    name, settings = str(source), {}
    if isinstance(source, str):
        known = {preset.name: preset for preset in list_presets()}
        if source in known:
            settings = known[source].settings
            source = known[source].where
    folder = _folder(source, name, weights)
    for path in folder.glob("*.weights.h5") if weights else ():
        refuse_lfs_pointer(path)
    return Source(folder, _kind(folder), name, settings)


def _folder(source, name, weights):
    if isinstance(source, str) and "://" in source:
        scheme, _, handle = source.partition("://")
        if scheme == "hf":
            return pathlib.Path(hubs.download_huggingface(handle, weights))
        if scheme == "kaggle":
            return pathlib.Path(hubs.download_kaggle(handle))
        raise ValueError(
            "A source must start with `hf://` or `kaggle://`, or be a folder. "
            f"Received: {source!r}."
        )
    folder = pathlib.Path(source).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise ValueError(
            "A source must be a folder, not a file in it. Received: "
            f"{name!r}; its folder is {str(folder.parent)!r}."
        )
    names = [preset.name for preset in list_presets()]
    close = difflib.get_close_matches(name, names, 3)
    hints = [repr(match) for match in close]
    if name.count("/") == 1 and not name.startswith((".", "/", "~")):
        hints.append(repr(f"hf://{name}"))
    hint = f"Did you mean {' or '.join(hints)}? " if hints else ""
    raise FileNotFoundError(
        f"There is no preset and no folder {name!r}. {hint}Names are listed "
        "by `keras-electra presets`."
    )


def _kind(folder):
    config = folder / "config.json"
    has_index = any(folder.glob("*.index"))
    if not config.is_file():
        if has_index:
            return "original"
        for name in ("tokenizer.json", "preprocessor.json"):
            path = folder / name
            if path.is_file() and "registered_name" in read_json(path):
                return "keras"
        if any((folder / name).is_file() for name in _TOKENIZER_FILES):
            return "huggingface"
        content = sorted(path.name for path in folder.iterdir())
        raise ValueError(
            f"`{folder}` must hold `config.json`, or a checkpoint of the 2020 "
            "TensorFlow code (`*.index`). Received: a folder with "
            f"{', '.join(content[:10]) or 'nothing in it'}."
        )
    content = read_json(config)
    registered = content.get("registered_name")
    if registered is None:
        # Configurations of 2020 may have sizes only.
        if {"model_type", "architectures", "embedding_size"} & {*content}:
            others = any((folder / n).is_file() for n in hubs.WEIGHTS_FILES)
            return "original" if has_index and not others else "huggingface"
        raise ValueError(
            f"`{config}` must be written by Keras (`registered_name`) or by "
            "Transformers (`model_type`). Received: a file with the keys "
            f"{', '.join(content) or '(none)'}."
        )
    if (folder / "model.weights.json").is_file():
        weight_files(folder / "model.weights.json")
    if registered == "keras_hub>ElectraBackbone":
        return "keras_hub"
    if str(registered).startswith("keras_hub>"):
        raise ValueError(
            f"`{folder}` must hold an ELECTRA. Received: {registered!r}."
        )
    return "keras"


def _presets_folder():
    """In an installed package beside the code, in a checkout above it."""
    bundled = _PACKAGE / "bundled"
    return bundled if bundled.is_dir() else _PACKAGE.parent / "presets"
