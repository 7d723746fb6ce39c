"""Load a checkpoint as the class that its head belongs to."""

import sys

from keras_electra.cli import environment


def load_checkpoint(source, class_name=None, **given):
    """Load a checkpoint in any format.

    Args:
        source: string. See `presets.resolve`.
        class_name: string, or `None` for the class whose head the checkpoint
            has, or `ElectraBackbone`.
        **given: settings that the checkpoint does not store.

    Returns:
        A pair: the result of `converters.inspect`, and the model.
    """
    environment.prepare()
    with environment.quiet_imports():
        from keras_electra import converters, registration

        registration.register()
    found = converters.inspect(source, **given)
    class_name = class_name or _choose_class(found.heads)
    if class_name not in registration.PUBLIC_CLASSES:
        homes = ("keras_electra.backbone", "keras_electra.tasks.")
        models = [
            name
            for name, module in registration.PUBLIC_CLASSES.items()
            if module.startswith(homes)
        ]
        raise ValueError(
            f"--as must be one of {', '.join(models)}. Received: {class_name}."
        )
    return found, registration.load(class_name).from_preset(source, **given)


def _choose_class(heads):
    from keras_electra import registration

    ours = [name for name in heads if name in registration.PUBLIC_CLASSES]
    lost = [name for name in heads if name not in ours]
    if lost:
        print(
            f"warning: the head of {', '.join(lost)} is left out",
            file=sys.stderr,
        )
    return ours[0] if ours else "ElectraBackbone"
