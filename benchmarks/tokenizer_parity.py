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


class Contender:
    """One vocabulary: our two paths, the reference, and what was counted."""

    def __init__(self, name, path, graph):
        lowercase = VOCABULARIES.get(name, True)
        self.name = name
        self.tokenizer = ElectraTokenizer(path, lowercase=lowercase)
        self.reference = BertWordPieceTokenizer(
            self.tokenizer.engine.ids, lowercase=lowercase
        )
        self.in_graph = graph_function(self.tokenizer) if graph else None
        self.start()

    def start(self):
        self.wrong = self.wrong_in_graph = 0
        self.examples = []

    def compare(self, batch, graph):
        ids = self.tokenizer.tokenize(batch)
        encodings = self.reference.encode_batch(batch, add_special_tokens=False)
        wanted = [encoding.ids for encoding in encodings]
        self.wrong += sum(a != b for a, b in zip(ids, wanted, strict=True))
        if self.in_graph is None or not graph:
            return
        for text, a, b in zip(batch, self.in_graph(batch), wanted, strict=True):
            if a != b:
                self.wrong_in_graph += 1
                self.examples.append(text)


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
    parser.add_argument(
        "--graph-texts",
        type=int,
        default=10**9,
        help="how many texts of a kind the graph path is to do",
    )
    arguments = parser.parse_args()
    data = arguments.data
    names = [n for n in arguments.vocabularies or VOCABULARIES if data]
    paths = {n: data / "vocab" / n / "vocab.txt" for n in names}
    paths = {n: path for n, path in paths.items() if path.is_file()} or {
        "small, in the tests": ROOT / "tests/tokenizer/data/multilingual.txt"
    }
    contenders = [
        Contender(name, path, not arguments.no_graph)
        for name, path in paths.items()
    ]
    print(
        f"{'texts':26} {'count':>9} {'vocabulary':20} {'Rust differs':>12} "
        f"{'graph differs':>13} {'of':>9}"
    )
    failed = False
    for kind, make in kinds(data, arguments):
        texts = iter(make())
        count = in_graph = 0
        for contender in contenders:
            contender.start()
        while batch := list(itertools.islice(texts, TOGETHER)):
            graph = count < arguments.graph_texts
            for contender in contenders:
                contender.compare(batch, graph)
            count += len(batch)
            in_graph = count if graph else in_graph
        for each in contenders:
            failed = failed or each.wrong > 0
            shown = (each.wrong_in_graph, in_graph)
            if each.in_graph is None:
                shown = "-", "-"
            print(
                f"{kind:26} {count:9} {each.name:20} {each.wrong:12} "
                f"{shown[0]:>13} {shown[1]:>9}",
                flush=True,
            )
            for text in each.examples[:3]:
                print(f"    differs in the graph: {text!a}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
