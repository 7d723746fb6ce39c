"""Does the tokenizer give the ids of the Rust BERT tokenizer, on everything?

    python benchmarks/tokenizer_parity.py --data DATA --random 1000000

DATA holds `vocab/*/vocab.txt`, `unicode/*.txt` and `pretrain/*.txt.xz`; parts
that are missing are left out. Prints for each vocabulary and kind of text how
many texts differ, by the Rust path (which must be none) and by the TensorFlow
graph path.
"""

import argparse
import itertools
import lzma
import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tokenizers import BertWordPieceTokenizer  # noqa: E402

from keras_electra import ElectraTokenizer  # noqa: E402
from tests.tokenizer.random_texts import (  # noqa: E402
    assigned_characters,
    random_texts,
)

# Folder of the vocabulary: whether it is lowercase.
VOCABULARIES = {
    "bert_uncased_en": True,
    "bert_cased_en": False,
    "bert_chinese": True,
    "koelectra": False,
}
TOGETHER = 1000


def ordinary_texts(folder, size):
    """Paragraphs, a total of `size` bytes."""
    read = 0
    for path in sorted(folder.glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                if read >= size:
                    return
                read += len(line.encode())
                yield line


def files_of_lines(paths):
    for path in paths:
        yield from path.read_text(encoding="utf-8").split("\n")


def kinds(data, arguments):
    """Name and texts of each kind, the texts made when asked for."""
    yield (
        "random strings",
        lambda: random_texts(arguments.random, arguments.seed),
    )
    yield (
        "every character",
        lambda: (f"a{char}b {char}" for char in assigned_characters()),
    )
    if data and (data / "unicode").is_dir():
        files = sorted((data / "unicode").rglob("*.txt"))
        files = [f for f in files if f.name != "SOURCE.txt"]
        yield "unicode files", lambda: files_of_lines(files)
    if data and (data / "pretrain").is_dir():
        yield (
            f"ordinary text, {arguments.megabytes} MB",
            lambda: ordinary_texts(
                data / "pretrain", arguments.megabytes * 10**6
            ),
        )


def compare(tokenizer, reference, in_graph, texts):
    """Counts of texts, of Rust mismatches, of graph mismatches, an example."""
    count = wrong = wrong_in_graph = 0
    examples = []
    texts = iter(texts)
    while batch := list(itertools.islice(texts, TOGETHER)):
        count += len(batch)
        ids = tokenizer.tokenize(batch)
        wanted = [
            encoding.ids
            for encoding in reference.encode_batch(
                batch, add_special_tokens=False
            )
        ]
        wrong += sum(a != b for a, b in zip(ids, wanted, strict=True))
        if in_graph is None:
            continue
        for text, a, b in zip(batch, in_graph(batch), wanted, strict=True):
            if a != b:
                wrong_in_graph += 1
                examples.append(text)
    return count, wrong, wrong_in_graph, examples[:3]


def graph_function(tokenizer):
    """The tokenizer as a TensorFlow function from list to lists."""
    import tensorflow as tf

    traced = tf.function(
        tokenizer.tokenize, input_signature=[tf.TensorSpec([None], tf.string)]
    )
    return lambda texts: traced(tf.constant(texts)).to_list()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--megabytes", type=int, default=10)
    parser.add_argument("--vocabularies", nargs="*")
    parser.add_argument("--no-graph", action="store_true")
    arguments = parser.parse_args()
    data = arguments.data
    names = [n for n in arguments.vocabularies or VOCABULARIES if data]
    paths = {n: data / "vocab" / n / "vocab.txt" for n in names}
    paths = {n: path for n, path in paths.items() if path.is_file()} or {
        "small, in the tests": ROOT / "tests/tokenizer/data/multilingual.txt"
    }
    print(
        f"{'vocabulary':20} {'texts':28} {'count':>9} {'Rust':>6} "
        f"{'graph':>6} {'seconds':>8}"
    )
    failed = False
    for name, path in paths.items():
        lowercase = VOCABULARIES.get(name, True)
        tokenizer = ElectraTokenizer(path, lowercase=lowercase)
        reference = BertWordPieceTokenizer(
            dict(tokenizer.engine.ids), lowercase=lowercase
        )
        in_graph = None if arguments.no_graph else graph_function(tokenizer)
        for kind, texts in kinds(data, arguments):
            start = time.perf_counter()
            count, wrong, in_graph_wrong, examples = compare(
                tokenizer, reference, in_graph, texts()
            )
            failed = failed or wrong > 0
            shown = "-" if in_graph is None else in_graph_wrong
            print(
                f"{name:20} {kind:28} {count:9} {wrong:6} {shown:>6} "
                f"{time.perf_counter() - start:8.1f}",
                flush=True,
            )
            for text in examples:
                print(f"    differs in the graph: {text!a}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
