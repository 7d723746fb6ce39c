"""Raw strings to padded integer batches: this package and its peers.

    python benchmarks/tokenizer.py --data DATA

DATA holds `vocab/bert_uncased_en/vocab.txt`, `pretrain/*.txt.xz` and
`glue/sst2/train.tsv`; without it, texts are made up from the vocabulary of the
tests. Every contender takes the same batches, one after the other in each
repeat, and the table shows medians. "first pass" means a tokenizer that has
seen no text before; "again" that it has seen these very texts, as in the
second epoch of a training.
"""

import argparse
import lzma
import os
import pathlib
import platform
import random
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
ROOT = pathlib.Path(__file__).resolve().parents[1]
LENGTH = 512


def long_texts(data, count):
    """Texts of 560 characters."""
    path = sorted((data / "pretrain").glob("*.txt.xz"))[0]
    with lzma.open(path, "rt", encoding="utf-8") as file:
        text = file.read(560 * count).replace("\n", " ")
    return [text[i : i + 560] for i in range(0, len(text), 560)]


def short_texts(data, count):
    """Sentences of SST-2."""
    path = data / "glue" / "sst2" / "train.tsv"
    lines = path.read_text(encoding="utf-8").split("\n")[1 : count + 1]
    return [line.split("\t")[0] for line in lines]


def made_up_texts(count, words):
    """Texts of words that occur as often as words do (Zipf)."""
    rng = random.Random(0)
    lexicon = [
        "".join(rng.choice("etaoinshrdlu") for _ in range(rng.randint(1, 9)))
        for _ in range(20_000)
    ]
    weights = [1 / (rank + 1) for rank in range(len(lexicon))]
    return [
        " ".join(rng.choices(lexicon, weights, k=words)) for _ in range(count)
    ]


def contenders(vocabulary):
    """Name -> function that makes a function of a batch of texts."""

    def transformers_tokenizer():
        from transformers import ElectraTokenizer

        tokenizer = ElectraTokenizer(vocab=str(vocabulary))
        return lambda texts: tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=LENGTH,
            return_tensors="np",
        )

    def rust():
        from tokenizers import BertWordPieceTokenizer

        from keras_electra.tokenizer import read_vocabulary

        ids = {p: i for i, p in enumerate(read_vocabulary(vocabulary))}
        tokenizer = BertWordPieceTokenizer(ids)._tokenizer
        return lambda texts: [
            encoding.ids for encoding in tokenizer.encode_batch_fast(texts)
        ]

    def keras_hub_tokenizer():
        import keras_hub

        tokenizer = keras_hub.tokenizers.ElectraTokenizer(
            str(vocabulary), lowercase=True, strip_accents=True
        )
        packer = keras_hub.layers.StartEndPacker(
            LENGTH,
            start_value=tokenizer.cls_token_id,
            end_value=tokenizer.sep_token_id,
            pad_value=tokenizer.pad_token_id,
        )
        return lambda texts: packer(tokenizer(texts))

    def ours():
        from keras_electra import ElectraTokenizer
        from keras_electra.text.packing import pack

        tokenizer = ElectraTokenizer(vocabulary)
        return lambda texts: pack(tokenizer, texts, sequence_length=LENGTH)

    return {
        "Transformers ElectraTokenizer": transformers_tokenizer,
        "bare Rust, ids only": rust,
        "KerasHub ElectraTokenizer": keras_hub_tokenizer,
        "keras-electra, first pass": ours,
        "keras-electra, again": ours,
    }


def graph_contender(vocabulary):
    """Function of all texts: a `tf.data` pipeline over them."""
    import tensorflow as tf

    from keras_electra import ElectraTokenizer
    from keras_electra.text.packing import pack_in_graph

    tokenizer = ElectraTokenizer(vocabulary)

    def run(texts, batch_size):
        data = tf.data.Dataset.from_tensor_slices(texts).batch(batch_size)
        data = data.map(
            lambda batch: pack_in_graph(
                tokenizer, batch, sequence_length=LENGTH
            ),
            num_parallel_calls=os.cpu_count(),
        )
        iterator = iter(data.prefetch(2))
        start = time.perf_counter()
        for _ in iterator:
            pass
        return time.perf_counter() - start

    return run


def seconds(function, texts, batch_size):
    start = time.perf_counter()
    for index in range(0, len(texts), batch_size):
        function(texts[index : index + batch_size])
    return time.perf_counter() - start


def measure(texts, batch_size, repeats, vocabulary):
    """Name -> seconds of each repeat."""
    makers = contenders(vocabulary)
    ready = {name: make() for name, make in makers.items()}
    run_graph = graph_contender(vocabulary)
    times = {name: [] for name in [*makers, "keras-electra, TensorFlow graph"]}
    # KerasHub takes its time: an eighth of the texts will do.
    few = texts[: len(texts) // 8]
    for name, function in ready.items():
        seconds(function, few if "KerasHub" in name else texts, batch_size)
    run_graph(texts, batch_size)
    for _ in range(repeats):
        for name, function in ready.items():
            if "first pass" in name:
                function = makers[name]()
            if "KerasHub" in name:
                times[name].append(8 * seconds(function, few, batch_size))
            else:
                times[name].append(seconds(function, texts, batch_size))
        times["keras-electra, TensorFlow graph"].append(
            run_graph(texts, batch_size)
        )
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--texts", type=int, default=6400)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    data, count = arguments.data, arguments.texts
    if data:
        vocabulary = data / "vocab" / "bert_uncased_en" / "vocab.txt"
        kinds = {
            "560 characters": long_texts(data, count),
            "SST-2 sentences": short_texts(data, count),
        }
    else:
        vocabulary = ROOT / "tests/tokenizer/data/multilingual.txt"
        kinds = {
            "made up, 95 words": made_up_texts(count, 95),
            "made up, 10 words": made_up_texts(count, 10),
        }
    print(
        f"{platform.machine()}, {os.cpu_count()} CPUs, Python "
        f"{platform.python_version()}; {count} texts, batches of "
        f"{arguments.batch_size}, medians of {arguments.repeats}"
    )
    for kind, texts in kinds.items():
        times = measure(
            texts, arguments.batch_size, arguments.repeats, vocabulary
        )
        base = times["Transformers ElectraTokenizer"]
        print(f"\n{kind:36} {'texts/s':>10} {'x Transformers':>16}")
        for name, each in times.items():
            ratio = statistics.median(
                b / t for b, t in zip(base, each, strict=True)
            )
            rate = len(texts) / statistics.median(each)
            print(f"{name:36} {rate:10,.0f} {ratio:16.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
