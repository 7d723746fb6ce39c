"""The learning rate of ELECTRA: up in a line, then down in a line."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_electra")
class LinearWarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A warm-up from 0 *times* a decay to 0.

    As in the 2020 code the decay goes on during the warm-up, so that the
    highest rate is a little below `learning_rate`; and with a warm-up the first
    step, number 0, changes nothing.

    Args:
        learning_rate: float. The rate that is warmed up and decays.
        total_steps: int. Steps after which the rate is `end_learning_rate`.
        warmup_steps: int, default `0`. Steps of warm-up; 10,000 in the paper.
        warmup_share: float, default `0`. The same as a share of
            `total_steps`, 0.1 for fine-tuning in the paper; the larger of the
            two counts.
        power: float, default `1`. Shape of the decay; 1 is a line, and 0
            keeps the rate after the warm-up.
        end_learning_rate: float, default `0`. Where the decay ends.
        name: string, default `"linear_warmup_decay"`.

    Call arguments:
        step: int. Updates done so far.

    Returns:
        The rate, a float32 scalar.

    Raises:
        ValueError: if a number is not possible.

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
        if total_steps < 1 or warmup_steps < 0:
            raise ValueError(
                "`total_steps` must be at least 1 and `warmup_steps` at least "
                f"0. Received: total_steps={total_steps}, "
                f"warmup_steps={warmup_steps}."
            )
        if not 0 <= warmup_share <= 1:
            raise ValueError(
                "`warmup_share` must be at least 0 and at most 1. Received: "
                f"warmup_share={warmup_share}."
            )
        if min(learning_rate, end_learning_rate, power) < 0:
            raise ValueError(
                "`learning_rate`, `end_learning_rate` and `power` must be at "
                f"least 0. Received: learning_rate={learning_rate}, "
                f"end_learning_rate={end_learning_rate}, power={power}."
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
