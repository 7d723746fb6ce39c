"""
# A model for the phone

Author: the keras-electra authors
Description: A classifier of five megabytes on LiteRT, and what that costs.

LiteRT, once TensorFlow Lite, runs on phones and small boards. This guide writes
a classifier in three sizes of numbers, runs all of them without Keras, and
compares their answers:

    python guides/phone_sized_litert.py

It needs the extra `litert`: `pip install "keras-electra[litert]"`.
"""

import argparse
import pathlib
import tempfile
import time

import keras_electra
from keras_electra import runtime

SAMPLE = pathlib.Path(__file__).parent / "data" / "sentiment" / "dev.tsv"

parser = argparse.ArgumentParser(description="A model for the phone.")
parser.add_argument("--preset", default="electra_mini_sentiment_en")
parser.add_argument(
    "--data",
    type=pathlib.Path,
    default=SAMPLE,
    help="a table with a header: a text, a tab, 0 or 1",
)
parser.add_argument("--output", type=pathlib.Path, help="folder for the models")
args = parser.parse_args()

"""
## Three sizes

32 bits a weight are what training needs; 16 are enough for the same answers;
with 8, weights are rounded to 255 steps, each row of a matrix with steps of its
own, and products are computed with them.
"""

classifier = keras_electra.ElectraTextClassifier.from_preset(args.preset)
home = args.output or pathlib.Path(tempfile.mkdtemp())
sizes = {"float32": None, "float16": "float16", "int8": "int8"}
for name, quantization in sizes.items():
    classifier.export(home / name, format="litert", quantization=quantization)

"""
## What they still know

The whole runtime is `ai-edge-litert`; on a phone it would be the one of the
system, with `vocabulary.txt` and the settings in `manifest.json` for a
tokenizer there.
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

Lengths are open: a short text costs little. A model of fixed length would take
as long for every text as for the longest.

For larger models, `benchmarks/export.py --preset YOURS --data FOLDER` prints
this table for all formats; in the folder are `train.tsv` and `dev.tsv`.
"""
