"""Smaller learning rates for layers further from the output."""

import re

FORMS = ("as_published", "as_stated")


def layer_rate_multipliers(model, rate, form="as_published"):
    """What the learning rate of each layer is multiplied with.

    The head keeps the whole rate. Below it each block has `rate` times that of
    the block above, and the embeddings have the least. The paper states it
    so that the top block comes right below the head. The 2020 code leaves a
    step out, and its top block has `rate` squared; the published results were
    made with that.

    | | head | top block | lowest of n | embeddings |
    |---|---|---|---|---|
    | `"as_published"` | 1 | rate ** 2 | rate ** (n + 1) | rate ** (n + 2) |
    | `"as_stated"` | 1 | rate | rate ** n | rate ** (n + 1) |

    Args:
        model: a task, or an `ElectraBackbone`.
        rate: float above 0 and at most 1; 0.8 in the paper, 0.9 for the large
            size.
        form: `"as_published"` (default) or `"as_stated"`.

    Returns:
        dict from regular expression of variables' paths to float, for
        `ElectraAdamW(rate_multipliers=...)`.

    Raises:
        ValueError: if `rate` or `form` is not possible, or the model has no
            variables of an ELECTRA encoder.

    Example:
    ```python
    multipliers = keras_electra.layer_rate_multipliers(classifier, 0.8)
    optimizer = keras_electra.ElectraAdamW(1e-4, rate_multipliers=multipliers)
    classifier.compile(optimizer=optimizer)
    ```

    Reference: Clark et al., 2020, appendix B; `_get_layer_lrs` in
    `optimization.py` of the 2020 release.
    """
    if not 0 < rate <= 1:
        raise ValueError(
            f"`rate` must be above 0 and at most 1. Received: rate={rate}."
        )
    if form not in FORMS:
        raise ValueError(f"`form` must be one of {FORMS}. Received: {form!r}.")
    num_layers = getattr(getattr(model, "backbone", model), "num_layers", 0)
    top = 2 if form == "as_published" else 1
    powers = {
        "embeddings": num_layers + top,
        "embeddings_projection": num_layers + top,
    }
    for index in range(num_layers):
        name = f"transformer_layer_{index}"
        powers[name] = num_layers - 1 - index + top
    multipliers = {
        rf"(^|/){name}/": rate**power for name, power in powers.items()
    }
    paths = [variable.path for variable in model.trainable_variables]
    found = {
        pattern: multiplier
        for pattern, multiplier in multipliers.items()
        if any(re.search(pattern, path) for path in paths)
    }
    if not found:
        raise ValueError(
            "`model` must hold the variables of an ELECTRA encoder, and "
            f"trainable ones. Received: {model!r} with {len(paths)} trainable "
            "variables."
        )
    return found
