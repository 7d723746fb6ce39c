"""Transformers' `config.json` to our constructors' arguments, and back."""

from keras_electra.converters import config_keys, names
from keras_electra.converters.label_names import class_names_of


def check_config(config, where):
    """Refuse a configuration that asks for something not implemented.

    Args:
        config: dict, the content of `config.json`.
        where: what the message calls the source.

    Raises:
        ValueError: for an unknown `model_type` or `hidden_act`, a value of the
            wrong type, or one that is not implemented; all of them in one
            message.
    """
    problems = _wrong_types(config, config_keys.TYPES, nullable=False)
    problems += _wrong_types(config, config_keys.NULLABLE_TYPES)
    if not problems and model_type(config) not in config_keys.MODEL_TYPES:
        raise ValueError(
            f"`model_type` in {where} must be one of "
            f"{', '.join(config_keys.MODEL_TYPES)}: other models have other "
            "layers. If this is an ELECTRA whose file does not say so, add "
            '`"model_type": "electra"`. Received: '
            f"model_type={config.get('model_type')!r}."
        )
    activation = config.get("hidden_act", "gelu")
    if isinstance(activation, str) and (
        activation not in config_keys.ACTIVATIONS
    ):
        problems.append(
            f"hidden_act={activation!r}, where only "
            f"{', '.join(config_keys.ACTIVATIONS)} are known"
        )
    problems += [
        f"{key}={config[key]!r}, where only {values[0]!r} is implemented"
        for key, values in config_keys.FIXED.items()
        if key in config and config[key] not in values
    ]
    if problems:
        raise ValueError(
            f"`config.json` of {where} must ask for nothing that is not "
            "implemented. A key that does not matter can be named in "
            f"`ignore=[...]`. Received: {'; '.join(problems)}."
        )


def unknown_keys(config):
    """The keys that nobody here knows, and Transformers' ELECTRA neither.

    Args:
        config: dict, the content of `config.json`.

    Returns:
        A list of strings.
    """
    tables = (config_keys.BACKBONE, config_keys.FIXED, config_keys.IGNORED)
    return [key for key in config if not any(key in t for t in tables)]


def model_type(config):
    """What kind of model it is; files of 2020 do not always say so.

    Args:
        config: dict, the content of `config.json`.

    Returns:
        A string or `None`.
    """
    architectures = config.get("architectures") or ()
    if config.get("model_type") is None and (
        "embedding_size" in config
        or any(str(name).startswith("Electra") for name in architectures)
    ):
        return "electra"
    return config.get("model_type")


def backbone_arguments(config):
    """The arguments of `ElectraBackbone`.

    Args:
        config: dict that `check_config` let pass.

    Returns:
        A dict.
    """
    if model_type(config) == "bert":
        config = {**config_keys.BERT_DEFAULTS, **config}
        config["embedding_size"] = config["hidden_size"]
    arguments = {
        ours: config.get(key, default)
        for key, (ours, default) in config_keys.BACKBONE.items()
    }
    for key in config_keys.DECODER:
        arguments[key] = bool(config.get(key))
    arguments["activation"] = config_keys.ACTIVATIONS[arguments["activation"]]
    return arguments


def task_arguments(task, config):
    """The arguments of a task, besides backbone and preprocessor.

    Args:
        task: string, the name of our class.
        config: dict that `check_config` let pass.

    Returns:
        A dict; empty for a task without any.

    Raises:
        ValueError: if the classes are not numbered from 0, a value is of the
            wrong type, or `problem_type` or an activation is unknown.
    """
    read = {*config_keys.TASKS.get(task, ())}
    if task in config_keys.LABELLED:
        read |= {*config_keys.CLASSES}
    problems = _wrong_types(
        {key: config[key] for key in read if key in config},
        config_keys.TASK_TYPES,
    )
    if problems:
        raise ValueError(
            f"`config.json` must hold what {task} can read. Received: "
            f"{'; '.join(problems)}."
        )
    arguments = {
        ours: config.get(key, default)
        for key, (ours, default) in config_keys.TASKS.get(task, {}).items()
    }
    if task in config_keys.LABELLED:
        if not _says_classes(task, config):
            return {k: v for k, v in arguments.items() if k == "dropout"}
        class_names, _ = class_names_of(config)
        arguments["num_classes"] = len(class_names)
        arguments["class_names"] = class_names
    if "summary_activation" in arguments:
        arguments.update(_summary(arguments))
    if "problem_type" in arguments:
        arguments["problem_type"] = _problem_type(
            arguments["problem_type"], arguments["num_classes"]
        )
    return arguments


