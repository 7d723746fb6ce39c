"""Measure size, speed and accuracy of every export format.

    KERAS_BACKEND=torch python benchmarks/export.py --data glue/sst2 \\
        --plot export.png

exports a classifier to every format and quantization, and prints a table with
size on disk, texts per second from raw text to label at batch sizes 1 and 32,
accuracy on SST-2 dev, and agreement with the labels of the original model. For
comparison it measures Keras' `predict` on the backend `KERAS_BACKEND`, and
Transformers with the same weights, on PyTorch and exported to onnxruntime by
PyTorch. For formats that need no framework, and for Transformers' pipeline, it
also measures the time from the start of a process to its first result, imports
included.

`--data` is a folder with `dev.tsv` and `train.tsv`; "int8 with data" is
calibrated on the first `--examples` texts of the latter.

Times are medians over `--rounds`, in which the candidates alternate.
"""

import argparse
import csv
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import keras
import numpy as np

import keras_electra
from keras_electra import runtime

VARIANTS = [
    ("litert", None),
    ("litert", "float16"),
    ("litert", "int8"),
    ("litert", "int8 with data"),
    ("onnx", None),
    ("onnx", "float16"),
    ("onnx", "int8"),
    ("openvino", None),
    ("openvino", "float16"),
    ("openvino", "int8"),
    ("tf_saved_model", None),
    ("torch", None),
]
FROM_RUNTIME = """
import sys
from keras_electra import runtime
runtime.load(sys.argv[1]).classify(["A triumph."])
"""
FROM_TRANSFORMERS = """
import sys
from transformers import pipeline
pipeline("text-classification", sys.argv[1])(["A triumph."])
"""


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row[0].strip() for row in rows[1:]], [int(r[1]) for r in rows[1:]]


def candidates(preset, folder, examples, threads):
    """Yield name, function of texts to class ids, size, and first answer."""
    classifier = keras_electra.ElectraTextClassifier.from_preset(preset)
    names = classifier.class_names

    def by_keras(texts):
        logits = classifier.predict(texts, batch_size=32, verbose=0)
        return np.argmax(np.asarray(logits, "float32"), axis=-1)

    yield f"Keras predict, {keras.config.backend()}", by_keras, None, None
    yield from _transformers(classifier, folder, threads)
    data = [
        {k: np.asarray(v) for k, v in classifier.preprocessor([text]).items()}
        for text in examples
    ]
    for format, quantization in VARIANTS:
        name = f"{format}, {quantization or 'float32'}"
        target = folder / name.replace(", ", "-").replace(" ", "-")
        try:
            classifier.export(
                target,
                format=format,
                quantization=quantization and quantization.split()[0],
                representative_data=data
                if quantization == "int8 with data"
                else None,
                inputs="text" if format == "tf_saved_model" else "tokens",
                verbose=False,
            )
        except (ImportError, ValueError) as error:
            print(f"{name}: {error}", flush=True)
            continue
        size = sum(p.stat().st_size for p in target.rglob("*") if p.is_file())
        if format == "tf_saved_model":
            yield name, _saved_model(target, names), size, None
            continue
        if format == "torch":
            yield name, _program(target, classifier), size, None
            continue
        model = runtime.load(target, threads)

        def by_runtime(texts, model=model):
            rows = model.classify(texts)
            return np.array([names.index(row["label"]) for row in rows])

        yield name, by_runtime, size, _first_answer(FROM_RUNTIME, target)


