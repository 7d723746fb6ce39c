"""A Keras preset into whatever task is asked for: what fits, and what not."""

import warnings

import keras

from keras_electra.converters import arguments, config_keys, fit_report, names
from keras_electra.json_file import read_json

_TASK_FILE = "task.json"
_TASK_WEIGHTS = "task.weights.h5"


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
    """
    given = dict(given)
    stored_cls, stored = _stored_task(folder)
    is_same = stored_cls is not None and issubclass(stored_cls, cls)
    task, owner = names.task_name(cls), names.task_name(stored_cls)
    names_given = given.get("class_names")
    if is_same and names_given is not None:
        if len(names_given) != stored.get("num_classes"):
            given.setdefault("num_classes", len(names_given))
    causal, decoder_given = _give_backbone(cls, task, folder, given)
    model = load(**given)
    if not given.get("load_weights", True):
        return model
    new = []
    if not is_same and task in names.same_heads(owner):
        model.load_task_weights(str(folder / _TASK_WEIGHTS))
    elif not is_same:
        encoder = {id(variable) for variable in model.backbone.weights}
        new = [v.path for v in model.weights if id(v) not in encoder]
    has_head = owner is not None and bool(names.HEADS[owner].rows)
    text = fit_report.describe(
        task,
        folder,
        new,
        [f"the head of {owner}"] if has_head else [],
        [owner] if has_head else [],
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


def _give_backbone(cls, task, folder, given):
    """Put a backbone into `given` where it is not to be the preset's.

    Returns:
        Whether the preset was trained as a decoder, and whether the caller
        said that it should be one.
    """
    config = read_json(folder / "config.json")["config"]
    own = {
        name: given.pop(name)
        for name in list(given)
        if arguments.takes(cls.backbone_cls, name)
        and not arguments.takes(cls, name)
        and name not in ("dtype", "name", "trainable")
    }
    causal = bool(config.get("is_decoder"))
    decoder_given = "is_decoder" in own
    if task == "ElectraCausalLM":
        own.setdefault("is_decoder", True)
    elif task not in config_keys.DECODERS:
        own = {**dict.fromkeys(config_keys.DECODER, False), **own}
    own = {k: v for k, v in own.items() if config.get(k) != v}
    if own and "backbone" not in given:
        if "dtype" in given:
            own["dtype"] = given.pop("dtype")
        if "load_weights" in given:
            own["load_weights"] = given["load_weights"]
        given["backbone"] = cls.backbone_cls.from_preset(folder, **own)
    return causal, decoder_given
