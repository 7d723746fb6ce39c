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


@pytest.fixture
def tuned(monkeypatch):
    """Whether each data set that Keras is about to use is tuned."""
    found = []
    build = keras.Model._maybe_symbolic_build

    def spy(self, iterator=None, data_batch=None):
        found.append(iterator._distributed_dataset)
        build(self, iterator=iterator, data_batch=data_batch)

    monkeypatch.setattr(keras.Model, "_maybe_symbolic_build", spy)
    return lambda: [d.options().autotune.enabled for d in found], found


@pytest.mark.parametrize("kind", ["arrays", "batches", "texts"])
def test_iterators_without_a_thread_to_wait_for(kind, tuned):
    model, x = classifier(), tiny.inputs(8, 16)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return x, LABELS

    data = {
        "arrays": (x, LABELS),
        "batches": (Batches(),),
        "texts": (tiny.TEXTS, tiny.LABELS),
    }[kind]
    if kind == "texts":
        model.preprocessor = model.preprocessor_cls(tiny.tokenizer())
    options, datasets = tuned
    validation = data[0] if kind == "batches" else data
    model.fit(*data, validation_data=validation, epochs=2, verbose=0)
    model.evaluate(*data, verbose=0)
    # Of `fit`, of validation in each of two epochs, and of `evaluate`.
    assert options() == [False] * 4
    assert datasets[1] is datasets[2]


def test_the_callers_pipeline_is_left_alone(tuned):
    import tensorflow as tf

    x = tiny.inputs(8, 16)
    data = tf.data.Dataset.from_tensors((x, LABELS))
    classifier().fit(data, verbose=0)
    assert tuned[0]() == [None]