def _first_answer(code, target, runs=5):
    """Measure the seconds from the start of a process to its first result."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code, str(target)],
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _saved_model(target, names):
    import tensorflow as tf
    import tensorflow_text  # noqa: F401

    loaded = tf.saved_model.load(str(target))

    def run(texts, loaded=loaded):
        labels = []
        for start in range(0, len(texts), 32):
            batch = tf.constant(texts[start : start + 32])
            found = loaded.signatures["serving_default"](texts=batch)
            labels += [label.decode() for label in found["labels"].numpy()]
        return np.array([names.index(label) for label in labels])

    return run


def _program(target, classifier):
    import torch

    module = torch.export.load(target / "model.pt2").module()

    @torch.inference_mode()
    def run(texts):
        labels = np.zeros(len(texts), "int64")
        for rows in _in_batches(texts):
            batch = classifier.preprocessor([texts[row] for row in rows])
            tensors = {k: torch.as_tensor(v) for k, v in batch.items()}
            labels[rows] = module(tensors)["logits"].argmax(-1).numpy()
        return labels

    return run


def _in_batches(texts):
    """Yield indices of texts of similar length, 32 at a time."""
    order = np.argsort([len(text) for text in texts], kind="stable")
    return (order[start : start + 32] for start in range(0, len(texts), 32))


def _transformers(classifier, folder, threads):
    import torch
    import transformers

    torch.set_num_threads(threads)
    classifier.export_to_transformers(folder / "transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        folder / "transformers"
    )
    auto = transformers.AutoModelForSequenceClassification
    model = auto.from_pretrained(folder / "transformers").eval()

    def tokenized(texts, kind):
        for rows in _in_batches(texts):
            chosen = [texts[row] for row in rows]
            yield rows, tokenizer(chosen, padding=True, return_tensors=kind)

    @torch.inference_mode()
    def eager(texts):
        labels = np.zeros(len(texts), "int64")
        for rows, batch in tokenized(texts, "pt"):
            labels[rows] = model(**batch).logits.argmax(-1).numpy()
        return labels

    first = _first_answer(FROM_TRANSFORMERS, folder / "transformers")
    yield "Transformers, eager", eager, None, first

    path = folder / "transformers.onnx"
    session = _session(model, tokenizer, path, threads)

    def by_onnxruntime(texts):
        labels = np.zeros(len(texts), "int64")
        for rows, batch in tokenized(texts, "np"):
            (logits,) = session.run(None, dict(batch))
            labels[rows] = logits.argmax(-1)
        return labels

    size = path.stat().st_size
    yield "Transformers, onnxruntime", by_onnxruntime, size, None


def _session(model, tokenizer, path, threads):
    """Return Transformers' model, exported by `torch.onnx`, in onnxruntime."""
    import onnxruntime
    import torch

    names = ("input_ids", "token_type_ids", "attention_mask")

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *tensors):
            return self.model(**dict(zip(names, tensors, strict=True))).logits

    batch = tokenizer(["one text", "two"], padding=True, return_tensors="pt")
    open_sizes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        Logits().eval(),
        tuple(batch[name] for name in names),
        path,
        dynamo=True,
        dynamic_shapes=((open_sizes,) * 3,),
        input_names=names,
        output_names=["logits"],
        external_data=False,
        verbose=False,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--preset", default="electra_mini_sentiment_en")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--singles", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--plot", type=pathlib.Path)
    args = parser.parse_args()

    texts, labels = read(args.data / "dev.tsv")
    examples = read(args.data / "train.tsv")[0][: args.examples]
    with tempfile.TemporaryDirectory() as name:
        found = list(
            candidates(args.preset, pathlib.Path(name), examples, args.threads)
        )
        rows = measure(found, texts, np.array(labels), args)
    print(f"\n{args.preset}, {len(texts)} texts, {args.threads} threads\n")
    print(
        "| | MB | texts/s at 1 | texts/s at 32 | accuracy | agreement | "
        "first answer, s |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, size, single, many, accuracy, agreement, first in rows:
        size = "" if size is None else f"{size / 1e6:.2f}"
        first = "" if first is None else f"{first:.2f}"
        print(
            f"| {name} | {size} | {single:.0f} | {many:.0f} | "
            f"{accuracy:.4f} | {100 * agreement:.2f}% | {first} |"
        )
    if args.plot:
        plot(rows, args.plot)


def measure(found, texts, labels, args):
    """Return the rows of the table; the candidates alternate."""
    answers = {name: run(texts) for name, run, *_ in found}  # Also warms up.
    for _, run, *_ in found:
        for text in texts[: args.singles]:
            run([text])
    single, many = ({name: [] for name, *_ in found} for _ in range(2))
    for _ in range(args.rounds):
        for name, run, *_ in found:
            start = time.perf_counter()
            for text in texts[: args.singles]:
                run([text])
            between = time.perf_counter()
            run(texts)
            many[name].append(len(texts) / (time.perf_counter() - between))
            single[name].append(args.singles / (between - start))
    own = answers[found[0][0]]
    return [
        (
            name,
            size,
            statistics.median(single[name]),
            statistics.median(many[name]),
            float(np.mean(answers[name] == labels)),
            float(np.mean(answers[name] == own)),
            first,
        )
        for name, _, size, first in found
    ]


def plot(rows, path):
    """Plot texts per second at batch sizes 1 and 32."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(11, 5), sharey=True)
    places = np.arange(len(rows))[::-1]
    for axis, column, title in zip(
        axes, (2, 3), ("one at a time", "32 at a time"), strict=True
    ):
        values = [row[column] for row in rows]
        bars = axis.barh(places, values, color="#4878a8")
        axis.bar_label(bars, fmt="{:.0f}", padding=3)
        axis.set_title(f"Texts a second, {title}")
        axis.set_xlim(0, 1.15 * max(values))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(places, [row[0] for row in rows])
    figure.tight_layout()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
