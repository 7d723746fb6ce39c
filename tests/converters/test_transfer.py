import numpy as np
import pytest

from keras_electra.converters import dialects, names, transfer
from keras_electra.converters.names import Row
from keras_electra.converters.readers import StoredTensor

ROWS = (
    Row("layer_{n}/query", "encoder/layer_{n}/self/query"),
    Row("norm", "LayerNorm", names.NORM),
    Row("table", "words", names.TABLE),
    Row("table", "head", names.TABLE),
)
SHAPES = {
    "layer_0/query/kernel": (2, 3),
    "layer_0/query/bias": (3,),
    "layer_11/query/kernel": (2, 3),
    "layer_11/query/bias": (3,),
    "norm/gamma": (4,),
    "norm/beta": (4,),
    "table/embeddings": (5, 2),
}


def arrays():
    rng = np.random.default_rng(0)
    return {path: rng.normal(size=shape) for path, shape in SHAPES.items()}


def stored(tensors):
    return {
        name: StoredTensor(array.shape, lambda array=array: array)
        for name, array in tensors.items()
    }


def load(tensors, dialect=dialects.HUGGINGFACE, rows=ROWS, shapes=SHAPES):
    tensors = stored(tensors)
    found = transfer.plan(shapes, rows, tensors, dialect)
    transfer.check(found, tensors, "here")
    return dict(transfer.read(found, shapes, tensors, dialect))


@pytest.mark.parametrize(
    "dialect",
    [
        dialects.HUGGINGFACE,
        dialects.HUGGINGFACE_TENSORFLOW,
        dialects.HUGGINGFACE_FLAX,
        dialects.ORIGINAL,
        dialects.KERAS_HUB,
    ],
)
def test_there_and_back(dialect):
    written = transfer.write(arrays(), ROWS, dialect)
    assert len(written) == len(SHAPES)
    back = load(written, dialect)
    for path, array in arrays().items():
        np.testing.assert_array_equal(back[path], array)


def test_spelling():
    written = transfer.write(arrays(), ROWS, dialects.HUGGINGFACE)
    assert sorted(written) == [
        "LayerNorm.bias",
        "LayerNorm.weight",
        "encoder.layer.0.self.query.bias",
        "encoder.layer.0.self.query.weight",
        "encoder.layer.11.self.query.bias",
        "encoder.layer.11.self.query.weight",
        "words.weight",
    ]
    assert written["encoder.layer.0.self.query.weight"].shape == (3, 2)


@pytest.mark.parametrize("prefix", ["electra.", "module.electra."])
def test_prefix_and_old_spelling(prefix):
    written = transfer.write(arrays(), ROWS, dialects.HUGGINGFACE)
    written = {
        prefix
        + name.replace("Norm.weight", "Norm.gamma").replace(
            "Norm.bias", "Norm.beta"
        ): array
        for name, array in written.items()
    }
    np.testing.assert_array_equal(
        load(written)["norm/gamma"], arrays()["norm/gamma"]
    )


def test_factored_kernels():
    rows = (Row("q", "self/query"), Row("o", "out/dense", input_axes=2))
    dialect = dialects.KERAS_HUB
    shapes = {"q/kernel": (4, 6), "q/bias": (6,), "o/kernel": (6, 4)}
    tensors = {
        "self/query/kernel": np.arange(24.0).reshape(4, 3, 2),
        "self/query/bias": np.arange(6.0).reshape(3, 2),
        "out/dense/kernel": np.arange(24.0).reshape(3, 2, 4),
    }
    loaded = load(tensors, dialect, rows, shapes)
    np.testing.assert_array_equal(
        loaded["o/kernel"], np.arange(24.0).reshape(6, 4)
    )
    tensors["out/dense/kernel"] = np.zeros((3, 4, 2))
    with pytest.raises(ValueError, match="misshapen: out/dense/kernel"):
        load(tensors, dialect, rows, shapes)


def test_every_problem_in_one_message():
    written = transfer.write(arrays(), ROWS, dialects.HUGGINGFACE)
    del written["LayerNorm.bias"]
    written["words.weight"] = np.zeros((6, 2))
    written["encoder.layer.0.self.query.weight"] = np.zeros((2, 3))
    written["pooler.weight"] = np.zeros(1)
    with pytest.raises(ValueError) as error:
        load(written)
    message = str(error.value)
    assert "missing: LayerNorm.bias (for norm/beta)" in message
    assert "words.weight has shape (6, 2)" in message
    assert "table/embeddings needs (5, 2)" in message
    # Not transposed, where it has to be.
    assert "query.weight has shape (2, 3)" in message
    assert "unused: pooler.weight" in message
    assert "`ignore=[...]`" in message


def test_copies_must_be_equal():
    written = transfer.write(arrays(), ROWS, dialects.HUGGINGFACE)
    written["head.weight"] = written["words.weight"]
    load(written)
    written["head.weight"] = written["words.weight"] + 1
    with pytest.raises(ValueError, match="not a copy: head.weight differs"):
        load(written)


def test_two_models_in_one_file():
    written = transfer.write(arrays(), ROWS, dialects.HUGGINGFACE)
    both = {f"a.{name}": array for name, array in written.items()}
    both |= {f"b.{name}": array + 1 for name, array in written.items()}
    with pytest.raises(ValueError, match="not a copy: b.words.weight"):
        load(both)


def test_two_rules_for_one_tensor():
    rows = (*ROWS, Row("other", "LayerNorm", names.NORM))
    with pytest.raises(ValueError, match="Two rules must not match one"):
        transfer.plan(
            {**SHAPES, "other/gamma": (4,)}, rows, {}, dialects.HUGGINGFACE
        )


def test_a_variable_without_a_row():
    with pytest.raises(ValueError, match="must have a row.*'extra/kernel'"):
        transfer.plan({"extra/kernel": (1,)}, ROWS, {}, dialects.HUGGINGFACE)
    with pytest.raises(ValueError, match="must have a row"):
        transfer.write(
            {"extra/kernel": np.zeros(1)}, ROWS, dialects.HUGGINGFACE
        )


def test_ignored_with_a_reason():
    tensors = stored({"electra.embeddings.position_ids": np.arange(3)})
    found = transfer.plan({}, ROWS, tensors, dialects.HUGGINGFACE)
    assert not found.unused
    (reason,) = found.ignored.values()
    assert "counts" in reason
