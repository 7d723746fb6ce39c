"""Two replicas on TensorFlow train like one, in a child process."""

import os
import subprocess
import sys

import keras
import pytest

CODE = """
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)
import keras
from keras_electra import ElectraAdamW, ElectraLamb

def model(optimizer):
    keras.utils.set_random_seed(0)
    ids = keras.Input((4,), dtype="int32")
    x = keras.layers.Flatten()(keras.layers.Embedding(5, 2)(ids))
    made = keras.Model(ids, keras.layers.Dense(1)(x))
    made.compile(optimizer(), "mse")
    return made

x = np.random.default_rng(0).integers(0, 5, (16, 4))
y = x.sum(1, keepdims=True) * 1.0
for optimizer in (
    lambda: ElectraAdamW(0.1, rate_multipliers={"embed": 0.5}),
    lambda: ElectraLamb(0.01),
):
    one = model(optimizer)
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        two = model(optimizer)
    for each in (one, two):
        each.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
    for a, b in zip(one.get_weights(), two.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert two.optimizer.get_config()["global_clipnorm"] == 1.0
"""


@pytest.mark.slow
@pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="tf.distribute"
)
def test_two_replicas_equal_one():
    run = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
