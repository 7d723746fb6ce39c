"""AdamW as in the original ELECTRA code."""

import collections
import math
import re

import keras
from keras import ops

from keras_electra.argument_checks import check_range
from keras_electra.keras_internals import (
    fused_adamw,
    updates_all_at_once,
    variable_index,
)
from keras_electra.optimizers.summed_gradients import SummedGradients

# Variables without weight decay: layer normalization and biases.
NOT_DECAYED = ("bias$", "gamma$", "beta$")


@updates_all_at_once
@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraAdamW(SummedGradients, keras.optimizers.Optimizer):
    """AdamW with the update rule of the 2020 code.

    The update of a variable `w` with the clipped gradient `g`:

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g ** 2
        w = w - rate * (m / (sqrt(v) + epsilon) + weight_decay * w)

    With `bias_correction`, `m` and `v` in the last line are divided by
    `1 - beta ** t`, as in the Adam paper and in `torch.optim.AdamW`. Without
    it, the first updates are up to three times as large, which a warm-up
    compensates.

    Args:
        learning_rate: float, schedule or callable, default `2e-4`.
        weight_decay: float, default `0.01`.
        beta_1: float, default `0.9`.
        beta_2: float, default `0.999`.
        epsilon: float, default `1e-6`.
        bias_correction: bool, default `False`.
        not_decayed: list of str. Regular expressions. Variables with a match
            in their path do not decay. Default: layer normalization and
            biases.
        rate_multipliers: dict from regular expression to float, or `None`. The
            learning rate of a variable is multiplied by the value of the first
            expression with a match in its path. See `layer_rate_multipliers`.
        global_clipnorm: float or `None`, default `1.0`. Maximum global norm of
            the gradients.
        name: string, default `"electra_adamw"`.
        **kwargs: other arguments of `keras.optimizers.Optimizer`, such as
            `gradient_accumulation_steps`.

    Raises:
        ValueError: if `weight_decay` or a multiplier is negative.

    Example:
    ```python
    optimizer = keras_electra.ElectraAdamW(
        1e-4,
        rate_multipliers=keras_electra.layer_rate_multipliers(classifier, 0.8),
    )
    classifier.compile(optimizer=optimizer)
    ```

    Reference: `AdamWeightDecayOptimizer` of the 2020 release; Kingma and Ba,
    2015; Loshchilov and Hutter, 2019.
    """

    def __init__(
        self,
        learning_rate=2e-4,
        weight_decay=0.01,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-6,
        bias_correction=False,
        not_decayed=NOT_DECAYED,
        rate_multipliers=None,
        global_clipnorm=1.0,
        name="electra_adamw",
        **kwargs,
    ):
        # The decay of Keras does not use the multipliers.
        super().__init__(
            learning_rate=learning_rate,
            weight_decay=None,
            global_clipnorm=global_clipnorm,
            name=name,
            **kwargs,
        )
        multipliers = dict(rate_multipliers or {})
        check_range({"weight_decay": weight_decay}, at_least=0)
        for pattern, multiplier in multipliers.items():
            name = f"rate_multipliers[{pattern!r}]"
            check_range({name: multiplier}, at_least=0)
        self.decay = weight_decay
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.bias_correction = bias_correction
        self.not_decayed = tuple(not_decayed)
        self.rate_multipliers = multipliers

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        # Constants of the compiled step, in the order of the variables.
        self._decays = [self._decay_of(v.path) for v in variables]
        self._multipliers = [self._multiplier_of(v.path) for v in variables]

    def _decay_of(self, path):
        return 0.0 if is_found(self.not_decayed, path) else self.decay

    def _multiplier_of(self, path):
        for pattern, multiplier in self.rate_multipliers.items():
            if re.search(pattern, path):
                return multiplier
        return 1.0

    def _corrections(self):
        """Divisors of `m` and `v`: `1 - beta ** t`, without cancellation."""
        step = ops.cast(self.iterations + 1, "float32")
        return tuple(
            -ops.expm1(step * math.log(beta))
            for beta in (self.beta_1, self.beta_2)
        )

    def update_step(self, gradient, variable, learning_rate):
        index = variable_index(self, variable)
        m, v = self._momentums[index], self._velocities[index]
        new_m = m * self.beta_1 + gradient * (1 - self.beta_1)
        new_v = v * self.beta_2 + ops.square(gradient) * (1 - self.beta_2)
        self.assign(m, new_m)
        self.assign(v, new_v)
        if self.bias_correction:
            first, second = self._corrections()
            new_m = new_m / ops.cast(first, m.dtype)
            new_v = new_v / ops.cast(second, m.dtype)
        update = new_m / (ops.sqrt(new_v) + self.epsilon)
        if self._decays[index]:
            update = update + self._decays[index] * variable
        rate = ops.cast(learning_rate, m.dtype) * self._multipliers[index]
        self.assign_sub(variable, update * rate)

    def update_all(self, gradients, variables, learning_rate):
        """Update all variables with PyTorch's fused kernel."""
        import torch

        rate = ops.convert_to_tensor(learning_rate).to(torch.float32)
        # After so many steps, no correction is left.
        step = torch.full((), 2.0**40, device=rate.device)
        if self.bias_correction:
            step = ops.convert_to_tensor(self.iterations).to(torch.float32) + 1
        groups = collections.defaultdict(list)
        for variable, gradient in zip(variables, gradients, strict=True):
            index = variable_index(self, variable)
            value = variable.value
            settings = self._decays[index], self._multipliers[index]
            groups[(*settings, value.dtype, value.device)].append(
                (
                    value,
                    gradient.contiguous(),
                    self._momentums[index].value,
                    self._velocities[index].value,
                )
            )
        with torch.no_grad():
            for (decay, multiplier, _, device), rows in groups.items():
                fused_adamw(
                    *map(list, zip(*rows, strict=True)),
                    [],
                    [step.to(device)] * len(rows),
                    lr=(rate * multiplier).to(device),
                    beta1=self.beta_1,
                    beta2=self.beta_2,
                    weight_decay=decay,
                    eps=self.epsilon,
                    amsgrad=False,
                    maximize=False,
                )

    def get_config(self):
        return {
            **super().get_config(),
            "weight_decay": self.decay,
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "bias_correction": self.bias_correction,
            "not_decayed": list(self.not_decayed),
            "rate_multipliers": self.rate_multipliers,
        }


def is_found(patterns, path):
    """Whether one of the patterns matches in the path of a variable."""
    return any(re.search(pattern, path) for pattern in patterns)
