"""Compare an exported model with the task it was made from."""

import numpy as np

from keras_electra.exporters.signatures import takes_pairs

# Largest allowed differences of outputs. In float32 absolute, or relative to
# the standard deviation of the outputs if that is above 1, because float32 has
# the same number of digits for large outputs; quantized, always relative.
FLOAT32 = 1e-4
RELATIVE = {"float16": 0.05, "int8": 0.5}

# Pairs of a batch size and a length.
CASES = ((1, 64), (3, 7), (8, 500))

TEXTS = (
    "The quick brown fox jumps over the lazy dog.",
    "",
    "Cafe\u0301, na\u00efve & 3.14 (\u4e2d\u6587)!",
    "It doesn't work. " * 50,
)


def measure(task, run, signature, batches):
    """Measure the differences of a model over token ids.

    Args:
        task: a task.
        run: function of a dict of arrays to a dict of arrays.
        signature: `Signature`.
        batches: iterable of dicts of int arrays.

    Returns:
        A pair of floats: the largest absolute difference over all batches and
        outputs, except at padding; and the largest difference relative to the
        standard deviation of the output over all batches.
    """
    differences = {tensor.name: [] for tensor in signature.outputs}
    values = {tensor.name: [] for tensor in signature.outputs}
    for inputs in batches:
        inputs = {name: np.asarray(array) for name, array in inputs.items()}
        count = len(inputs["padding_mask"])
        expected = task.predict(inputs, batch_size=count, verbose=0)
        if not isinstance(expected, dict):
            expected = {signature.outputs[0].name: expected}
        found = run(inputs)
        for tensor in signature.outputs:
            per_token = tensor.shape[1:2] == ("length",)
            kept = inputs["padding_mask"] == 1 if per_token else slice(None)
            mine = np.asarray(expected[tensor.name], "float32")[kept]
            theirs = np.asarray(found[tensor.name])[kept]
            differences[tensor.name].append(np.abs(mine - theirs).max())
            values[tensor.name].append(mine.ravel())
    # numpy's maximum propagates NaN, unlike Python's `max`.
    largest = {name: np.max(found) for name, found in differences.items()}
    shares = [
        largest[name] / max(np.concatenate(found).std(), 1e-6)
        for name, found in values.items()
    ]
    return float(np.max(list(largest.values()))), float(np.max(shares))


def measure_texts(task, run, signature):
    """Measure the differences of a model over texts, and pairs of a classifier.

    Args:
        task: a task with a preprocessor.
        run: function of a dict of arrays to a dict of arrays.
        signature: `Signature` over texts.

    Returns:
        As `measure`.
    """
    given = [{"texts": list(TEXTS)}, {"texts": list(TEXTS[:1])}]
    if takes_pairs(task):
        rotated = [*TEXTS[-1:], *TEXTS[:-1]]
        given.append({"texts": list(TEXTS), "pairs": rotated})
    name = signature.outputs[-1].name  # The model's own output comes last.
    largest, values = 0.0, []
    for columns in given:
        x = tuple(columns.values()) if "pairs" in columns else columns["texts"]
        expected = np.asarray(task.predict(x, verbose=0), "float32")
        arrays = {k: np.array(v, dtype=object) for k, v in columns.items()}
        found = run(arrays)[name]
        if expected.shape != found.shape:  # Some backends pad to a bucket.
            expected = expected[:, : found.shape[1]]
        largest = float(np.maximum(largest, np.abs(expected - found).max()))
        values.append(expected.ravel())
    return largest, largest / max(float(np.concatenate(values).std()), 1e-6)


def check(largest, share, quantization):
    """Raise an error if the differences are too large, or not a number."""
    if quantization is None:
        limit = FLOAT32
        good, what = np.minimum(largest, share) <= limit, largest
        unit = ", or the same share of the outputs' standard deviation"
    else:
        limit = RELATIVE[quantization]
        good, what = share <= limit, share
        unit = " of the outputs' standard deviation"
    if not good:
        raise ValueError(
            "The exported model must agree with the original. Largest "
            f"difference: {what:.2g}, allowed: {limit:.2g}{unit}. Nothing was "
            "written. Try another format or quantization."
        )


def fitting(task, cases=None):
    """Return `cases`, by default `CASES`, with lengths the model accepts."""
    limit = task.max_sequence_length
    return [[batch, min(length, limit)] for batch, length in cases or CASES]


def random_batches(task, signature, cases=None):
    """Yield random inputs, with padding at the end of the last row.

    Args:
        task: a task.
        signature: `Signature`.
        cases: pairs of a batch size and a length; see `fitting`.
    """
    rng = np.random.default_rng(0)
    for batch, length in fitting(task, cases):
        sizes = {
            "batch": batch, "length": length, "choices": 2, "masks": 3,
            "encoder_length": 5,
        }  # fmt: skip
        yield {
            tensor.name: _random(task, tensor, sizes, rng)
            for tensor in signature.inputs
        }


def _random(task, tensor, sizes, rng):
    shape = [sizes.get(size, size) for size in tensor.shape]
    if tensor.name == "encoder_hidden_states":
        return rng.normal(size=shape).astype("float32")
    if tensor.name.endswith("padding_mask"):
        mask = np.ones(shape, "int32")
        mask[-1, ..., shape[-1] // 2 + 1 :] = 0
        return mask
    high = {
        "token_ids": task.backbone.vocabulary_size,
        "segment_ids": task.backbone.num_segments,
        "mask_positions": sizes["length"],
    }.get(tensor.name, 2)
    return rng.integers(0, high, shape, "int32")
