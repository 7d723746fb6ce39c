"""What was exported, run against the model that it came from."""

import numpy as np

from keras_electra.exporters import text_signature

# How far outputs may be from the model's, at most: in float32 absolutely, or
# where outputs spread by more than 1, as a share of that, since float32 has no
# more digits for a price than for a logit; quantized, always as a share.
FLOAT32 = 1e-4
RELATIVE = {"float16": 0.05, "int8": 0.5}

# Batches and lengths.
CASES = ((1, 64), (3, 7), (8, 500))

TEXTS = (
    "The quick brown fox jumps over the lazy dog.",
    "",
    "Cafe\u0301, na\u00efve & 3.14 (\u4e2d\u6587)!",
    "It doesn't work. " * 50,
)


def measure(task, run, signature, batches):
    """The largest differences between a model and what was exported of it.

    Args:
        task: a task.
        run: function of a dict of arrays to a dict of arrays.
        signature: `Signature`.
        batches: iterable of dicts of int arrays.

    Returns:
        A pair of floats: the largest absolute difference over all batches and
        outputs, padding apart; and the largest as a share of the standard
        deviation of what the model gives for all batches together.
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
            kept = _kept(inputs, tensor)
            mine = np.asarray(expected[tensor.name], "float32")[kept]
            theirs = np.asarray(found[tensor.name])[kept]
            differences[tensor.name].append(np.abs(mine - theirs).max())
            values[tensor.name].append(mine.ravel())
    # numpy's maximum keeps what is not a number, Python's `max` loses it.
    largest = {name: np.max(found) for name, found in differences.items()}
    # Of all batches: one row of one number has no spread.
    shares = [
        largest[name] / max(np.concatenate(found).std(), 1e-6)
        for name, found in values.items()
    ]
    return float(np.max(list(largest.values()))), float(np.max(shares))


def measure_texts(task, run, signature, texts=TEXTS):
    """As `measure`, of what takes texts; of a classifier also in pairs.

    Args:
        task: a task with a preprocessor.
        run: function of a dict of arrays to a dict of arrays.
        signature: `Signature` over texts.
        texts: sequence of strings.

    Returns:
        As `measure`.
    """
    given = [{"texts": list(texts)}, {"texts": list(texts[:1])}]
    if text_signature.takes_pairs(task):
        before = [*texts[-1:], *texts[:-1]]
        given.append({"texts": list(texts), "pairs": before})
    name = signature.outputs[-1].name  # The model's own output comes last.
    largest, values = 0.0, []
    for columns in given:
        x = tuple(columns.values()) if "pairs" in columns else columns["texts"]
        expected = np.asarray(task.predict(x, verbose=0), "float32")
        arrays = {k: np.array(v, dtype=object) for k, v in columns.items()}
        found = run(arrays)[name]
        if expected.shape != found.shape:  # Padded further on some backends.
            expected = expected[:, : found.shape[1]]
        # numpy's maximum keeps what is not a number.
        largest = float(np.maximum(largest, np.abs(expected - found).max()))
        values.append(expected.ravel())
    return largest, largest / max(float(np.concatenate(values).std()), 1e-6)


def check(largest, share, quantization):
    """Raise if the differences are too large.

    Args:
        largest: float.
        share: float.
        quantization: string or `None`.

    Raises:
        ValueError: with the difference and the limit.
    """
    if quantization is None:
        limit = FLOAT32
        good, what = np.minimum(largest, share) <= limit, largest
    else:
        limit = RELATIVE[quantization]
        good, what = share <= limit, share
    if not good:  # Also where it is not a number.
        raise ValueError(
            "What is exported must agree with its model. Largest difference: "
            f"{what:.2g}, allowed: {limit:.2g}"
            + (
                ", or so much of the outputs' spread"
                if quantization is None
                else " of the outputs' spread"
            )
            + ". Nothing was written. Try another format or quantization."
        )


def fitting(task, cases=None):
    """Sizes that the model takes.

    Args:
        task: a task.
        cases: pairs of a batch and a length; default: `CASES`.

    Returns:
        list of lists: the same, with lengths cut to what the model takes.
    """
    limit = task.max_sequence_length
    return [[batch, min(length, limit)] for batch, length in cases or CASES]


def random_batches(task, signature, cases=None):
    """Token ids with padding at the end of the last rows.

    Args:
        task: a task.
        signature: `Signature`.
        cases: pairs of a batch and a length; see `fitting`.

    Yields:
        dicts of arrays.
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


def _kept(inputs, tensor):
    """Which rows of an output mean something: those of real tokens."""
    if tensor.shape[1:2] == ("length",):
        return inputs["padding_mask"] == 1
    return slice(None)
