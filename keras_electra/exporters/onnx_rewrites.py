"""Rewrite rules that simplify ONNX graphs from tf2onnx.

Each rule has a pattern of operations, as tf2onnx writes them, and the operation
that replaces them.
"""

import numpy as np
import onnx_ir
from onnx_ir.passes import common
from onnxscript.rewriter import pattern

from keras_electra.exporters.onnx_qkv_fusion import constant, fuse_projections


class _LayerNormalization(pattern.RewriteRuleClassBase):
    def pattern(self, op, x, gamma, beta, epsilon):
        mean = op.ReduceMean(x, [-1], keepdims=1)
        centred = op.Sub(x, mean)
        variance = op.ReduceMean(op.Mul(centred, centred), [-1], keepdims=1)
        deviation = op.Sqrt(op.Add(variance, epsilon))
        scale = op.Mul(op.Reciprocal(deviation), gamma)
        shift = op.Add(op.Mul(op.Neg(mean), scale), beta)
        return op.Add(op.Mul(x, scale), shift)

    def check(self, context, gamma, beta, epsilon, **_):
        values = (gamma, beta, epsilon)
        return all(constant(value) is not None for value in values)

    def rewrite(self, op, x, gamma, beta, epsilon, **_):
        gamma, beta = (
            op.Constant(value=onnx_ir.tensor(constant(value).reshape(-1)))
            for value in (gamma, beta)
        )
        return op.LayerNormalization(
            x, gamma, beta, axis=-1, epsilon=float(constant(epsilon).item())
        )


class _Gelu(pattern.RewriteRuleClassBase):
    """The form that runtimes recognize and compute as one operation."""

    def pattern(self, op, x):
        erfc = op.Sub(1.0, op.Erf(op.Mul(op.Neg(x), 0.70710678)))
        return op.Mul(op.Mul(0.5, x), erfc)

    def rewrite(self, op, x, **_):
        root, one, half = (
            op.Constant(value=onnx_ir.tensor(np.float32(number)))
            for number in (2**0.5, 1.0, 0.5)
        )
        gate = op.Add(op.Erf(op.Div(x, root)), one)
        return op.Mul(op.Mul(x, gate), half)


class _Dense(pattern.RewriteRuleClassBase):
    """`MatMul` without reshapes; TensorFlow flattens all axes but the last."""

    def pattern(self, op, x, kernel, rows, shape):
        return op.Reshape(op.MatMul(op.Reshape(x, rows), kernel), shape)

    def check(self, context, x, kernel, rows, shape, **_):
        rows, kernel = constant(rows), constant(kernel)
        if rows is None or kernel is None or kernel.ndim != 2:
            return False
        keeps_last = rows.tolist() == [-1, kernel.shape[0]]
        return keeps_last and _is_shape_of(shape, x, kernel.shape[1])

    def rewrite(self, op, x, kernel, **_):
        return op.MatMul(x, kernel)


class _SplitHeads(pattern.RewriteRuleClassBase):
    """A constant shape, with 0 for the kept second axis."""

    def pattern(self, op, x, shape):
        return op.Reshape(x, shape)

    def check(self, context, x, shape, **_):
        parts = _concatenated(shape)
        if not parts or len(parts) < 3:
            return False
        first, length, *rest = parts
        sizes = [constant(part) for part in (first, *rest)]
        if any(size is None or size.size != 1 for size in sizes):
            return False
        self._sizes = [int(size.item()) for size in sizes]
        return _is_size_of(length, x, 1)

    def rewrite(self, op, x, shape, **_):
        first, *rest = self._sizes
        sizes = np.array([first, 0, *rest], "int64")  # 0 keeps.
        return op.Reshape(x, op.Constant(value=onnx_ir.tensor(sizes)))


class _Scale(pattern.RewriteRuleClassBase):
    """The constant scale of attention scores, from the known head size."""

    def pattern(self, op, size):
        return op.Reciprocal(op.Sqrt(op.Cast(size)))

    def check(self, context, size, **_):
        self._size = _last_size(_before_casts(size))
        return self._size is not None

    def rewrite(self, op, size, **_):
        scale = np.float32(self._size) ** np.float32(-0.5)
        return op.Constant(value=onnx_ir.tensor(scale))


