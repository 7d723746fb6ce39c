"""Load a Keras preset into any task."""

import warnings

import keras
import keras_hub
import numpy as np

from keras_electra import preset_files, quantization
from keras_electra.converters import (
    config_keys,
    constructor_arguments,
    mismatch_report,
    names,
    preset_weights,
)
from keras_electra.json_file import naming

# Of any model: they say nothing of what is in it.
_COMMON = ("backbone", "preprocessor", "dtype", "name", "trainable")


def load(cls, folder, load, given):
    """Load one of our classes from a preset whose files are checked.

    Args:
        cls: class: task, backbone, preprocessor or tokenizer.
        folder: `pathlib.Path` of the preset.
        load: function of keywords; KerasHub's `from_preset` for this folder.
        given: dict, the keywords of the caller.

    Returns:
        An instance of `cls`.

    Raises:
        FileNotFoundError: if a file of the preset is missing.
        TypeError: if a backbone and arguments of it are given.
        ValueError: if a file is damaged or does not fit the others, or a
            weight has another shape than the preset's.
    """
    files = preset_files.read(folder)
    if issubclass(cls, keras_hub.tokenizers.Tokenizer):
        with naming(folder / "tokenizer.json"):
            return load(**given)
    if "config.json" not in files:
        raise preset_files.missing(folder / "config.json")
    if issubclass(cls, keras_hub.models.Preprocessor):
        with naming(folder / "preprocessor.json"):
            made = load(**given)
        if "sequence_length" not in given:
            _limit_length(made, files["config.json"]["config"])
        return made
    if issubclass(cls, keras_hub.models.Task):
        return _load_task(cls, folder, load, dict(given), files)
    return _load_backbone(folder, load, dict(given), files)


def _limit_length(preprocessor, config):
    longest = config.get("max_sequence_length")
    if longest is not None and hasattr(preprocessor, "limit_length"):
        length = min(preprocessor.sequence_length, longest)
        preprocessor.sequence_length = length


def _load_backbone(folder, load, given, files):
    load_weights = given.pop("load_weights", True)
    if load_weights:
        path = preset_weights.backbone_file(folder, files["config.json"], given)
    with naming(folder / "config.json"):
        backbone = load(**given, load_weights=False)
    if load_weights:
        with naming(path):
            backbone.load_weights(str(path))
    return backbone


def _load_task(cls, folder, load, given, files):
    """Load a task from a preset of the same or of another task.

    KerasHub loads the encoder into any task, and does not report a missing
    head. Here equal heads are loaded across tasks, and a head that starts
    random is named in a warning, as with checkpoints of other libraries.
    """
    load_weights = given.pop("load_weights", True)
    stored_cls, stored = _stored_task(folder, files)
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
    if (task == owner or has_head) and not is_same:  # Of the same settings.
        for name, value in stored.items():
            if constructor_arguments.takes(cls, name) and name not in _COMMON:
                given.setdefault(name, value)
        if class_names is None and (
            given.get("num_classes") != stored.get("num_classes")
        ):
            given.pop("class_names", None)  # Of other classes.
    quantized = stored.get("quantized_layers")
    if is_same and quantized and not has_head:
        given["quantized_layers"] = None  # A new head is to be trained.
    config = files["config.json"]["config"]
    own, causal, decoder_given = _backbone_arguments(cls, task, config, given)
    if not is_same and "preprocessor" not in given:
        made = None  # There may be no vocabulary.
        if "tokenizer.json" in files and cls.preprocessor_cls is not None:
            made = cls.preprocessor_cls.from_preset(str(folder))
            _limit_length(made, own)
        given["preprocessor"] = made
    # With a backbone of the caller's, KerasHub fills it for the same task only.
    fills = load_weights and (is_same or "backbone" not in given)
    new = []
    if own or (other_head and "backbone" not in given):
        fills = False
        given["backbone"], new = _other_backbone(
            cls.backbone_cls,
            folder,
            own,
            given.pop("dtype", None),
            load_weights,
        )
    if fills:
        path = preset_weights.backbone_file(folder, files["config.json"], {})
    with naming(folder / ("task.json" if is_same else "config.json")):
        model = load(**given, load_weights=False)
    if fills:
        with naming(path):
            model.backbone.load_weights(str(path))
    if not load_weights:
        return model
    if has_head:
        if quantized and not is_same:
            quantization.apply(model, quantized)
        preset_weights.load_head(model, folder)
    elif task != owner or other_head:
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
        warnings.warn(text, stacklevel=5)
    return model


def _stored_task(folder, files):
    """The class of the preset's task and its config, or `None` and {}."""
    if "task.json" not in files:
        return None, {}
    config = files["task.json"]["config"]
    count, class_names = config.get("num_classes"), config.get("class_names")
    if "class_names" in config and (
        not isinstance(class_names, list) or len(class_names) != count
    ):
        raise ValueError(
            "`class_names` must name each of the `num_classes`. Received: "
            f"num_classes={count!r}, class_names={class_names!r} in "
            f"{folder / 'task.json'}."
        )
    name = files["task.json"]["registered_name"]
    return keras.saving.get_registered_object(name), config


def _backbone_arguments(cls, task, config, given):
    """Take arguments of the backbone out of `given`.

    Returns:
        A dict of those that differ from the preset's; whether the preset was
        trained as a decoder; and whether the caller said that it should be.
    """
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
    backbone = cls.from_config(config)
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
        if path in names.RESIZED and names.RESIZED[path] in own:
            mismatch_report.warn_of_new_positions(value.shape, shape, folder)
            value = np.resize(value, shape)  # Cut, or repeated.
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
