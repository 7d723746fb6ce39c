"""The Adam that ELECTRA was trained with."""

import math
import re

import keras
from keras import ops

from keras_electra.optimizers.summed_gradients import SummedGradients

# Ends of the paths of variables that do not decay: LayerNorms and biases.
NOT_DECAYED = ("bias$", "gamma$", "beta$")


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraAdamW(SummedGradients, keras.optimizers.Optimizer):
    """Adam with decoupled weight decay, as in the 2020 code or corrected.

    One update of a variable `w` with the gradient `g`, after clipping:

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g ** 2
        w = w - rate * (m / (sqrt(v) + epsilon) + weight_decay * w)

    With `bias_correction`, `m` and `v` in the last line are divided by
    `1 - beta ** t`, as in the paper on Adam and as in `torch.optim.AdamW`.
    Without it, the first few updates are larger by up to a factor of three,
    which warm-up makes good.

    Args:
        learning_rate: float, schedule or callable; `2e-4` by default.
        weight_decay: float, default `0.01`.
        beta_1: float, default `0.9`.
        beta_2: float, default `0.999`.
        epsilon: float, default `1e-6`.
        bias_correction: bool, default `False`.
        not_decayed: list of str. Regular expressions; variables in whose path
            one is found do not decay. By default LayerNorms and biases.
        rate_multipliers: dict from regular expression to float, or `None`.
            What the rate of a variable is multiplied with: that of the first
            expression found in its path, and 1 without any. See
            `layer_rate_multipliers`.
        global_clipnorm: float or None, default `1.0`. The length that all
            gradients together are cut to.
        name: string, default `"electra_adamw"`.
        **kwargs: others of `keras.optimizers.Optimizer`, such as
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
        # Keras' own decay knows nothing of multipliers.
        super().__init__(
            learning_rate=learning_rate,
            weight_decay=None,
            global_clipnorm=global_clipnorm,
            name=name,
            **kwargs,
        )
        multipliers = dict(rate_multipliers or {})
        if min([weight_decay, *multipliers.values()]) < 0:
            raise ValueError(
                "`weight_decay` and all `rate_multipliers` must be at least "
                f"0. Received: weight_decay={weight_decay}, "
                f"rate_multipliers={multipliers}."
            )
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
        # Floats, constant in the compiled step. By the order of variables.
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
        """What `m` and `v` are divided by; `1 - beta ** t` to the last bit."""
        if not self.bias_correction:
            return None
        step = ops.cast(self.iterations + 1, "float32")
        return tuple(
            -ops.expm1(step * math.log(beta))
            for beta in (self.beta_1, self.beta_2)
        )

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
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

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        # Keras' hook for all variables at once. On PyTorch each of a thousand
        # small operations costs more than its numbers, so lists go through
        # together. Without this method, `update_step` would do the same.
        if keras.config.backend() != "torch":
            super()._backend_update_step(
                grads, trainable_variables, learning_rate
            )
            return
        from keras_electra.optimizers.torch_adamw_update import update_all

        order = [self._get_variable_index(v) for v in trainable_variables]
        update_all(
            [v.value for v in trainable_variables],
            grads,
            [self._momentums[index].value for index in order],
            [self._velocities[index].value for index in order],
            [self._decays[index] for index in order],
            [self._multipliers[index] for index in order],
            ops.convert_to_tensor(learning_rate),
            (self.beta_1, self.beta_2),
            self.epsilon,
            ops.convert_to_tensor(self.iterations) + 1
            if self.bias_correction
            else None,
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
    """Whether one of several patterns is found in the path of a variable.

    Args:
        patterns: list of str. Regular expressions.
        path: str.

    Returns:
        bool.
    """
    return any(re.search(pattern, path) for pattern in patterns)
