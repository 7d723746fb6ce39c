"""Every folder of Transformers into every class of ours."""

import warnings

import numpy as np
import pytest

import keras_electra
from keras_electra import registration
from keras_electra.converters import names
from tests.converters.checkpoints import GOLDEN, arrays
from tests.converters.test_huggingface import CLASSES

TASKS = [name for name in names.HEADS if name != "ElectraBackbone"]


def load(name, folder):
    """The model, and all that was warned of."""
    cls = registration.load(name)
    options = {}
    if name in ("ElectraTextClassifier", "ElectraTokenClassifier"):
        config = (GOLDEN / "hf" / folder / "config.json").read_text("utf-8")
        if "id2label" not in config:
            options = {"num_classes": 2}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = cls.from_preset(GOLDEN / "hf" / folder, **options)
    texts = [str(w.message) for w in caught if w.category is UserWarning]
    return model, " ".join(texts)


@pytest.fixture(scope="module", params=list(CLASSES))
def folder(request):
    backbone = keras_electra.ElectraBackbone.from_preset(
        GOLDEN / "hf" / request.param
    )
    return request.param, arrays(backbone)


@pytest.mark.parametrize("name", TASKS)
def test_what_fits_is_loaded_and_the_rest_named(folder, name):
    folder, encoder = folder
    owner = CLASSES[folder]
    model, warning = load(name, folder)
    found = arrays(model)
    for path, array in encoder.items():
        if path in found or "cross_attention" not in path:
            np.testing.assert_array_equal(found[path], array, err_msg=path)
    head = [path for path in found if path not in encoder]
    if name == owner or name in names.same_heads(owner):
        assert "start random" not in warning
    else:
        assert all(path in warning for path in head)
        assert bool(head) == ("start random" in warning)
    towers = {names.HEADS[task].tower for task in (name, owner)}
    if head and name != owner and len(towers) == 2 and owner in TASKS:
        assert f"THIS IS A {names.HEADS[owner].tower.upper()}" in warning
