"""`keras-electra convert`."""

import enum
import sys

from keras_electra.cli.environment import quiet_imports
from keras_electra.cli.parameters import load_options


class TargetFormat(enum.StrEnum):
    """What `convert` writes."""

    keras = "keras"
    transformers = "transformers"


def convert_checkpoint(
    source,
    folder,
    target_format,
    class_name=None,
    tower=None,
    num_heads=None,
    ignore=None,
):
    """Loads a model from one format and saves it in another.

    Args:
        source: string. See `presets.resolve`.
        folder: `pathlib.Path` to create.
        target_format: `TargetFormat`.
        class_name: string or `None`: the class to load; by default the one
            whose head the source holds, or the backbone.
        tower: string or `None`. Half of a checkpoint that holds both.
        num_heads: int or `None`.
        ignore: list of strings, or `None`. What does not matter in the source.

    Raises:
        FileExistsError: if the folder exists and is not empty.
        ValueError: if the source is broken, or the class is unknown.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            f"the folder to write must be new or empty. Received: {folder}"
        )
    with quiet_imports():
        from keras_electra import atomic_folder, converters, registration

    given = {"tower": tower, "num_heads": num_heads, "ignore": ignore}
    given = {name: value for name, value in given.items() if value is not None}
    found, model = model_of(source, class_name, **given)
    class_name = type(model).__name__
    parts = [model]
    if class_name == "ElectraBackbone" and found.tokenizer:
        # A task brings its tokenizer along; a backbone has none.
        tokenizer = registration.load("ElectraTokenizer").from_preset(
            source, **load_options(ignore)
        )
        parts.append(tokenizer)

    def write(target):
        for part in parts:
            if target_format == TargetFormat.keras:
                part.save_to_preset(target)
            elif part is model:
                converters.export_to_transformers(part, target)
            else:
                part.to_huggingface(target)

    atomic_folder.replace_folder(write, folder)
    print(f"{class_name} from {found.format} to {folder}", file=sys.stderr)


def model_of(source, class_name=None, **given):
    """Loads a checkpoint as the class whose head it has.

    Args:
        source: string. See `presets.resolve`.
        class_name: string or `None`. See `convert_checkpoint`.
        **given: what the checkpoint does not tell.

    Returns:
        A pair: what `converters.inspect` found, and the model.

    Raises:
        ValueError: if the source is broken, or the class is unknown.
    """
    with quiet_imports():
        from keras_electra import converters, registration

        registration.register()
    found = converters.inspect(source, **given)
    class_name = class_name or _choose(found.heads)
    if class_name not in registration.PUBLIC_CLASSES:
        raise ValueError(
            f"--as must be one of {', '.join(_models(registration))}. "
            f"Received: {class_name}."
        )
    return found, registration.load(class_name).from_preset(source, **given)


def _choose(heads):
    """Returns the class that keeps most of a checkpoint."""
    from keras_electra import registration

    ours = [name for name in heads if name in registration.PUBLIC_CLASSES]
    lost = [name for name in heads if name not in ours]
    if lost:
        print(
            f"warning: the head of {', '.join(lost)} is left out",
            file=sys.stderr,
        )
    return ours[0] if ours else "ElectraBackbone"


def _models(registration):
    """The classes that a checkpoint can be loaded as."""
    homes = ("keras_electra.backbone", "keras_electra.tasks.")
    return [
        name
        for name, module in registration.PUBLIC_CLASSES.items()
        if module.startswith(homes)
    ]
