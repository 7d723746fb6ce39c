"""One update of all variables together, on PyTorch."""

import collections


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
    step,
):
    """Does for lists of tensors what `ElectraAdamW.update_step` does for one.

    PyTorch's own fused kernel, which passes over every tensor once.

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
        step: scalar tensor, from 1, that momentums and velocities are corrected
            for; or `None` for no correction.
    """
    import torch

    if step is None:  # After so many steps no correction is left.
        step = torch.full((), 2.0**40, device=rate.device)
    step = step.to(torch.float32)
    rate = rate.to(torch.float32)
    alike = collections.defaultdict(list)
    for index, (variable, *kind) in enumerate(
        zip(variables, decays, multipliers, strict=True)
    ):
        alike[(*kind, variable.dtype, variable.device)].append(index)
    with torch.no_grad():
        for (decay, multiplier, _, device), own in alike.items():
            torch._fused_adamw_(
                [variables[i] for i in own],
                [gradients[i].contiguous() for i in own],
                [momentums[i] for i in own],
                [velocities[i] for i in own],
                [],
                [step.to(device)] * len(own),
                lr=(rate * multiplier).to(device),
                beta1=betas[0],
                beta2=betas[1],
                weight_decay=decay,
                eps=epsilon,
                amsgrad=False,
                maximize=False,
            )
