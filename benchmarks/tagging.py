"""Long texts to entities: ours against the pipeline of Transformers.

    python benchmarks/tagging.py --texts path/to/imdb/test.jsonl.xz

ELECTRA-small sizes, the same random weights on both sides, float32, windows of
512 pieces that share 128. Engines take turns, `--rounds` times round, in one
process; the pipeline runs at each of its batch sizes and its best time counts.
Entities are compared. Ours runs on the backend that `KERAS_BACKEND` names.
"""

import argparse
import itertools
import json
import lzma
import pathlib
import tempfile
import time

SMALL = {
    "num_layers": 12,
    "num_heads": 4,
    "hidden_dim": 256,
    "intermediate_dim": 1024,
    "embedding_dim": 128,
}
NAMES = ["O"] + [f"{p}-{k}" for k in ("PER", "ORG", "LOC") for p in "BI"]
STRIDE = 128


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--batch-sizes", type=int, nargs="+", default=[1, 4, 8, 16]
    )
    args = parser.parse_args()
    texts = read_texts(args.texts, args.count)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder) / "model"
        tagger = make_tagger(texts)
        tagger.export_to_transformers(folder)
        engines = {"keras-electra": lambda x: tagger.tag(x, stride=STRIDE)}
        pipe = make_pipeline(folder)
        for size in args.batch_sizes:
            engines[f"transformers, batch {size}"] = lambda x, size=size: pipe(
                x, batch_size=size
            )
        measure(engines, texts, args.rounds)


def read_texts(path, count):
    """The first texts of a JSON-lines file that are over 1,000 characters."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        rows = (json.loads(line)["text"] for line in file)
        long = (row for row in rows if len(row) > 1000)
        return list(itertools.islice(long, count))


def make_tagger(texts):
    import keras

    import keras_electra
    from keras_electra.tokenizer import train_vocabulary

    keras.utils.set_random_seed(0)
    tokenizer = keras_electra.ElectraTokenizer(
        train_vocabulary(texts=texts, vocabulary_size=8000), max_length=512
    )
    tagger = keras_electra.ElectraTokenClassifier(
        keras_electra.ElectraBackbone(
            vocabulary_size=tokenizer.vocabulary_size(), **SMALL
        ),
        preprocessor=keras_electra.ElectraTokenClassifierPreprocessor(
            tokenizer
        ),
        class_names=NAMES,
    )
    # At the usual 0.02 all tokens would get one label.
    tagger.logits_dense.kernel.assign(50 * tagger.logits_dense.kernel)
    return tagger


def make_pipeline(folder):
    import transformers

    transformers.logging.set_verbosity_error()
    return transformers.pipeline(
        "token-classification",
        str(folder),
        aggregation_strategy="simple",
        stride=STRIDE,
        device="cpu",
    )


def measure(engines, texts, rounds):
    import keras
    import torch

    print(
        f"{len(texts)} texts, {sum(map(len, texts)) / len(texts):.0f} "
        f"characters each; backend {keras.config.backend()}, "
        f"{torch.get_num_threads()} threads",
        flush=True,
    )
    ours, *peers = engines
    for run in engines.values():
        run(texts[:8])
    if keras.config.backend() != "torch":
        engines[ours](texts)  # Every length compiles once.
    results = {}
    best = dict.fromkeys(engines, float("inf"))
    for _ in range(rounds):
        for name, run in engines.items():
            start = time.perf_counter()
            results[name] = run(texts)
            seconds = time.perf_counter() - start
            best[name] = min(best[name], seconds)
            print(f"{name:30} {len(texts) / seconds:8.2f} texts/s", flush=True)
    ratio = min(best[name] for name in peers) / best[ours]
    print(f"ratio to the pipeline's best batch size: {ratio:.2f}")
    spans = [
        [[(e["entity_group"], e["start"], e["end"]) for e in row] for row in x]
        for x in (results[ours], results[peers[0]])
    ]
    same = sum(a == b for a, b in zip(*spans, strict=True))
    print(
        f"same entities: {same} of {len(texts)} texts, "
        f"{sum(map(len, spans[0]))} entities"
    )


if __name__ == "__main__":
    main()
