import keras
import numpy as np
import pytest

from keras_electra import LinearWarmupDecay

# step: rate, by hand from the formula of the 2020 code: 1e-3 * (1 - step / 100)
# decayed, times step / 10 while that is below one.
TABLE = {
    0: 0.0,
    1: 1e-3 * 0.99 * 0.1,
    5: 1e-3 * 0.95 * 0.5,
    10: 1e-3 * 0.90,
    50: 1e-3 * 0.50,
    99: 1e-3 * 0.01,
    100: 0.0,
    150: 0.0,
}


@pytest.mark.parametrize(
    "warmup", [{"warmup_steps": 10}, {"warmup_share": 0.1, "warmup_steps": 3}]
)
def test_table(warmup):
    schedule = LinearWarmupDecay(1e-3, 100, **warmup)
    for step, rate in TABLE.items():
        assert float(schedule(step)) == pytest.approx(rate, abs=1e-10)


def test_no_warmup_other_powers_and_ends():
    assert float(LinearWarmupDecay(0.5, 4)(0)) == 0.5
    square = LinearWarmupDecay(1.0, 4, power=2, end_learning_rate=0.2)
    assert float(square(1)) == pytest.approx(0.2 + 0.8 * 0.75**2)
    assert float(square(9)) == pytest.approx(0.2)
    constant = LinearWarmupDecay(1.0, 4, warmup_steps=2, power=0)
    assert [float(constant(i)) for i in (1, 2, 9)] == [0.5, 1.0, 1.0]


def test_round_trip():
    schedule = LinearWarmupDecay(1e-3, 100, 7, 0.02, 2, 1e-5)
    config = keras.saving.serialize_keras_object(schedule)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == schedule.get_config()
    steps = np.arange(0, 120, 7)
    assert [float(again(s)) for s in steps] == [
        float(schedule(s)) for s in steps
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1e-3, 0), "`total_steps` must be at least 1"),
        ((1e-3, 10, -1), "`warmup_steps` must be at least 0"),
        ((1e-3, 10, 0, 2), "`warmup_share` must be at least 0 and at most 1"),
        ((-1e-3, 10), "at least 0. Received: learning_rate=-0.001"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearWarmupDecay(*arguments)
