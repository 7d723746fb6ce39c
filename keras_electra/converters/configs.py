"""Transformers' `config.json` to our constructors' arguments, and back."""

from keras_electra.converters import config_keys, names


def check_config(config, where, ignore=()):
    """Refuse whatever would make the model compute something else.

    Args:
        config: dict, the content of `config.json`.
        where: what the message calls the source.
        ignore: keys that the caller knows not to matter.

    Raises:
        ValueError: for an unknown `model_type` or `hidden_act`, for a value
            that is not implemented, or for a key that is not understood; all
            of them in one message.
    """
    if config.get("model_type") not in config_keys.MODEL_TYPES:
        raise ValueError(
            f"`model_type` in {where} must be one of "
            f"{', '.join(config_keys.MODEL_TYPES)}: other models have other "
            f"layers. Received: model_type={config.get('model_type')!r}."
        )
    problems = []
    activation = config.get("hidden_act", "gelu")
    if activation not in config_keys.ACTIVATIONS:
        problems.append(
            f"hidden_act={activation!r}, where only "
            f"{', '.join(config_keys.ACTIVATIONS)} are known"
        )
    for key, value in config.items():
        if key in ignore or key in config_keys.BACKBONE:
            continue
        if key in config_keys.FIXED:
            if value not in config_keys.FIXED[key]:
                problems.append(
                    f"{key}={value!r}, where only "
                    f"{config_keys.FIXED[key][0]!r} is implemented"
                )
        elif key not in config_keys.IGNORED:
            problems.append(f"{key}={value!r}, which is not understood")
    if problems:
        raise ValueError(
            f"`config.json` of {where} must say nothing that the model would "
            "not do. A key that does not matter can be named in "
            f"`ignore=[...]`. Received: {'; '.join(problems)}."
        )


def backbone_arguments(config):
    """The arguments of `ElectraBackbone`.

    Args:
        config: dict that `check_config` let pass.

    Returns:
        A dict.
    """
    if config.get("model_type") == "bert":
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
        ValueError: if the labels contradict each other, or `problem_type` is
            unknown.
    """
    arguments = {
        ours: config.get(key, default)
        for key, (ours, default) in config_keys.TASKS.get(task, {}).items()
    }
    if task in config_keys.LABELLED:
        if not _says_classes(task, config):
            return {k: v for k, v in arguments.items() if k == "dropout"}
        class_names = _class_names(config)
        arguments["num_classes"] = len(class_names)
        arguments["class_names"] = class_names
    if "summary_activation" in arguments:
        arguments.update(_summary(arguments))
    if "problem_type" in arguments:
        arguments["problem_type"] = _problem_type(
            arguments["problem_type"], arguments["num_classes"]
        )
    return arguments


def huggingface_config(task, backbone, head, pad_token_id=0):
    """The content of `config.json` for a model of ours.

    Args:
        task: string, the name of our class.
        backbone: dict, the configuration of the `ElectraBackbone`.
        head: dict, the configuration of the task; empty for a backbone.
        pad_token_id: int.

    Returns:
        A dict, ready for JSON.
    """
    config = {
        "architectures": [names.HEADS[task].architecture],
        "model_type": "electra",
        "pad_token_id": pad_token_id,
    }
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
    says = any(config.get(key) for key in ("id2label", "num_labels"))
    head = names.HEADS[task].architecture
    return says or head in (config.get("architectures") or ())


def _class_names(config):
    labels = config.get("id2label")
    if not labels:
        count = config.get("num_labels", config.get("_num_labels", 2))
        return [f"LABEL_{i}" for i in range(count)]
    by_number = {int(number): name for number, name in labels.items()}
    if sorted(by_number) != list(range(len(by_number))):
        raise ValueError(
            "`id2label` must number the classes 0, 1, 2... without a gap. "
            f"Received: id2label={labels!r}."
        )
    class_names = [str(by_number[i]) for i in range(len(by_number))]
    inverse = config.get("label2id")
    if inverse and {str(k): int(v) for k, v in inverse.items()} != {
        name: number for number, name in enumerate(class_names)
    }:
        raise ValueError(
            "`label2id` must be the inverse of `id2label`. Received: "
            f"id2label={labels!r}, label2id={inverse!r}."
        )
    return class_names


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
