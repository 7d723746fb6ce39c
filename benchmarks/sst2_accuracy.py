"""How often a preset is right about SST-2.

    python benchmarks/sst2_accuracy.py --data glue/sst2/dev.tsv

prints, for the backend that `KERAS_BACKEND` names, accuracy, F1 and the counts
behind them, next to what always saying the more frequent label would give. The
numbers in the model card of `electra_mini_sentiment_en` are printed by this.
The file is one of GLUE's: a header, then a sentence, a tab, and 0 or 1.
"""

import argparse
import pathlib

import keras
import numpy as np

import keras_electra


def read_table(path):
    """The sentences and the labels, 0 or 1, of a table with a header."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    return [row[0] for row in rows[1:]], np.array(
        [int(row[1]) for row in rows[1:]]
    )


def counts(labels, predicted):
    """Right and wrong answers by class, and what follows from them."""
    true_positive = int(np.sum((labels == 1) & (predicted == 1)))
    false_positive = int(np.sum((labels == 0) & (predicted == 1)))
    false_negative = int(np.sum((labels == 1) & (predicted == 0)))
    true_negative = int(np.sum((labels == 0) & (predicted == 0)))
    wrong = false_positive + false_negative
    return {
        "accuracy": (true_positive + true_negative) / len(labels),
        "F1 of positive": 2 * true_positive / max(2 * true_positive + wrong, 1),
        "positive right": f"{true_positive}/{true_positive + false_negative}",
        "negative right": f"{true_negative}/{true_negative + false_positive}",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "preset", nargs="?", default="electra_mini_sentiment_en"
    )
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--dtype", help="float32 unless given")
    args = parser.parse_args()

    texts, labels = read_table(args.data)
    classifier = keras_electra.ElectraTextClassifier.from_preset(
        args.preset, dtype=args.dtype
    )
    names = classifier.class_names
    rows = classifier.classify(texts)
    predicted = np.array([names.index(row["label"]) for row in rows])

    table = {
        "sentences": len(texts),
        "backend": keras.config.backend(),
        **counts(labels, predicted),
        "always the same label": np.mean(
            labels == np.bincount(labels).argmax()
        ),
        "mean score": np.mean([row["score"] for row in rows]),
    }
    print(f"{args.preset} on {args.data.name}")
    for name, value in table.items():
        print(
            f"  {name:22} {value:.4f}"
            if isinstance(value, float)
            else f"  {name:22} {value}"
        )


if __name__ == "__main__":
    main()
