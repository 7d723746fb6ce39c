"""A Keras preset into whatever task is asked for: what fits, and what not."""

import warnings

import keras

from keras_electra.converters import (
    config_keys,
    constructor_arguments,
    mismatch_report,
    names,
)
from keras_electra.json_file import read_json

_TASK_FILE = "task.json"
_TASK_WEIGHTS = "task.weights.h5"
# Of any model: they say nothing of what is in it.
_COMMON = ("backbone", "preprocessor", "dtype", "name", "trainable")


def load_task(cls, folder, load, given):
    """Load a task from a preset of the same or of another task.

    KerasHub loads the encoder for any task and says nothing of a head that
    is not there. Here heads that are the same are filled, whatever their task,
    and a random one is named in a warning, as with foreign checkpoints.

    Args:
        cls: the class of the task.
        folder: `pathlib.Path` of the preset.
        load: function of keywords; KerasHub's `from_preset` for this folder.
        given: dict, the keywords of the caller. Those of the backbone build
            another one than the preset says.

    Returns:
        An instance of `cls`.

    Raises:
        TypeError: if a backbone and arguments of it are given.
        ValueError: if a weight has another shape than the preset's.
    """
    if not (folder / "config.json").exists():
        return load(**given)  # KerasHub says what is missing.
    given = dict(given)
    load_weights = given.pop("load_weights", True)
    stored_cls, stored = _stored_task(folder)
    is_same = stored_cls is not None and issubclass(stored_cls, cls)
    task, owner = names.task_name(cls), names.task_name(stored_cls)
    class_names = given.get("class_names")
    if task == owner and class_names is not None:
        if len(class_names) != stored.get("num_classes"):
            given.setdefault("num_classes", len(class_names))
    has_head = task == owner or task in names.same_heads(owner)
    # Of another form, such as that of the 2020 code.
    other_head = "head" in given and given["head"] != stored.get("head")
    other_head = other_head and task == owner
    has_head = has_head and "num_classes" not in given and not other_head
    if task == owner and not is_same:  # A subclass, of the same settings.
        for name, value in stored.items():
            if constructor_arguments.takes(cls, name) and name not in _COMMON:
                given.setdefault(name, value)
        if class_names is None and (
            given.get("num_classes") != stored.get("num_classes")
        ):
            given.pop("class_names", None)  # Of other classes.
    if not is_same and not (folder / "tokenizer.json").exists():
        given.setdefault("preprocessor", None)  # There is no vocabulary.
    own, causal, decoder_given = _backbone_arguments(cls, task, folder, given)
    new = []
    rebuilt = bool(own) or (other_head and "backbone" not in given)
    if rebuilt:
        given["backbone"], new = _other_backbone(
            cls.backbone_cls,
            folder,
            own,
            given.pop("dtype", None),
            load_weights,
        )
    # With a backbone of its own, or another class, KerasHub leaves the head.
    model = load(**given, load_weights=load_weights and not rebuilt)
    if not load_weights:
        return model
    if has_head and (rebuilt or not is_same):
        model.load_task_weights(str(folder / _TASK_WEIGHTS))
    elif not has_head and (task != owner or other_head):
        encoder = {id(variable) for variable in model.backbone.weights}
        new += [v.path for v in model.weights if id(v) not in encoder]
    owns = owner is not None and bool(names.HEADS[owner].rows)
    text = mismatch_report.describe(
        task,
        folder,
        new,
        [f"the head of {owner}"] if owns and not has_head else [],
        [owner] if owns else [],
        causal,
        decoder_given,
    )
    if text:
        warnings.warn(text, stacklevel=4)
    return model


def _stored_task(folder):
    """The class of the preset's task and its config, or `None` and {}."""
    path = folder / _TASK_FILE
    if not path.exists():
        return None, {}
    contents = read_json(path)
    name = contents.get("registered_name") or contents["class_name"]
    return keras.saving.get_registered_object(name), contents["config"]


def _backbone_arguments(cls, task, folder, given):
    """Take arguments of the backbone out of `given`.

    Returns:
        A dict of those that differ from the preset's; whether the preset was
        trained as a decoder; and whether the caller said that it should be.
    """
    config = read_json(folder / "config.json")["config"]
    own = {
        name: given.pop(name)
        for name in list(given)
        if constructor_arguments.takes(cls.backbone_cls, name)
        and not constructor_arguments.takes(cls, name)
        and name not in _COMMON
    }
    if own and "backbone" in given:
        raise TypeError(
            "Arguments of the backbone must not be given with a `backbone`. "
            f"Received: {sorted(own)}."
        )
    causal = bool(config.get("is_decoder"))
    decoder_given = "is_decoder" in own
    if "backbone" in given:
        return {}, causal, decoder_given
    if task == "ElectraCausalLM":
        own.setdefault("is_decoder", True)
    elif task not in config_keys.DECODERS:
        own = {**dict.fromkeys(config_keys.DECODER, False), **own}
    before = {**dict.fromkeys(config_keys.DECODER, False), **config}
    own = {k: v for k, v in own.items() if before.get(k) != v}
    return own, causal, decoder_given


def _other_backbone(cls, folder, own, dtype, load_weights):
    """A backbone of other settings with the weights of the preset's.

    Returns:
        The backbone, and the paths of weights that the preset has not.
    """
    options = {} if dtype is None else {"dtype": dtype}
    stored = cls.from_preset(folder, load_weights=load_weights, **options)
    config = {**stored.get_config(), **own, "dtype": stored.dtype_policy}
    config.pop("name", None)
    backbone = cls(**config)
    if not load_weights:
        return backbone, []
    found = {variable.path: variable for variable in stored.weights}
    new, wrong = [], []
    for variable in backbone.weights:
        path, shape = variable.path, tuple(variable.shape)
        if path not in found:
            new.append(path)
            continue
        # A copy: on JAX two models would share memory that training gives away.
        value = keras.ops.convert_to_numpy(found[path])
        if path in names.CROPPED and names.CROPPED[path] in own:
            value = value[: shape[0]]  # The beginning of a longer table.
        if value.shape != shape:
            wrong.append(f"{path} {value.shape} instead of {shape}")
            continue
        variable.assign(value)
    if wrong or not all("/cross_attention" in path for path in new):
        raise ValueError(
            f"The weights of {folder} must fit the arguments {own}. Received: "
            f"{', '.join(wrong + new)}. Pass `load_weights=False` to take its "
            "sizes only."
        )
    return backbone, new
