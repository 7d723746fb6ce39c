"""Distribute keyword arguments to constructors."""

import dataclasses
import inspect

import keras_hub

from keras_electra.converters import config_keys


@dataclasses.dataclass
class Arguments:
    """What each constructor is given besides what the checkpoint says."""

    task: dict = dataclasses.field(default_factory=dict)
    backbone: dict = dataclasses.field(default_factory=dict)
    preprocessor: dict = dataclasses.field(default_factory=dict)
    tokenizer: dict = dataclasses.field(default_factory=dict)


def takes(cls, name):
    """Whether a constructor names a parameter.

    Args:
        cls: class.
        name: string.

    Returns:
        bool.
    """
    return name in inspect.signature(cls.__init__).parameters


def sort_arguments(cls, given, settings):
    """Sort the keywords of `from_preset`.

    Args:
        cls: the class that is loaded.
        given: dict, what the caller passed.
        settings: dict, what a known preset says for its tokenizer.

    Returns:
        `Arguments`.

    Raises:
        TypeError: if no constructor takes a keyword.
    """
    result = Arguments(tokenizer=dict(settings))
    if issubclass(cls, keras_hub.models.Backbone):
        stages = [("backbone", cls)]
    elif issubclass(cls, keras_hub.tokenizers.Tokenizer):
        stages = [("tokenizer", cls)]
    elif issubclass(cls, keras_hub.models.Preprocessor):
        stages = [("preprocessor", cls), ("tokenizer", cls.tokenizer_cls)]
    else:
        preprocessor = cls.preprocessor_cls
        stages = [
            ("task", cls),
            ("backbone", cls.backbone_cls),
            ("preprocessor", preprocessor),
            ("tokenizer", preprocessor and preprocessor.tokenizer_cls),
        ]
    unknown = []
    for name, value in given.items():
        for stage, constructor in stages:
            if constructor is not None and (
                takes(constructor, name)
                or (name in ("name", "trainable") and stage == stages[0][0])
            ):
                getattr(result, stage)[name] = value
                break
        else:
            unknown.append(name)
    if unknown:
        raise TypeError(
            f"`{cls.__name__}.from_preset` must be given arguments that one "
            f"of {', '.join(c.__name__ for _, c in stages if c)} takes. "
            f"Received: {', '.join(unknown)}.{our_names(unknown)}"
        )
    return result


def our_names(names):
    """What arguments of Transformers are called here, for error messages."""
    ours = {"num_labels": "num_classes", "id2label": "class_names"}
    for table in (config_keys.BACKBONE, *config_keys.TASKS.values()):
        ours.update((theirs, name) for theirs, (name, _) in table.items())
    return "".join(
        f" `{name}` is `{ours[name]}` here."
        for name in names
        if ours.get(name, name) != name
    )


def refuse_foreign_names(keywords):
    """Raise if a keyword is Transformers' name for one of ours."""
    hints = our_names(keywords)
    if hints:
        raise TypeError(
            "Arguments must have the names that this package gives them. "
            f"Received: {list(keywords)}.{hints}"
        )


def task_arguments(task, checkpoint, given):
    """What a task is built with: the caller's word before the checkpoint's.

    Args:
        task: string, the name of our class.
        checkpoint: `Checkpoint`.
        given: dict, what the caller passed, with `backbone`.

    Returns:
        A dict.

    Raises:
        ValueError: if nobody says how many classes there are.
    """
    said = checkpoint.task(task)
    if task not in config_keys.LABELLED:
        return {**said, **given}
    if given.get("class_names") is not None:
        given.setdefault("num_classes", len(given["class_names"]))
    classes = given.get("num_classes", said.get("num_classes"))
    if classes is None:
        raise ValueError(
            "`num_classes` must be given: the checkpoint holds no classifier. "
            f"Received: num_classes=None for {checkpoint.folder}."
        )
    if classes != said.get("num_classes"):
        # Another task: the checkpoint's words for its classes do not count.
        said = {k: v for k, v in said.items() if k in ("dropout", "head")}
    return {**said, **given}
