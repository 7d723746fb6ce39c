"""Trains on one device or on many, in a process of its own.

    python -m tests.distribution.training FOLDER WHAT HOW...

writes FOLDER/HOW.npz for each HOW: weights after some steps. WHAT is `fit`, of
a classifier and of a pre-trainer in which nothing is left to chance; or
`pretrain`, a whole run in FOLDER/HOW.
"""

import contextlib
import os
import pathlib
import re
import sys

import numpy as np

STEPS, BATCH = 4, 8
DEVICES = 8


def prepare(hows):
    """What must be set before the backend starts."""
    if {"data", "model"} & set(hows):
        os.environ["XLA_FLAGS"] = (
            f"--xla_force_host_platform_device_count={DEVICES}"
        )
    if "mirrored" in hows:
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, two)
    if "processes" in hows:
        import torch

        torch.distributed.init_process_group("gloo")
    if "hosts" in hows:
        import keras

        keras.distribution.initialize(
            f"127.0.0.1:{os.environ['MASTER_PORT']}",
            num_processes=2,
            process_id=int(os.environ["RANK"]),
        )


def layout():
    import keras

    import keras_electra

    mesh = keras.distribution.DeviceMesh((2, 4), ["batch", "model"])
    return keras_electra.layout_map(mesh)


def check_layout(model):
    """Every row of the layout cuts something, and just what it says."""
    rows, used = layout(), set()
    for variable in model.trainable_variables:
        key = [key for key in rows if re.search(key, variable.path)]
        used.update(key)
        axes = rows[key[0]].axes if key else (None,) * len(variable.shape)
        expected = tuple(
            size // 4 if axis == "model" else size
            for size, axis in zip(variable.shape, axes, strict=True)
        )
        found = variable.value.addressable_shards[0].data.shape
        assert found == expected, (variable.path, found, expected)
    assert used == set(rows)


def parts(variables):
    """How many lie in parts."""
    return sum(
        v.value.addressable_shards[0].data.shape != v.value.shape
        for v in variables
    )


def distribute(how):
    """Choose where variables go; returns a context to make models in."""
    import keras

    keras.distribution.set_distribution(None)
    if how in ("data", "hosts"):
        keras.distribution.set_distribution(
            # Each process is given its own part.
            keras.distribution.DataParallel(auto_shard_dataset=False)
        )
    if how == "model":
        keras.distribution.set_distribution(
            keras.distribution.ModelParallel(
                layout_map=layout(), batch_dim_name="batch"
            )
        )
    if how == "mirrored":
        import tensorflow as tf

        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope()
    return contextlib.nullcontext()


def pretrainer():
    import keras
    from keras import ops

    from keras_electra import ElectraPretrainer
    from tests.pretraining.test_pretrainer import make

    class FixedPretrainer(ElectraPretrainer):
        """Guesses every third token; the one before takes its place."""

        def call(self, inputs, training=None):
            ids = ops.cast(inputs["token_ids"], "int32")
            places = np.arange(1, ids.shape[1], 3, dtype="int32")
            positions = ops.add(ids[:, : len(places)] * 0, places)
            return self.call_on_masked(
                ids,
                ops.where(np.arange(ids.shape[1]) % 3 == 1, 4, ids),
                inputs["segment_ids"],
                inputs["padding_mask"],
                positions,
                ops.ones(ops.shape(positions)),
                sampled_ids=ops.take_along_axis(ids, positions - 1, axis=1),
                training=training,
            )

    towers = make(
        compile=False,
        backbone={
            "dropout": 0.0, "attention_dropout": 0.0, "num_heads": 4,
            "vocabulary_size": 128,
        },
    )  # fmt: skip
    model = FixedPretrainer(
        towers.discriminator,
        towers.generator,
        mask_token_id=4,
        special_token_ids=(0, 2, 3),
    )
    # SGD shows a gradient of the wrong length, which Adam does not mind.
    model.compile(optimizer=keras.optimizers.SGD(1e-3))
    return model


