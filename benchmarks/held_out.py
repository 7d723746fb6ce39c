"""How well the mini generator and discriminator do on text held out.

    python benchmarks/held_out.py --corpus corpus

masks the validation split of a corpus that `keras-electra build-corpus` wrote
with the presets' vocabulary, samples from the generator, asks the
discriminator, and prints the losses and scores: of the backend that
`KERAS_BACKEND` names, masks drawn with seed 1. The model cards' numbers that
are said to be of this script are printed by it.
"""

import argparse
import pathlib

import keras

import keras_electra


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--generator", default="electra_mini_generator_en")
    parser.add_argument(
        "--discriminator", default="electra_mini_discriminator_en"
    )
    args = parser.parse_args()

    corpus = keras_electra.ElectraCorpus(args.corpus, split="validation")
    pretrainer = keras_electra.ElectraPretrainer(
        keras_electra.ElectraReplacedTokenDetector.from_preset(
            args.discriminator
        ),
        keras_electra.ElectraMaskedLM.from_preset(args.generator),
        seed=1,
    )
    pretrainer.compile(optimizer="sgd")  # Nothing is trained.
    results = pretrainer.evaluate(
        corpus.get_batch(range(len(corpus))), batch_size=64, verbose=0,
        return_dict=True,
    )  # fmt: skip
    print(f"{keras.config.backend()}, {len(corpus)} sequences\n")
    print("| | |")
    print("|---|---|")
    for name, value in sorted(results.items()):
        print(f"| {name} | {value:.4f} |")


if __name__ == "__main__":
    main()
