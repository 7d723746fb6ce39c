"""A generator to a discriminator, sharing its embeddings."""

import keras
import numpy as np

from keras_electra.backbone import ElectraBackbone
from keras_electra.tasks.masked_lm import ElectraMaskedLM


def make_generator(
    discriminator, width=0.25, depth=1.0, tie_embeddings=True, **overrides
):
    """Build the untrained generator that goes with a discriminator.

    Args:
        discriminator: `ElectraReplacedTokenDetector`.
        width: float, default `0.25`. Hidden and feed-forward width against
            the discriminator's: 1/4 for the small and large size of the
            paper, 1/3 for base.
        depth: float, default `1.0`. Number of blocks against the
            discriminator's.
        tie_embeddings: bool, default `True`. Whether the two share the whole
            embedding block, as in the paper.
        **overrides: arguments of `ElectraBackbone`, for instance
            `num_heads=4`.

    Returns:
        `ElectraMaskedLM`.

    Raises:
        ValueError: if `width` or `depth` is not above 0.

    Example:
    ```python
    generator = make_generator(discriminator, width=1 / 4)
    ```

    Reference: Clark et al., 2020, sections 3.2 and 3.3; the hidden width is
    a multiple of the width of the discriminator's heads. For the sizes of the
    paper these are the numbers of the 2020 code.
    """
    if width <= 0 or depth <= 0:
        raise ValueError(
            "`width` and `depth` must be above 0. Received: "
            f"width={width}, depth={depth}."
        )
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


def tie_embeddings(generator, discriminator):
    """Rebuild a generator on the embeddings of a discriminator.

    Models loaded from two folders have a copy each. What counts is the
    discriminator's.

    Args:
        generator: `ElectraMaskedLM`.
        discriminator: `ElectraReplacedTokenDetector`.

    Returns:
        `ElectraMaskedLM` with the weights of `generator` and the embedding
        block of `discriminator`; `generator` itself if they share it already.

    Raises:
        ValueError: if the embeddings have different sizes or values.
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


def with_towers(config):
    """Make the two models that a saved configuration describes.

    Args:
        config: dict of `ElectraPretrainer.get_config`.

    Returns:
        The dict with models in place of their configurations.
    """
    config = dict(config)
    for tower in ("discriminator", "generator"):
        if isinstance(config.get(tower), dict):
            config[tower] = keras.saving.deserialize_keras_object(config[tower])
    if config.get("tie_embeddings"):
        # Just made, they hold different random numbers, and none counts.
        ours, theirs = (
            config[tower].backbone.embeddings
            for tower in ("generator", "discriminator")
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
        # Presets are float16 on disk, so that two copies can differ a little.
        ours_, theirs_ = map(keras.ops.convert_to_numpy, (mine, other))
        difference = np.max(np.abs(ours_ - theirs_), initial=0)
        if difference > 1e-3:
            wrong.append(f"{mine.path}: differ by up to {difference:.3g}")
    if wrong:
        raise ValueError(
            "To be tied, the embeddings of generator and discriminator must "
            f"be the same. Received: {'; '.join(wrong)}. Pass "
            "`tie_embeddings=False` to train two tables, or take the two "
            "models of one pre-training run."
        )
