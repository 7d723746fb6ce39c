"""
# A model for phones

Author: the keras-electra authors
Description: A five-megabyte classifier on LiteRT, and its accuracy.

LiteRT, formerly TensorFlow Lite, runs on phones and small devices. This guide
exports a classifier with three number formats, runs all of them without Keras,
and compares their predictions:

    python guides/phone_sized_litert.py

It requires the extra `litert`: `pip install "keras-electra[litert]"`.
"""

import argparse
import pathlib
import tempfile
import time

import keras_electra
from keras_electra import runtime

SAMPLE = pathlib.Path(__file__).parent / "data" / "sentiment" / "dev.tsv"

parser = argparse.ArgumentParser(description="A model for phones.")
parser.add_argument("--preset", default="electra_mini_sentiment_en")
parser.add_argument(
    "--data",
    type=pathlib.Path,
    default=SAMPLE,
    help="TSV file with a header: a text, and 0 or 1",
)
parser.add_argument("--output", type=pathlib.Path, help="folder for the models")
args = parser.parse_args()

"""
## Three number formats

Training needs 32 bits per weight. 16 bits are enough for the same predictions.
With 8 bits, weights are rounded to 255 levels, with a scale for each row of a
matrix, and matrix products are computed on these integers.
"""

classifier = keras_electra.ElectraTextClassifier.from_preset(args.preset)
home = args.output or pathlib.Path(tempfile.mkdtemp())
sizes = {"float32": None, "float16": "float16", "int8": "int8"}
for name, quantization in sizes.items():
    classifier.export(home / name, format="litert", quantization=quantization)

"""
## Accuracy

The only runtime is `ai-edge-litert`. On a phone, use the LiteRT of the system,
and a tokenizer with `vocabulary.txt` and the settings in `manifest.json`.
"""

lines = args.data.read_text("utf-8").splitlines()[1:]
texts = [line.split("\t")[0] for line in lines]
truth = [classifier.class_names[int(line.split("\t")[1])] for line in lines]
rows = {}
for name in sizes:
    model = runtime.load(home / name)
    found = [row["label"] for row in model.classify(texts)]
    start = time.perf_counter()
    for text in texts[:30]:
        model.classify(text)
    milliseconds = 1000 * (time.perf_counter() - start) / len(texts[:30])
    rows[name] = found
    size = (home / name / "model.tflite").stat().st_size
    right = sum(map(str.__eq__, found, truth)) / len(truth)
    same = sum(map(str.__eq__, found, rows["float32"])) / len(truth)
    print(
        f"{name:8} {size / 1e6:5.2f} MB, {milliseconds:5.2f} ms a text, "
        f"accuracy {right:.3f}, as float32 {100 * same:.1f}%"
    )

"""
## Long and short texts

The exported models take sequences of any length, so short texts are fast. A
model of fixed length takes as long for every text as for the longest.

For your own model, `benchmarks/export.py --preset PRESET --data FOLDER` prints
this table for all formats, with the texts of `train.tsv` and `dev.tsv`.
"""
