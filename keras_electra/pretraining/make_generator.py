"""Create a generator that shares its embeddings with a discriminator."""

import keras
import numpy as np

from keras_electra.argument_checks import check_range
from keras_electra.backbone import ElectraBackbone
from keras_electra.tasks.masked_lm import ElectraMaskedLM


def make_generator(
    discriminator, width=0.25, depth=1.0, tie_embeddings=True, **overrides
):
    """Create an untrained generator for a discriminator.

    The hidden width is a multiple of the width of the discriminator's attention
    heads. For the sizes of the paper, all widths equal those of the 2020 code.

    Args:
        discriminator: `ElectraReplacedTokenDetector`.
        width: float, default `0.25`. Hidden and feed-forward width relative to
            the discriminator: 1/4 for the paper's small and large models, 1/3
            for base.
        depth: float, default `1.0`. Number of encoder blocks relative to the
            discriminator.
        tie_embeddings: bool, default `True`. Whether to share the embedding
            block of the discriminator, as in the paper.
        **overrides: other arguments of `ElectraBackbone`, such as
            `num_heads=4`.

    Returns:
        `ElectraMaskedLM`.

    Raises:
        ValueError: if `width` or `depth` is not above 0.

    Example:
    ```python
    generator = keras_electra.make_generator(discriminator, width=1 / 4)
    ```

    Reference: Clark et al., 2020, sections 3.2 and 3.3.
    """
    check_range({"width": width, "depth": depth}, above=0)
    config = _config(discriminator.backbone)
    head_dim = config["hidden_dim"] // config["num_heads"]
    heads = max(1, round(config["num_heads"] * width))
    config |= {
        "hidden_dim": heads * head_dim,
        "num_heads": heads,
        "intermediate_dim": max(1, round(config["intermediate_dim"] * width)),
        "num_layers": max(1, round(config["num_layers"] * depth)),
    }
    config |= overrides
    if tie_embeddings:
        config["embeddings"] = discriminator.backbone.embeddings
    return ElectraMaskedLM(
        ElectraBackbone.from_config(config | {"name": "generator_backbone"}),
        preprocessor=_preprocessor(discriminator),
        compile=False,
    )


def share_embeddings(generator, discriminator):
    """Rebuild a generator on the embeddings of a discriminator, if necessary.

    Models loaded from two folders hold a copy each. Both must be equal up to
    rounding; the discriminator's is used.
    """
    ours, theirs = generator.backbone, discriminator.backbone
    if ours.embeddings is theirs.embeddings:
        return generator
    _check_same(ours.embeddings, theirs.embeddings)
    tied = ElectraMaskedLM(
        ElectraBackbone.from_config(
            {
                **_config(ours),
                "embeddings": theirs.embeddings,
                "name": "generator_backbone",
            }
        ),
        preprocessor=generator.preprocessor,
        tie_word_embeddings=generator.tie_word_embeddings,
        compile=False,
    )
    kept = theirs.embeddings.get_weights()
    tied.set_weights(generator.get_weights())
    theirs.embeddings.set_weights(kept)
    return tied


def deserialize_models(config):
    """Create the two models in a config of `ElectraPretrainer`."""
    config = dict(config)
    for name in ("discriminator", "generator"):
        if isinstance(config.get(name), dict):
            config[name] = keras.saving.deserialize_keras_object(config[name])
    if config.get("tie_embeddings"):
        # Both are newly initialized; equal values let them be tied.
        ours, theirs = (
            config[name].backbone.embeddings
            for name in ("generator", "discriminator")
        )
        ours.set_weights(theirs.get_weights())
    return config


def _config(backbone):
    config = backbone.get_config()
    config.pop("name")
    return config | {"dtype": backbone.dtype_policy}


def _preprocessor(discriminator):
    if discriminator.preprocessor is None:
        return None
    return ElectraMaskedLM.preprocessor_cls(
        discriminator.preprocessor.tokenizer,
        sequence_length=discriminator.preprocessor.sequence_length,
    )


def _check_same(ours, theirs):
    wrong = []
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        if mine.shape != other.shape:
            wrong.append(f"{mine.path}: shape {mine.shape} and {other.shape}")
            continue
        # Presets are stored in float16, so two copies can differ by rounding.
        ours_, theirs_ = map(keras.ops.convert_to_numpy, (mine, other))
        difference = np.max(np.abs(ours_ - theirs_), initial=0)
        if difference > 1e-3:
            wrong.append(f"{mine.path}: differ by up to {difference:.3g}")
    if wrong:
        raise ValueError(
            "To be tied, the embeddings of generator and discriminator must "
            f"be equal. Received: {'; '.join(wrong)}. Pass "
            "`tie_embeddings=False` to train separate embeddings, or use the "
            "two models of one pre-training run."
        )
