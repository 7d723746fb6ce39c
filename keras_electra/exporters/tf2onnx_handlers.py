"""Conversions to ONNX that tf2onnx lacks, or has in a slow form."""

import numpy as np


def handlers():
    """Return `custom_op_handlers` for `tf2onnx.convert`."""
    return {
        "Einsum": (_einsum, []),
        "Erfc": (_erfc, []),
        "SelectV2": (_select, []),
    }


def _replace(context, node, operation, inputs, **attributes):
    """Replace a node by an ONNX operation."""
    outputs, shapes = node.output, node.output_shapes
    dtypes = node.output_dtypes
    context.remove_node(node.name)
    context.make_node(
        operation,
        inputs,
        outputs=outputs,
        shapes=shapes,
        dtypes=dtypes,
        attr=attributes,
    )


def _erfc(context, node, name, args):
    """Convert `Erfc`, part of TensorFlow's exact GELU; ONNX has `Erf` only."""
    erf = context.make_node(
        "Erf", node.input, shapes=node.output_shapes, dtypes=node.output_dtypes
    )
    one = context.make_const(f"{name}__one", np.ones((), dtype="float32"))
    _replace(context, node, "Sub", [one.output[0], erf.output[0]])


def _select(context, node, name, args):
    """Convert to `Where`; tf2onnx multiplies both sides by 0 or 1 and adds."""
    _replace(context, node, "Where", list(node.input))


def _einsum(context, node, name, args):
    """Convert the two products of attention to `MatMul`.

    tf2onnx decomposes `Einsum` into thirty operations on shapes, which work for
    any equation.
    """
    equation = node.get_attr_value("equation").decode().lower()
    plan = _as_matmul(equation)
    if plan is None:  # ONNX has `Einsum` too, but it is slower.
        _replace(context, node, "Einsum", list(node.input), equation=equation)
        return
    *orders, last = plan
    sides = [
        _transpose(context, source, order)
        for source, order in zip(node.input, orders, strict=True)
    ]
    if last == sorted(last):
        _replace(context, node, "MatMul", sides)
        return
    product = context.make_node("MatMul", sides, dtypes=node.output_dtypes)
    _replace(context, node, "Transpose", [product.output[0]], perm=last)


def _transpose(context, source, order):
    if order == sorted(order):
        return source
    node = context.make_node(
        "Transpose",
        [source],
        attr={"perm": order},
        dtypes=[context.get_dtype(source)],
    )
    return node.output[0]


def _as_matmul(equation):
    """Return the transpositions that turn an equation into a matrix product.

    Args:
        equation: string, such as `"btnh,bsnh->bnts"`.

    Returns:
        Three lists of axes: for both factors and for the product. `None` if
        the equation is not a matrix product.
    """
    factors, _, result = equation.partition("->")
    left, _, right = factors.partition(",")
    shared = set(left) & set(right)
    summed = shared - set(result)
    batch = [axis for axis in result if axis in shared]
    rows = [axis for axis in left if axis not in shared]
    columns = [axis for axis in right if axis not in shared]
    if (
        not equation.replace("->", "").replace(",", "").isalpha()
        or any(len(set(term)) < len(term) for term in (left, right, result))
        or set(result) != {*batch, *rows, *columns}
        or any(len(axes) != 1 for axes in (summed, rows, columns))
    ):
        return None
    (inner,) = summed
    return (
        [left.index(axis) for axis in (*batch, *rows, inner)],
        [right.index(axis) for axis in (*batch, inner, *columns)],
        [[*batch, *rows, *columns].index(axis) for axis in result],
    )
