"""Checks of what a pretrainer and its run are given."""


def check_models(discriminator, generator):
    """Raises `ValueError` if the two cannot be trained together."""
    if discriminator is None and generator is None:
        raise ValueError(
            "At least one of `discriminator` and `generator` must be given. "
            "Received: None for both."
        )
    if discriminator is None or generator is None:
        return
    sizes = [
        model.backbone.vocabulary_size for model in (generator, discriminator)
    ]
    if sizes[0] != sizes[1]:
        raise ValueError(
            "Generator and discriminator must have one vocabulary. Received: "
            f"{sizes[0]} pieces for the generator, {sizes[1]} for the "
            "discriminator."
        )


def check_rates(mask_rate, mask_token_rate, temperature):
    """Raises `ValueError` if one is out of range."""
    if not (0 < mask_rate < 1 and 0 <= mask_token_rate <= 1):
        raise ValueError(
            "`mask_rate` must be above 0 and below 1, `mask_token_rate` from 0 "
            f"to 1. Received: mask_rate={mask_rate}, "
            f"mask_token_rate={mask_token_rate}."
        )
    if temperature <= 0:
        raise ValueError(
            "`temperature` must be above 0. Received: "
            f"temperature={temperature}."
        )


def special_ids(model, mask_token_id, special_token_ids):
    """The ids that masking needs: what is given, or the tokenizer's.

    Args:
        model: the task whose preprocessor is asked.
        mask_token_id: int, or `None`.
        special_token_ids: ints, or `None`.

    Returns:
        A pair: int and a tuple of ints.

    Raises:
        ValueError: if there is nobody to ask.
    """
    tokenizer = getattr(model.preprocessor, "tokenizer", None)
    if tokenizer is None and (mask_token_id is None or not special_token_ids):
        raise ValueError(
            "Without a preprocessor, `mask_token_id` and `special_token_ids` "
            f"must be given. Received: mask_token_id={mask_token_id}, "
            f"special_token_ids={special_token_ids}."
        )
    if mask_token_id is None:
        mask_token_id = tokenizer.mask_token_id
    if not special_token_ids:
        special_token_ids = (
            tokenizer.pad_token_id,
            tokenizer.cls_token_id,
            tokenizer.sep_token_id,
        )
    return int(mask_token_id), tuple(int(i) for i in special_token_ids)


def check_untied(discriminator, generator):
    """Check that two models share no embeddings.

    Args:
        discriminator: `ElectraReplacedTokenDetector`.
        generator: `ElectraMaskedLM`.

    Raises:
        ValueError: if they do.
    """
    if discriminator.backbone.embeddings is generator.backbone.embeddings:
        raise ValueError(
            "`tie_embeddings=False` needs a generator with embeddings of its "
            "own. Received: one on those of the discriminator. Make it with "
            "`make_generator(discriminator, tie_embeddings=False)`."
        )