def kept_settings(config):
    """The settings that only Transformers reads, for `huggingface_config`.

    Args:
        config: dict that `check_config` let pass.

    Returns:
        A dict.
    """
    return {key: config[key] for key in config_keys.KEPT if key in config}


def huggingface_config(task, backbone, head, pad_token_id=None):
    """The content of `config.json` for a model of ours.

    Args:
        task: string, the name of our class.
        backbone: dict, the configuration of the `ElectraBackbone`.
        head: dict, the configuration of the task; empty for a backbone.
        pad_token_id: int, or `None` without a tokenizer.

    Returns:
        A dict, ready for JSON.
    """
    config = {
        "pad_token_id": 0,
        **backbone.get("transformers_settings", {}),
        "architectures": [names.HEADS[task].architecture],
        "model_type": "electra",
    }
    if pad_token_id is not None:
        config["pad_token_id"] = pad_token_id
    for key, (ours, _) in config_keys.BACKBONE.items():
        config[key] = backbone[ours]
    for key, (ours, default) in config_keys.TASKS.get(task, {}).items():
        config[key] = head.get(ours, default)
        if key == "summary_activation" and config[key] is None:
            config[key] = ""  # Transformers 5 refuses null.
        if key in config_keys.UNUSUAL and config[key] == default:
            del config[key]
            continue
        inherited = config_keys.INHERITED.get(key)
        if inherited and config[key] == backbone[inherited]:
            config[key] = None
    if config.get("problem_type") is not None:
        theirs = {v: k for k, v in config_keys.PROBLEM_TYPES.items()}
        config["problem_type"] = theirs[config["problem_type"]]
    if task in config_keys.LABELLED:
        config.pop("num_labels", None)
        class_names = head.get("class_names") or [
            f"LABEL_{i}" for i in range(head["num_classes"])
        ]
        config["id2label"] = {str(i): n for i, n in enumerate(class_names)}
        config["label2id"] = {n: i for i, n in enumerate(class_names)}
    for key in config_keys.DECODER:
        if backbone.get(key):
            config[key] = True
    return dict(sorted(config.items()))


def _says_classes(task, config):
    """Two classes are left out, but only by a model that has a head for it."""
    says = any(config.get(key) for key in config_keys.CLASSES)
    head = names.HEADS[task].architecture
    return says or head in (config.get("architectures") or ())


def _summary(arguments):
    """Null means none for a rate; the activation has a name of ours."""
    name = arguments["summary_activation"]
    if name not in config_keys.SUMMARY_ACTIVATIONS:
        known = [k for k in config_keys.SUMMARY_ACTIVATIONS if k]
        raise ValueError(
            f"`summary_activation` must be one of {', '.join(known)}, or null. "
            f"Received: summary_activation={name!r}."
        )
    return {
        "summary_activation": config_keys.SUMMARY_ACTIVATIONS[name],
        "summary_dropout": arguments["summary_dropout"] or 0.0,
        "summary_first_dropout": arguments["summary_first_dropout"] or 0.0,
    }


def _wrong_types(config, types, nullable=True):
    """What is of another JSON type than it has to be."""
    return [
        f"{key}={value!r}, which must be {config_keys.TYPE_NAMES[kind]}"
        for key, kind in types.items()
        if key in config
        and not _is_of_type(value := config[key], kind)
        and not (nullable and value is None)
    ]


def _is_of_type(value, kind):
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _problem_type(theirs, num_classes):
    if theirs is None:  # What Transformers makes of integer labels.
        return "regression" if num_classes == 1 else "single_label"
    if theirs not in config_keys.PROBLEM_TYPES:
        raise ValueError(
            "`problem_type` must be one of "
            f"{', '.join(config_keys.PROBLEM_TYPES)}, or null. Received: "
            f"problem_type={theirs!r}."
        )
    return config_keys.PROBLEM_TYPES[theirs]
