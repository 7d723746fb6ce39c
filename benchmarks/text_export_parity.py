"""Compare a SavedModel that takes texts with `classify`.

    python benchmarks/text_export_parity.py --texts dev.tsv blns.txt ...

exports a classifier with `inputs="text"` and classifies every line of the files
with both (of `.tsv` files, the first column without the header). For each file
it prints the number of equal labels and the largest difference of a score. The
exit status is 1 if any label differs.
"""

import argparse
import pathlib
import tempfile

import numpy as np

import keras_electra


def read(path):
    lines = path.read_text("utf-8").split("\n")
    if path.suffix == ".tsv":
        lines = [line.split("\t")[0] for line in lines[1:]]
    return [line for line in lines if line]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--preset", default="electra_mini_sentiment_en")
    args = parser.parse_args()

    classifier = keras_electra.ElectraTextClassifier.from_preset(args.preset)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "model"
        classifier.export(folder, inputs="text", verbose=False)
        import tensorflow as tf
        import tensorflow_text  # noqa: F401

        model = tf.saved_model.load(str(folder))
    serve = model.signatures["serving_default"]
    differing = 0
    for path in args.texts:
        texts = read(path)
        expected = classifier.classify(texts)
        labels, scores = [], []
        for start in range(0, len(texts), 32):
            found = serve(texts=tf.constant(texts[start : start + 32]))
            labels += [label.decode() for label in found["labels"].numpy()]
            scores += found["scores"].numpy().tolist()
        same = sum(
            label == row["label"]
            for label, row in zip(labels, expected, strict=True)
        )
        gap = np.abs(np.array(scores) - [row["score"] for row in expected])
        print(
            f"{path.name}: {same} of {len(texts)} labels equal, largest "
            f"difference of a score {gap.max():.1e}",
            flush=True,
        )
        differing += len(texts) - same
    if differing:
        raise SystemExit(f"{differing} labels differ")


if __name__ == "__main__":
    main()
