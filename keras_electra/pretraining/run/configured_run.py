"""Pre-train from a configuration file."""

import contextlib
import inspect
import pathlib

import keras

from keras_electra.backbone import ElectraBackbone
from keras_electra.optimizers.adamw import ElectraAdamW
from keras_electra.optimizers.lamb import ElectraLamb
from keras_electra.optimizers.linear_warmup_decay import LinearWarmupDecay
from keras_electra.pretraining.make_generator import make_generator
from keras_electra.pretraining.pretrainer import ElectraPretrainer
from keras_electra.pretraining.run.pretrain import pretrain
from keras_electra.tasks.masked_lm import ElectraMaskedLM
from keras_electra.tasks.replaced_token_detector import (
    ElectraReplacedTokenDetector,
)

_OPTIMIZERS = {"adamw": ElectraAdamW, "lamb": ElectraLamb}
# Arguments that are not set in a configuration.
_NOT_CONFIGURED = {
    "self", "kwargs", "name", "discriminator", "generator", "pretrainer",
    "corpus", "folder", "validation_corpus", "callbacks", "vocabulary_size",
    "embeddings", "dtype", "overrides",
}  # fmt: skip


def run_config(config, corpus, folder, validation_corpus=None):
    """Pre-train as a configuration describes, and save both models as presets.

    Args:
        config: dict, from `config_file.read`.
        corpus: `ElectraCorpus`.
        folder: string or path. Holds the files of `pretrain`, and the presets
            `discriminator/` and `generator/`.
        validation_corpus: `ElectraCorpus`, or `None`.

    Returns:
        The trained `ElectraPretrainer`.
    """
    _check_keys(config)
    folder = pathlib.Path(folder)
    training = dict(config["training"])
    seed = training.setdefault("seed", 0)
    objective = {"seed": seed, **config["objective"]}
    # Can be set in either section.
    tie = config["generator"].get("tie_embeddings", True)
    tie = objective.setdefault("tie_embeddings", tie)
    dtype = training.pop("dtype", None)
    rematerialize = training.pop("rematerialize", False)
    keras.utils.set_random_seed(seed)
    with (
        keras.RematScope(mode="full")
        if rematerialize
        else contextlib.nullcontext()
    ):
        discriminator, generator = _models(config, corpus, dtype, tie)
        # May build the generator again, on shared embeddings.
        pretrainer = ElectraPretrainer(discriminator, generator, **objective)
    pretrainer.compile(
        optimizer=_optimizer(config["optimizer"], training["total_steps"])
    )
    pretrain(
        pretrainer,
        corpus,
        folder=folder,
        validation_corpus=validation_corpus,
        **training,
    )
    _check_finite(pretrainer)
    for name in ("discriminator", "generator"):
        getattr(pretrainer, name).save_to_preset(folder / name)
    return pretrainer


def _check_finite(pretrainer):
    for weight in pretrainer.weights:
        value = keras.ops.convert_to_numpy(keras.ops.isfinite(weight))
        if not value.all():
            raise ValueError(
                "The weights of a run must be finite to be saved as presets. "
                f"Received: NaN or infinity in {weight.path}. Checkpoints of "
                "earlier steps are intact; resume from them with a lower "
                "`optimizer.learning_rate`."
            )


def _models(config, corpus, dtype, tie_embeddings):
    """Create both models, from presets if the configuration names them."""
    options = dict(config["discriminator"])
    preset = options.pop("preset", None)
    if preset is not None:
        discriminator = ElectraReplacedTokenDetector.from_preset(
            preset, dtype=dtype, **options
        )
    else:
        tokenizer = corpus.tokenizer()
        discriminator = ElectraReplacedTokenDetector(
            ElectraBackbone(
                vocabulary_size=tokenizer.vocabulary_size(),
                dtype=dtype,
                **options,
            ),
            preprocessor=ElectraReplacedTokenDetector.preprocessor_cls(
                tokenizer, sequence_length=corpus.sequence_length
            ),
        )
    options = dict(config["generator"])
    options["tie_embeddings"] = tie_embeddings
    preset = options.pop("preset", None)
    if preset is not None:
        del options["tie_embeddings"]  # Done by the pretrainer.
        return discriminator, ElectraMaskedLM.from_preset(
            preset, dtype=dtype, **options
        )
    return discriminator, make_generator(discriminator, **options)


def _optimizer(options, total_steps):
    options = dict(options)
    optimizer = _OPTIMIZERS[options.pop("name", "adamw")]
    schedule = LinearWarmupDecay(
        total_steps=total_steps,
        **{
            name: options.pop(name)
            for name in _parameters(LinearWarmupDecay)
            if name in options
        },
    )
    return optimizer(schedule, **options)


def _check_keys(config):
    """Check that keys are arguments of the objects that sections describe."""
    optimizer = config["optimizer"].get("name", "adamw")
    if not isinstance(optimizer, str) or optimizer not in _OPTIMIZERS:
        raise ValueError(
            f"`optimizer.name` must be one of {sorted(_OPTIMIZERS)}. Received: "
            f"{optimizer!r}."
        )
    rematerialize = config["training"].get("rematerialize", False)
    if not isinstance(rematerialize, bool):
        raise ValueError(
            "`training.rematerialize` must be true or false. Received: "
            f"{rematerialize!r}."
        )
    allowed = {
        "discriminator": {"preset", *_parameters(ElectraBackbone)},
        "generator": {
            "preset",
            *_parameters(make_generator),
            *_parameters(ElectraBackbone),
        },
        "objective": _parameters(ElectraPretrainer),
        "optimizer": {
            "name",
            "gradient_accumulation_steps",
            *_parameters(LinearWarmupDecay) - {"total_steps"},
            *_parameters(_OPTIMIZERS[optimizer]) - {"rate_multipliers"},
        },
        "training": {"dtype", "rematerialize", *_parameters(pretrain)},
    }
    wrong = [
        f"{section}.{key}"
        for section, keys in allowed.items()
        for key in config[section]
        if key not in keys
    ]
    if wrong:
        sections = sorted({name.split(".")[0] for name in wrong})
        known = "; ".join(f"{s}: {sorted(allowed[s])}" for s in sections)
        raise ValueError(
            f"A configuration must only have known keys. {known}. Received: "
            f"{', '.join(wrong)}."
        )
    missing = [
        f"{section}.{key}"
        for section, key in (
            ("optimizer", "learning_rate"),
            ("training", "total_steps"),
        )
        if key not in config[section]
    ]
    if missing:
        raise ValueError(
            f"A configuration must set {', '.join(missing)}, or have a `size`. "
            "Received: neither."
        )


def _parameters(of):
    return set(inspect.signature(of).parameters) - _NOT_CONFIGURED
