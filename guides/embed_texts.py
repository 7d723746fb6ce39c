"""
# Vectors for texts

Author: the keras-electra authors
Description: Embeddings, a search by meaning, a small model that learns them.

An embedding is a vector for a whole text, near to those of texts with a like
meaning. This guide makes them with a text embedder, searches with them, and
distils them: a model half as deep learns the vectors of a whole one from texts
without any labels.

Run as it is, it takes the bundled discriminator and small samples that lie
beside it:

    python guides/embed_texts.py

With your own texts, one a line, and a model that was made for embeddings, in
the layout of BERT or of ELECTRA, from a folder or from Hugging Face:

    python guides/embed_texts.py --preset ./all-MiniLM-L6-v2 --data lines.txt
"""

import argparse
import csv
import pathlib
import sys
import tempfile

import keras
import numpy as np

import keras_electra

SAMPLES = pathlib.Path(__file__).parent / "data"

parser = argparse.ArgumentParser(description="Vectors for texts.")
parser.add_argument("--preset", default="electra_mini_discriminator_en")
parser.add_argument("--data", type=pathlib.Path, help="texts, one a line")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--learning-rate", type=float, default=1e-3)
parser.add_argument("--output", type=pathlib.Path, help="folder for the preset")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()
keras.utils.set_random_seed(args.seed)

"""
## Vectors

The mean of the vectors of all tokens, or, with `pooling="cls"`, that of the
first. A folder of the sentence-transformers library says which. What was only
pre-trained, as the bundled discriminator, has all its vectors in one corner;
what matters is which are nearest.
"""

teacher = keras_electra.ElectraTextEmbedder.from_preset(
    args.preset, normalize=True
)
vectors = teacher.embed(["Amazing food!", "Never again."])
print(f"{vectors.shape[1]} numbers a text, length {np.linalg.norm(vectors[0])}")

"""
## A search

The vectors of all texts are computed once. A query becomes a vector, and the
texts with the greatest cosine are the answer.
"""


def columns(name):
    """Pairs of sentences, and how alike people found them."""
    path = SAMPLES / "scores" / name
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(
            csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        )
    keys = ("sentence1", "sentence2", "score")
    return [[row[key] for row in rows] for key in keys]


data = args.data or SAMPLES / "text" / "sample.txt"
lines = data.read_text("utf-8").split("\n")
if args.data is None:
    first, second, _ = columns("train.tsv")
    lines += first + second
texts = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
vectors = teacher.embed(texts)
query = "The flowers look lovely."
similarities = teacher.similarity(teacher.embed([query]), vectors)[0]
print(query)
for index in np.argsort(-similarities)[:3]:
    print(f"  {similarities[index]:.3f} {texts[index]}")

"""
## A smaller one that learns the vectors

`fit` takes texts and the vectors that they are to have; the loss is the cosine.
No labels are needed, only texts. The student has the lower half of the
teacher's blocks, and begins with their weights, embeddings included.
"""

config = teacher.backbone.get_config()
config["num_layers"] = max(1, config["num_layers"] // 2)
student = keras_electra.ElectraTextEmbedder(
    keras_electra.ElectraBackbone.from_config(config),
    preprocessor=teacher.preprocessor,
    pooling=teacher.pooling,
    normalize=True,
)
theirs = {weight.path: weight for weight in teacher.backbone.weights}
for weight in student.backbone.weights:
    # A copy: JAX gives the memory of trained weights away.
    weight.assign(keras.ops.convert_to_numpy(theirs[weight.path]))


def agreement():
    """Mean cosine of the student's vectors and the teacher's."""
    mine = student.embed(texts)
    return float(np.mean(np.sum(mine * vectors, axis=-1)))


before = agreement()
student.compile(optimizer=keras.optimizers.AdamW(args.learning_rate))
student.fit(
    texts,
    vectors,
    batch_size=16,
    epochs=args.epochs,
    verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
)
print(f"cosine with the teacher {before:.3f} -> {agreement():.3f}")

"""
## How good are they?

Pairs of sentences that people have scored from 0 (nothing in common) to 5 (the
same): the better the vectors, the more their cosines agree. The student is as
good as the teacher only where it has read enough: here, very little.
"""

first, second, scores = columns("dev.tsv")
for name, model in (("teacher", teacher), ("student", student)):
    cosines = np.sum(model.embed(first) * model.embed(second), axis=-1)
    pearson = np.corrcoef(cosines, np.array(scores, "float32"))[0, 1]
    print(f"{name}: pearson {pearson:.3f}")

"""
## The preset

From here: `keras-electra embed --preset FOLDER --file lines.txt`, or
`student.export(folder, format="onnx")` for a service without Keras.
"""

folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "embedder"
student.save_to_preset(folder)
saved = keras_electra.ElectraTextEmbedder.from_preset(folder)
print(f"Saved in {folder}.", saved.embed(query)[:3])
