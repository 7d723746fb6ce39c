"""How well sentence vectors agree with people about what is alike.

    python benchmarks/embedding.py --model FOLDER --data glue/stsb/dev.tsv

prints, for the backend that `KERAS_BACKEND` names, Spearman's and Pearson's
correlation of cosine similarity with the scores of STS-B, and, where
Transformers and PyTorch are installed, how far the vectors are from those of
Transformers with mean pooling and normalization. FOLDER is anything
`ElectraTextEmbedder.from_preset` takes; a folder for the comparison.
"""

import argparse
import csv
import importlib.util
import pathlib
import time

import keras
import numpy as np

import keras_electra


def read_pairs(path):
    """Both sentences of each pair, and its score from 0 to 5."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(
            csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        )
    columns = (
        [row[name] for row in rows] for name in ("sentence1", "sentence2")
    )
    return *columns, np.array([float(row["score"]) for row in rows])


def ranks(values):
    """Ranks from 0, and their mean for values that are equal."""
    _, inverse, counts = np.unique(
        values, return_inverse=True, return_counts=True
    )
    return (np.cumsum(counts) - (counts + 1) / 2)[inverse]


def transformers_vectors(folder, texts, batch_size=32):
    """What Transformers' encoder gives, pooled and normalized."""
    import torch
    import transformers

    model = transformers.AutoModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    parts = []
    for start in range(0, len(texts), batch_size):
        batch = tokenizer(
            texts[start : start + batch_size],
            padding=True,
            truncation=True,
            return_tensors="pt",
        )
        mask = batch["attention_mask"][..., None]
        with torch.inference_mode():
            states = model(**batch)[0]
        mean = (states * mask).sum(1) / mask.sum(1)
        parts.append(torch.nn.functional.normalize(mean).numpy())
    return np.concatenate(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    options = parser.parse_args()
    first, second, scores = read_pairs(options.data)
    embedder = keras_electra.ElectraTextEmbedder.from_preset(
        options.model, normalize=True
    )
    embedder.embed(first[:64])
    start = time.perf_counter()
    vectors = embedder.embed(first + second)
    seconds = time.perf_counter() - start
    cosines = (vectors[: len(first)] * vectors[len(first) :]).sum(axis=1)
    pearson = np.corrcoef(cosines, scores)[0, 1]
    spearman = np.corrcoef(ranks(cosines), ranks(scores))[0, 1]
    print(f"backend               {keras.config.backend()}")
    print(f"pairs                 {len(scores)}")
    print(f"Spearman              {spearman:.4f}")
    print(f"Pearson               {pearson:.4f}")
    print(f"texts a second        {len(vectors) / seconds:.0f}")
    peers = ("torch", "transformers")
    if all(importlib.util.find_spec(name) for name in peers):
        theirs = transformers_vectors(options.model, first + second)
        print(f"from Transformers     {np.abs(vectors - theirs).max():.1e}")


if __name__ == "__main__":
    main()
