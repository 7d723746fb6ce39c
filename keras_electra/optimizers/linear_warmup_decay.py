"""Learning rate schedule with linear warm-up and decay."""

import keras
from keras import ops

from keras_electra.argument_checks import check_range


@keras.saving.register_keras_serializable(package="keras_electra")
class LinearWarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up from 0, multiplied by a linear decay to 0.

    As in the 2020 code, the rate also decays during the warm-up, so its maximum
    is a little below `learning_rate`. With a warm-up, the rate of step 0 is 0.

    Args:
        learning_rate: float. Initial rate of the decay.
        total_steps: int. Step at which the rate is `end_learning_rate`.
        warmup_steps: int, default `0`. The paper uses 10,000.
        warmup_share: float, default `0`. Warm-up as a share of `total_steps`;
            the paper uses 0.1 for fine-tuning. The longer warm-up is used.
        power: float, default `1`. Exponent of the decay. 1 is linear, 0 keeps
            the rate constant after the warm-up.
        end_learning_rate: float, default `0`. Final rate of the decay.
        name: string, default `"linear_warmup_decay"`.

    Call arguments:
        step: int. Number of completed updates.

    Returns:
        The learning rate, a float32 scalar.

    Raises:
        ValueError: if an argument is out of range.

    Example:
    ```python
    schedule = keras_electra.LinearWarmupDecay(
        5e-4, total_steps=1_000_000, warmup_steps=10_000
    )
    optimizer = keras_electra.ElectraAdamW(schedule)
    ```

    Reference: Clark et al., 2020, appendix A; `optimization.py` of the 2020
    release.
    """

    def __init__(
        self,
        learning_rate,
        total_steps,
        warmup_steps=0,
        warmup_share=0.0,
        power=1.0,
        end_learning_rate=0.0,
        name="linear_warmup_decay",
    ):
        super().__init__()
        check_range({"total_steps": total_steps}, at_least=1)
        check_range({"warmup_share": warmup_share}, at_least=0, at_most=1)
        check_range(
            {
                "warmup_steps": warmup_steps,
                "learning_rate": learning_rate,
                "end_learning_rate": end_learning_rate,
                "power": power,
            },
            at_least=0,
        )
        self.learning_rate = learning_rate
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.warmup_share = warmup_share
        self.power = power
        self.end_learning_rate = end_learning_rate
        self.name = name

    def __call__(self, step):
        step = ops.cast(step, "float32")
        left = 1.0 - ops.minimum(step / self.total_steps, 1.0)
        if self.power != 1:
            left = ops.power(left, self.power)
        end = self.end_learning_rate
        rate = (self.learning_rate - end) * left + end
        warmup = max(self.total_steps * self.warmup_share, self.warmup_steps)
        if not warmup:
            return rate
        return rate * ops.minimum(step / warmup, 1.0)

    def get_config(self):
        return {
            "learning_rate": self.learning_rate,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "warmup_share": self.warmup_share,
            "power": self.power,
            "end_learning_rate": self.end_learning_rate,
            "name": self.name,
        }
