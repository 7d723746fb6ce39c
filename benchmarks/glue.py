"""What pre-training is worth: GLUE development sets, from a preset and without.

    python benchmarks/glue.py --data glue --preset electra_mini_discriminator_en

fine-tunes a classifier for each task twice, from the preset's weights and from
random ones, with the same recipe, for some seeds, and prints the mean of the
scores as they come and as a table at the end. The recipe is the paper's but
for the learning rate, which is higher, as small models take, and for the
correction of Adam's running means, which the paper leaves out: Adam, layer-wise
rates, warm-up over 10% of the steps, linear decay, batches of 32, 3 epochs (10
for RTE and STS-B).

`DATA` is GLUE's folder: `sst2`, `cola`, `mrpc`, `rte`, `stsb`, each with
`train.tsv` and `dev.tsv`. The backend is the one that `KERAS_BACKEND` names.
"""

import argparse
import csv
import pathlib
import time

import keras
import numpy as np

import keras_electra
from keras_electra.metrics import MatthewsCorrelation, spearman

# task: training file, first row, text columns, label column, epochs, metric.
TASKS = {
    "sst2": ("train.tsv", 1, (0,), 1, 3, "accuracy"),
    "cola": ("train.tsv", 0, (3,), 1, 3, "matthews"),
    # Not from `msr_paraphrase_train.txt`: that holds the development set too.
    "mrpc": ("train.tsv", 1, (3, 4), 0, 3, "accuracy"),
    "rte": ("train.tsv", 1, (1, 2), 3, 10, "accuracy"),
    "stsb": ("train.tsv", 1, (7, 8), 9, 10, "spearman"),
}
RTE_LABELS = {"entailment": 0, "not_entailment": 1}


def read(path, first_row, text_columns, label_column):
    """Texts, a list or a tuple of two, and labels."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows[first_row:] if len(row) > label_column]
    columns = tuple([row[c] for row in rows] for c in text_columns)
    labels = [row[label_column].strip() for row in rows]
    labels = [float(RTE_LABELS.get(label, label)) for label in labels]
    return columns if len(columns) == 2 else columns[0], np.array(labels)


def score(metric, logits, labels):
    if metric == "spearman":
        return spearman(labels, logits)
    if metric == "matthews":
        matthews = MatthewsCorrelation()
        matthews.update_state(labels, logits)
        return float(keras.ops.convert_to_numpy(matthews.result()))
    return float(np.mean(np.argmax(logits, axis=-1) == labels))


def train(args, task, scratch, seed):
    """One run: the score on the development set."""
    name, first_row, texts, label, epochs, metric = TASKS[task]
    x, y = read(args.data / task / name, first_row, texts, label)
    dev = read(args.data / task / "dev.tsv", first_row, texts, label)
    keras.utils.set_random_seed(seed)
    regression = metric == "spearman"
    classifier = keras_electra.ElectraTextClassifier.from_preset(
        args.preset,
        load_weights=not scratch,
        num_classes=1 if regression else 2,
        problem_type="regression" if regression else "single_label",
        sequence_length=128,
        dtype=args.dtype,
    )
    steps = epochs * -(-len(y) // 32)
    classifier.compile(
        optimizer=keras_electra.ElectraAdamW(
            keras_electra.LinearWarmupDecay(
                args.learning_rate, total_steps=steps, warmup_share=0.1
            ),
            bias_correction=True,  # A short run cannot do without.
            rate_multipliers=keras_electra.layer_rate_multipliers(
                classifier, 1.0 if scratch else args.layer_decay
            ),
        )
    )
    y = y.astype("float32" if regression else "int32")
    classifier.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    logits = classifier.predict(dev[0], batch_size=32, verbose=0)
    return score(metric, np.asarray(logits, "float32"), dev[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--preset", default="electra_mini_discriminator_en")
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--layer-decay", type=float, default=0.8)
    parser.add_argument("--dtype", default="float32")
    args = parser.parse_args()

    table = []
    for task in args.tasks:
        means = []
        for scratch in (False, True):
            start = time.perf_counter()
            scores = [
                100 * train(args, task, scratch, seed)
                for seed in range(1, args.seeds + 1)
            ]
            means.append(np.mean(scores))
            print(
                f"{task:5} {'random' if scratch else 'preset':6} "
                f"{[round(s, 1) for s in scores]}, mean {means[-1]:.1f}, "
                f"{time.perf_counter() - start:.0f} s",
                flush=True,
            )
        table.append((task, TASKS[task][-1], *means))
    print(f"\n{keras.config.backend()}, {args.preset}, {args.seeds} seeds\n")
    print("| task | metric | preset | random weights | difference |")
    print("|---|---|---|---|---|")
    for task, metric, pretrained, random in table:
        print(
            f"| {task} | {metric} | {pretrained:.1f} | {random:.1f} | "
            f"{pretrained - random:+.1f} |"
        )


if __name__ == "__main__":
    main()
