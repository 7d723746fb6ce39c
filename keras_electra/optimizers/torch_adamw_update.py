"""One update of all variables together, on PyTorch."""


def update_all(
    variables,
    gradients,
    momentums,
    velocities,
    decays,
    multipliers,
    rate,
    betas,
    epsilon,
    corrections,
):
    """Does for lists of tensors what `ElectraAdamW.update_step` does for one.

    Args:
        variables: list of tensors, changed in place.
        gradients: list of tensors.
        momentums: list of tensors, changed in place.
        velocities: list of tensors, changed in place.
        decays: list of float. Weight decay of each.
        multipliers: list of float. What the rate of each is multiplied with.
        rate: scalar tensor. The learning rate.
        betas: tuple of two floats.
        epsilon: float.
        corrections: tuple of two scalar tensors, what momentums and
            velocities are divided by; or `None`.
    """
    import torch

    with torch.no_grad():
        beta_1, beta_2 = betas
        torch._foreach_mul_(momentums, beta_1)
        torch._foreach_add_(momentums, gradients, alpha=1 - beta_1)
        torch._foreach_mul_(velocities, beta_2)
        torch._foreach_addcmul_(
            velocities, gradients, gradients, value=1 - beta_2
        )
        below = torch._foreach_sqrt(velocities)
        if corrections is not None:
            torch._foreach_div_(below, torch.sqrt(corrections[1]))
        torch._foreach_add_(below, epsilon)
        updates = torch._foreach_div(momentums, below)
        if corrections is not None:
            torch._foreach_div_(updates, corrections[0])
        for decay in {*decays} - {0}:
            own = [i for i, other in enumerate(decays) if other == decay]
            torch._foreach_add_(
                [updates[i] for i in own],
                [variables[i] for i in own],
                alpha=decay,
            )
        if any(multiplier != 1 for multiplier in multipliers):
            torch._foreach_mul_(updates, multipliers)
        torch._foreach_mul_(updates, rate)
        torch._foreach_sub_(variables, updates)
