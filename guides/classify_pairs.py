"""
# Pairs, scores, and several labels at once

Author: the keras-electra authors
Description: Three more things that a text classifier can be.

A classifier usually says which one of several labels a text has. The same class
also compares two texts, gives a number instead of a label, and gives any number
of labels to one text. Each is one argument; this guide shows all three, from
files to the measure that the field uses.

Run as it is, it takes small samples that lie beside it and starts from the
bundled `electra_mini_discriminator_en`:

    python guides/classify_pairs.py

Give it real data, and a larger discriminator, for a real model:

    python guides/classify_pairs.py --pairs glue/mrpc --scores glue/stsb \\
        --topics emotion --preset hf://google/electra-small-discriminator

With those data and the bundled discriminator, `--epochs 4 --dtype
mixed_bfloat16` took half an hour on one CPU core: 70.6% of MRPC right (68.4%
for whoever always says "same"), a Spearman's correlation of 0.794 on STS-B,
and of emotions 91.3% of the decisions about a label (83.3% for whoever never
finds one).

Spearman's correlation needs the extra `metrics`: `pip install
keras-electra[metrics]`.
"""

import argparse
import csv
import pathlib
import sys

import keras
import numpy as np

import keras_electra
from keras_electra.metrics import (
    MatthewsCorrelation,
    PearsonCorrelation,
    SpearmanCallback,
)

SAMPLES = pathlib.Path(__file__).parent / "data"

parser = argparse.ArgumentParser(description="Pairs, scores, several labels.")
parser.add_argument(
    "--pairs",
    type=pathlib.Path,
    default=SAMPLES / "pairs",
    help="folder with train.tsv and dev.tsv, as in GLUE's MRPC",
)
parser.add_argument(
    "--scores",
    type=pathlib.Path,
    default=SAMPLES / "scores",
    help="folder with train.tsv and dev.tsv, as in GLUE's STS-B",
)
parser.add_argument(
    "--topics",
    type=pathlib.Path,
    default=SAMPLES / "topics",
    help="folder with train.txt and val.txt: text, semicolon, labels",
)
parser.add_argument("--preset", default="electra_mini_discriminator_en")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--learning-rate", type=float, default=3e-4)
parser.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()
keras.utils.set_random_seed(args.seed)
keras.config.set_dtype_policy(args.dtype)

fit = {
    "batch_size": 16,
    "epochs": args.epochs,
    "verbose": 1 if sys.stdout.isatty() else 2,  # No bars in log files.
}

"""
## Two texts: do they say the same?

MRPC has pairs of sentences from the news. A pair goes in as a tuple of two
lists; the preprocessor puts `[CLS] first [SEP] second [SEP]` together, tells
the model which is which by segments, and cuts the longer one where both are too
long.
"""


def read(path, *columns):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(
            csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        )
    return [[row[name] for row in rows] for name in columns]


def read_pairs(path):
    first, second, labels = read(path, "#1 String", "#2 String", "Quality")
    return (first, second), np.array(labels, "int32")


x, y = read_pairs(args.pairs / "train.tsv")
dev = read_pairs(args.pairs / "dev.tsv")
print(
    f"{len(y)} pairs, {np.mean(y):.0%} of them the same: {x[0][0]} / {x[1][0]}"
)


def steps(count):
    return args.epochs * -(-count // fit["batch_size"])


def optimizer(count):
    """A short climb and a line down to 0.

    The published code leaves Adam's bias correction out, which makes the first
    steps three times as large. Over thousands of steps that passes; here it
    would throw the model off for good.
    """
    return keras_electra.ElectraAdamW(
        keras_electra.LinearWarmupDecay(
            args.learning_rate,
            total_steps=steps(count),
            warmup_steps=steps(count) // 10,
        ),
        weight_decay=0.0,
        bias_correction=True,
    )


"""
The share of right answers says little where two thirds of the answers are the
same. MRPC is scored by F1 too, and CoLA by Matthews' correlation, which is 0
for whoever always says the same.
"""

model = keras_electra.ElectraTextClassifier.from_preset(
    args.preset, class_names=["different", "same"], sequence_length=128
)
model.compile(
    optimizer=optimizer(len(y)),
    metrics=["accuracy", MatthewsCorrelation()],
)
model.fit(x, y, validation_data=dev, **fit)
scores = model.evaluate(*dev, verbose=0, return_dict=True)
print(f"pairs: accuracy {scores['accuracy']:.4f}")
print(model.classify(([x[0][0]], [x[1][0]])))

"""
## A number instead of a label: how alike are they?

`problem_type="regression"` makes the one output a number and the loss the
squared error. STS-B runs from 0 (nothing in common) to 5 (the same), and is
scored by correlation: Pearson's of the numbers, Spearman's of their ranks.
"""


def read_scores(path):
    first, second, scores = read(path, "sentence1", "sentence2", "score")
    return (first, second), np.array(scores, "float32")


x, y = read_scores(args.scores / "train.tsv")
dev = read_scores(args.scores / "dev.tsv")
model = keras_electra.ElectraTextClassifier.from_preset(
    args.preset, num_classes=1, problem_type="regression", sequence_length=128
)
model.compile(
    optimizer=optimizer(len(y)),
    metrics=[PearsonCorrelation()],
)
ranks = SpearmanCallback(*dev)
history = model.fit(x, y, validation_data=dev, callbacks=[ranks], **fit).history
print(f"scores: spearman {history['val_spearman'][-1]:.4f}")

"""
## Several labels at once: what is it about?

`problem_type="multi_label"` asks about each label by itself, so that a text has
any number of them, or none. Labels are rows of 0 and 1, one column a class.
"""


def read_topics(path):
    lines = path.read_text("utf-8").splitlines()[1:]
    texts, topics = zip(*(line.rsplit(";", 1) for line in lines), strict=True)
    return list(texts), [set(filter(None, row.split(","))) for row in topics]


x, topics = read_topics(args.topics / "train.txt")
dev_x, dev_topics = read_topics(args.topics / "val.txt")
names = sorted(set().union(*topics))


def as_rows(topics):
    return np.array(
        [[name in row for name in names] for row in topics], "int32"
    )


model = keras_electra.ElectraTextClassifier.from_preset(
    args.preset, class_names=names, problem_type="multi_label",
    sequence_length=64,
)  # fmt: skip
model.compile(
    optimizer=optimizer(len(x)),
    # Of each label by itself: whether it is there.
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
)
model.fit(
    x, as_rows(topics), validation_data=(dev_x, as_rows(dev_topics)), **fit
)
scores = model.evaluate(dev_x, as_rows(dev_topics), verbose=0, return_dict=True)
print(f"topics: accuracy {scores['accuracy']:.4f}")
for text, row in zip(
    dev_x[:3], model.classify(dev_x[:3], top_k=len(names)), strict=True
):
    found = [one["label"] for one in row if one["score"] > 0.5]
    print(f"{text!r}: {', '.join(found) or 'nothing'}")
