"""Layer-wise learning rate decay."""

import re

from keras_electra.argument_checks import check_range

FORMS = ("as_published", "as_stated")


def layer_rate_multipliers(model, rate, form="as_published"):
    """Multipliers for layer-wise learning rate decay.

    The head has the full learning rate. Each layer below has `rate` times that
    of the layer above; the embeddings have the lowest. In the paper, the top
    block has `rate` times the learning rate of the head. In the 2020 code, with
    which the published results were obtained, it has `rate` squared.

    | | head | top block | lowest of n | embeddings |
    |---|---|---|---|---|
    | `"as_published"` | 1 | rate ** 2 | rate ** (n + 1) | rate ** (n + 2) |
    | `"as_stated"` | 1 | rate | rate ** n | rate ** (n + 1) |

    Args:
        model: a task, or an `ElectraBackbone`.
        rate: float, above 0 and at most 1. The paper uses 0.8, and 0.9 for the
            large model.
        form: `"as_published"` (default) or `"as_stated"`.

    Returns:
        dict from regular expression to float, for
        `ElectraAdamW(rate_multipliers=...)`.

    Raises:
        ValueError: if `rate` is out of range, `form` is unknown, or the model
            has no trainable variables of an ELECTRA encoder.

    Example:
    ```python
    multipliers = keras_electra.layer_rate_multipliers(classifier, 0.8)
    optimizer = keras_electra.ElectraAdamW(1e-4, rate_multipliers=multipliers)
    classifier.compile(optimizer=optimizer)
    ```

    Reference: Clark et al., 2020, appendix B; `_get_layer_lrs` in
    `optimization.py` of the 2020 release.
    """
    check_range({"rate": rate}, above=0, at_most=1)
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
            "`model` must have trainable variables of an ELECTRA encoder. "
            f"Received: {model!r} with {len(paths)} trainable variables."
        )
    return found
