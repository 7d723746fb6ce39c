"""Measure how fast a corpus for pre-training is built from text files.

    python benchmarks/corpus.py --texts FOLDER --processes 1 2

builds a corpus from a folder of text files, once for each number of processes,
and prints its statistics and the millions of characters processed per second.
`--vocabulary` is a `vocab.txt`. By default the vocabulary of the bundled
`electra_mini_discriminator_en` is used.
"""

import argparse
import pathlib
import statistics
import tempfile
import time

import keras_electra


def build(args, vocabulary, processes):
    """The time to build a corpus, and its statistics."""
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        keras_electra.build_corpus(
            args.texts,
            pathlib.Path(name) / "corpus",
            vocabulary,
            sequence_length=args.sequence_length,
            processes=processes,
        )
        seconds = time.perf_counter() - start
        corpus = keras_electra.ElectraCorpus(pathlib.Path(name) / "corpus")
        return seconds, corpus.manifest["statistics"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    parser.add_argument("--vocabulary", type=pathlib.Path)
    parser.add_argument("--sequence-length", type=int, default=128)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()

    vocabulary = args.vocabulary
    if vocabulary is None:
        detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
            "electra_mini_discriminator_en"
        )
        vocabulary = detector.preprocessor.tokenizer.get_vocabulary()
    start = time.perf_counter()
    documents = keras_electra.read_documents(args.texts)
    characters = sum(len(line) + 1 for lines in documents for line in lines)
    megabytes, seconds = characters / 1e6, time.perf_counter() - start
    print(f"{megabytes:.0f} million characters, {seconds:.0f} s to read them")

    seconds = {number: [] for number in args.processes}
    for _ in range(args.rounds):
        for number, found in seconds.items():
            one, contents = build(args, vocabulary, number)
            found.append(one)
            print(f"{number} processes: {one:.0f} s", flush=True)
    print(f"\n{contents}\n")
    print("| processes | s | million characters/s |")
    print("|---|---|---|")
    for number, found in seconds.items():
        median = statistics.median(found)
        print(f"| {number} | {median:.0f} | {megabytes / median:.1f} |")


if __name__ == "__main__":
    main()
