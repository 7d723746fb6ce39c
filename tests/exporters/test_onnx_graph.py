"""Groups of TensorFlow operations become one ONNX operation."""

import collections

import keras
import numpy as np
import pytest

from tests import contracts, tiny

pytestmark = pytest.mark.skipif(
    keras.config.backend() != "tensorflow",
    reason="the other backends convert in a process with TensorFlow",
)
for package in ("tf2onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(package)

CASES = {case.name: case for case in contracts.cases()}


@pytest.mark.parametrize("name", ["single_label", "masked_lm", "causal_lm"])
def test_operations(name, tmp_path):
    import onnx

    task = tiny.spread_weights(CASES[name].make(), 0.5)
    task.export(tmp_path / "x", format="onnx", verbose=False)
    graph = onnx.load(tmp_path / "x" / "model.onnx").graph
    counts = collections.Counter(node.op_type for node in graph.node)
    layers = [
        layer
        for layer in task._flatten_layers()
        if isinstance(layer, keras.layers.LayerNormalization)
    ]
    assert counts["LayerNormalization"] == len(layers)
    for spelled_out in ("ReduceMean", "Einsum"):
        assert not counts[spelled_out], spelled_out
    # Six products with weights and two of attention in each block.
    blocks = tiny.CONFIG["num_layers"]
    assert counts["MatMul"] >= 8 * blocks
    # Heads are split three times and merged once in each block.
    assert counts["Reshape"] <= 4 * blocks + 4
    assert len({name for node in graph.node for name in node.output}) == sum(
        len(node.output) for node in graph.node
    )


def test_int8_looks_for_one_range_for_query_key_and_value(tmp_path):
    import onnx

    task = tiny.spread_weights(CASES["single_label"].make(), 0.1)
    task.export(
        tmp_path / "x", format="onnx", quantization="int8", verbose=False
    )
    graph = onnx.load(tmp_path / "x" / "model.onnx").graph
    counts = collections.Counter(node.op_type for node in graph.node)
    blocks = tiny.CONFIG["num_layers"]
    assert counts["Split"] == blocks
    # Four in each block, and those of the head.
    assert counts["MatMulInteger"] <= 4 * blocks + 3


@pytest.mark.parametrize(
    "equation",
    ["btnh,bsnh->bnts", "bnts,bsnh->btnh", "ij,jk->ik", "ij,kj->ki"],
)
def test_einsum_as_matmul(equation):
    from keras_electra.exporters import tf2onnx_handlers

    sizes = dict(zip("btsnhijk", (2, 3, 5, 4, 6, 3, 4, 5), strict=True))
    factors = equation.partition("->")[0].split(",")
    rng = np.random.default_rng(0)
    left, right = (
        rng.normal(size=[sizes[axis] for axis in factor]) for factor in factors
    )
    first, second, last = tf2onnx_handlers._as_matmul(equation)
    product = left.transpose(first) @ right.transpose(second)
    np.testing.assert_allclose(
        product.transpose(last), np.einsum(equation, left, right), atol=1e-12
    )


@pytest.mark.parametrize(
    "equation", ["bij,bjk,bkl->bil", "ii->i", "ab,cd->abcd"]
)
def test_einsum_that_is_no_matmul(equation):
    from keras_electra.exporters import tf2onnx_handlers

    assert tf2onnx_handlers._as_matmul(equation) is None
