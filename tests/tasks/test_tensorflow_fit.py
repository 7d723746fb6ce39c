"""The first step and the last one, which TensorFlow users wait for."""

import keras
import numpy as np
import pytest

from keras_electra import ElectraTextClassifier
from tests import tiny
from tests.pretraining.test_pretrainer import make

pytestmark = pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="TensorFlow only"
)
LABELS = np.zeros(8, "int32")


def classifier():
    return ElectraTextClassifier(tiny.backbone(num_layers=1), num_classes=2)


@pytest.mark.parametrize(
    ("make_model", "y"), [(classifier, LABELS), (make, None)]
)
def test_a_step_is_traced_once(make_model, y):
    model, traced = make_model(), []
    step = model.train_step

    def counted(data):
        traced.append(data)
        return step(data)

    model.train_step = counted
    model.fit(tiny.inputs(8, 16), y, batch_size=4, verbose=0)
    assert len(traced) == 1
    assert int(model.optimizer.iterations) == 2


def test_iterators_without_a_thread_to_wait_for(monkeypatch):
    import tensorflow as tf

    found = []
    build = keras.Model._maybe_symbolic_build

    def spy(self, iterator=None, data_batch=None):
        options = iterator._distributed_dataset.options()
        found.append(options.autotune.enabled)
        build(self, iterator=iterator, data_batch=data_batch)

    monkeypatch.setattr(keras.Model, "_maybe_symbolic_build", spy)
    model, x = classifier(), tiny.inputs(8, 16)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return x, LABELS

    for data in ((x, LABELS), (Batches(),)):
        model.fit(*data, verbose=0)
        model.evaluate(*data, verbose=0)
    assert found == [False] * 4
    # A pipeline of the caller's may have stages to tune.
    model.fit(tf.data.Dataset.from_tensors((x, LABELS)), verbose=0)
    assert found[4:] == [None]