def classifier():
    from keras_electra import ElectraAdamW, ElectraTextClassifier
    from tests import tiny

    model = ElectraTextClassifier(
        tiny.backbone(dropout=0.0, attention_dropout=0.0, num_heads=4),
        num_classes=3,
    )
    tiny.spread_weights(model, 0.3)
    # The gradient of a key's bias is 0 but for rounding: with a small epsilon
    # Adam would take steps along the rounding.
    model.compile(
        optimizer=ElectraAdamW(1e-3, epsilon=1e-4),
        loss=model.loss,
        metrics=["accuracy"],
    )
    return model


def part_of(batches, how):
    """The rows that this process is to take."""
    from keras_electra.distribution.processes import (
        process_count,
        process_index,
    )

    size = BATCH // process_count()
    first = process_index() * size
    take = [
        step * BATCH + row
        for step in range(STEPS)
        for row in range(first, first + size)
    ]
    return {name: values[take] for name, values in batches.items()}, size


def fit(how):
    """Weights of both models after `fit`."""

    import keras_electra
    from keras_electra.pretraining.run.training_state import to_host
    from tests import tiny

    weights = {}
    with distribute(how):
        models = {"pretrainer": pretrainer(), "classifier": classifier()}
    for name, model in models.items():
        x, size = part_of(tiny.inputs(STEPS * BATCH, 16), how)
        x["padding_mask"][:] = 1
        y = None
        if name == "classifier":
            y = x["token_ids"].sum(1) % 3
        if how == "processes":
            keras_electra.torch_data_parallel(model)
            step = model.train_step
            # A second time it changes nothing.
            assert keras_electra.torch_data_parallel(model) is model
            assert model.train_step is step
        if how == "model":
            check_layout(model)
        before = [to_host(w) for w in model.weights]
        model.fit(x, y, batch_size=size, epochs=2, shuffle=False, verbose=0)
        after = [to_host(w) for w in model.weights]
        moved = [
            np.abs(a - b).max() for a, b in zip(after, before, strict=True)
        ]
        assert max(moved) > 1e-3, moved
        if how == "model" and name == "classifier":
            # Both moments of Adam lie where their weights do.
            cut = parts(model.trainable_variables)
            assert 0 < parts(model.optimizer.variables) == 2 * cut
        for index, weight in enumerate(model.trainable_weights):
            weights[f"{name}_{index}"] = to_host(weight)
    return weights


def pretrain(how, folder):
    """Weights after a run."""
    import pytest

    from keras_electra import ElectraAdamW, LinearWarmupDecay
    from keras_electra.pretraining.run.training_state import to_host
    from tests.pretraining.test_pretrainer import make
    from tests.pretraining.test_run import run

    # Dropout is drawn apart on several devices.
    dropout = 0.1 if how == "processes" else 0.0
    with distribute(how):
        model = make(
            backbone={"dropout": dropout, "attention_dropout": dropout},
            compile=False,
        )
        # As for the classifier above: no steps along the rounding.
        model.compile(
            ElectraAdamW(LinearWarmupDecay(1e-2, 30, 3), epsilon=1e-4)
        )
    if how == "mirrored":  # The strategy of the model, out of its scope.
        with pytest.raises(ValueError, match="divisible.*batch_size=7"):
            run(model, folder, batch_size=7)
    run(model, folder)
    return {
        f"pretrainer_{index}": to_host(weight)
        for index, weight in enumerate(model.trainable_weights)
    }


def main(folder, what, *hows):
    prepare(hows)
    folder = pathlib.Path(folder)
    for how in hows:
        if what == "fit":
            weights = fit(how)
        else:
            weights = pretrain(how, folder / how)
        rank = os.environ.get("RANK", "")
        np.savez(folder / f"{how}{rank}.npz", **weights)


if __name__ == "__main__":
    main(*sys.argv[1:])