class _Mask(pattern.RewriteRuleClassBase):
    """`Where` without `Expand`; it broadcasts the mask itself."""

    def pattern(self, op, mask, scores, lowest, true, shape):
        spread = op.And(op.Expand(true, shape), mask)
        return op.Where(spread, scores, lowest)

    def check(self, context, scores, true, shape, **_):
        if constant(true) is None or not constant(true).all():
            return False
        return _is_shape(_before_casts(shape), scores)

    def rewrite(self, op, mask, scores, lowest, **_):
        return op.Where(mask, scores, lowest)


class _Lookup(pattern.RewriteRuleClassBase):
    """`Gather` without a case for negative ids, which it supports itself."""

    def pattern(self, op, table, ids, size):
        is_negative = op.Less(op.Cast(ids), 0.0)
        counted = op.Where(is_negative, op.Add(ids, size), ids)
        return op.Gather(table, counted)

    def check(self, context, table, size, **_):
        table, size = constant(table), constant(size)
        return table is not None and size is not None and size == len(table)

    def rewrite(self, op, table, ids, **_):
        return op.Gather(table, ids)


# Unused nodes are removed by the optimizer at the end.
_RULES = pattern.RewriteRuleSet(
    [
        rule.rule(remove_nodes=False)
        for rule in (
            _LayerNormalization, _Gelu, _Dense, _SplitHeads, _Scale, _Mask,
            _Lookup,
        )
    ]
)  # fmt: skip


def simplify(model, is_for_int8=False):
    """Return an equivalent, smaller `onnx.ModelProto` with short names."""
    from onnxscript import optimizer

    graph = onnx_ir.from_proto(model)
    _RULES.apply_to_model(graph)
    optimizer.optimize(graph)
    if is_for_int8:
        fuse_projections(graph.graph)
        optimizer.optimize(graph)
    common.ClearMetadataAndDocStringPass()(graph)
    _name(graph.graph)
    return onnx_ir.to_proto(graph)


def _name(graph):
    """Shorten names; tf2onnx's take up a tenth of a small model."""
    kept = {*graph.inputs, *graph.outputs}
    for index, node in enumerate(graph):
        node.name = f"{node.op_type}_{index}"
        for place, value in enumerate(node.outputs):
            if value not in kept:
                value.name = f"{node.name}_{place}"
    for index, value in enumerate(list(graph.initializers.values())):
        if value not in kept:
            value.name = f"weight_{index}"


def _before_casts(value):
    while (node := value.producer()) is not None and node.op_type == "Cast":
        value = node.inputs[0]
    return value


def _concatenated(shape):
    """Return the parts of a shape, or `None`."""
    node = _before_casts(shape).producer()
    if node is None or node.op_type != "Concat":
        return None
    return list(node.inputs)


def _is_size_of(value, x, axis):
    """Whether a value is the size of an axis of `x`."""
    node = _before_casts(value).producer()
    if node is None or node.op_type != "Slice" or not _looks_at(node, x):
        return False
    starts, ends = (constant(limit) for limit in node.inputs[1:3])
    return starts == [axis] and ends == [axis + 1]


def _is_shape_of(value, x, last):
    """Whether a shape is that of `x`, with `last` as its last size."""
    parts = _concatenated(value)
    if not parts or len(parts) != 2 or constant(parts[1]) != [last]:
        return False
    node = _before_casts(parts[0]).producer()
    if node is None or node.op_type != "Gather" or not _looks_at(node, x):
        return False
    axes = constant(node.inputs[1])
    return axes is not None and axes.tolist() == list(range(axes.size))


def _last_size(value):
    """Return the size `shape(reshape(_, constant))[-1]`, or `None`."""
    for operation in ("Squeeze", "Slice", "Shape", "Reshape"):
        node = _before_casts(value).producer()
        if node is None or node.op_type != operation:
            return None
        if operation == "Slice" and constant(node.inputs[1]) != [-1]:
            return None
        value = node.inputs[0]
    shape = constant(node.inputs[1])
    return None if shape is None or shape[-1] <= 0 else int(shape[-1])


def _looks_at(node, x):
    return _is_shape(_before_casts(node.inputs[0]), x)


def _is_shape(value, x):
    node = value.producer()
    return node is not None and node.op_type == "Shape" and node.inputs[0] is x
