"""
# Pre-train a small ELECTRA

Author: the keras-electra authors
Description: Text files to a generator and a discriminator, one `fit` for both.

This guide starts with plain text and ends with two presets: a generator, which
guesses masked tokens, and a discriminator, which says of each token whether
the generator put it there. The discriminator is what one fine-tunes.

Run as it is, it reads the sentences that lie beside it and trains for a
minute, long enough to see every part and far too short to learn English:

    python guides/pretrain_mini.py

With real text (`.txt` with an empty line between documents, or `.jsonl`; also
as `.gz` or `.xz`):

    python guides/pretrain_mini.py --data texts --steps 100000 --output run

The bundled `electra_mini_discriminator_en` and `electra_mini_generator_en` have
the sizes and rates below; their cards say what they have read, and for how
long. Started again with the same arguments, a run that was cut off goes on
where it was.
"""

import argparse
import itertools
import pathlib
import tempfile

import keras

import keras_electra
from keras_electra.pretraining.corpus.text_blocks import (
    documents,
    find_files,
    read_blocks,
)
from keras_electra.tokenizer.vocabulary import train_vocabulary

SAMPLE = pathlib.Path(__file__).parent / "data" / "text"

parser = argparse.ArgumentParser(description="Pre-train a small ELECTRA.")
parser.add_argument("--data", type=pathlib.Path, help="folder of text files")
parser.add_argument("--output", type=pathlib.Path, help="folder of the run")
parser.add_argument("--steps", type=int, default=40)
parser.add_argument("--batch-size", type=int)
parser.add_argument("--learning-rate", type=float, default=1.2e-3)
parser.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

small = args.data is None
data = args.data or SAMPLE
output = args.output or pathlib.Path(tempfile.mkdtemp())
output.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(args.seed)
keras.config.set_dtype_policy(args.dtype)

"""
## The vocabulary

Pieces of words, trained on the beginning of the text; 8,192 of them are enough
for a model whose table of embeddings must stay small.
"""

sizes = {
    "vocabulary_size": 600 if small else 8192,
    "num_layers": 2 if small else 4,
    "num_heads": 1 if small else 4,
    "hidden_dim": 64 if small else 256,
    "intermediate_dim": 128 if small else 1024,
    "embedding_dim": 32 if small else 128,
    "max_sequence_length": 32 if small else 128,
}


def first_lines(folder, characters=30_000_000):
    """The beginning of each file, so many characters in all."""
    files = find_files(folder)
    for path in files:
        left = characters // len(files)
        blocks = read_blocks([path], block_bytes=1_000_000)
        for document in itertools.chain.from_iterable(map(documents, blocks)):
            yield from document
            left -= sum(map(len, document))
            if left < 0:
                break


vocabulary_file = output / "vocab.txt"
if not vocabulary_file.exists():
    vocabulary = train_vocabulary(
        texts=list(first_lines(data)),
        vocabulary_size=sizes["vocabulary_size"],
        limit_alphabet=160,
        lowercase=True,
    )
    vocabulary_file.write_text("\n".join(vocabulary) + "\n", "utf-8")

"""
## The corpus

Text becomes examples once: `[CLS] a [SEP] b [SEP]`, full to the last token
where the text allows, but for a few that are shorter or of one piece, as in the
2020 code. The files are memory-mapped, so that any example is at
hand at once, in whatever order. Some documents are held out.

One process does it here. Several start by importing the script that called
them, so that a script of yours needs `if __name__ == "__main__":` for them;
`keras-electra build-corpus` takes all processors without more ado, and what it
has built at `OUTPUT/corpus` with the same settings is left as it is.
"""

keras_electra.build_corpus(
    data,
    output / "corpus",
    vocabulary_file,
    sequence_length=sizes["max_sequence_length"],
    processes=1,
    validation_share=0.1 if small else 0.005,
    **({"block_bytes": 2000} if small else {}),
)
corpus = keras_electra.ElectraCorpus(output / "corpus")
held_out = keras_electra.ElectraCorpus(output / "corpus", split="validation")
print(f"{len(corpus)} examples to train on, {len(held_out)} held out")

"""
## Generator and discriminator

The generator is a quarter as wide. A better one would leave the discriminator
with nothing but plausible tokens, and teach it less. The two share the
embeddings, and both losses train them.

There is no dropout: such small models do not remember what they read.
"""

tokenizer = corpus.tokenizer()
sizes["vocabulary_size"] = tokenizer.vocabulary_size()


def make_discriminator(dropout, dtype=None):
    return keras_electra.ElectraReplacedTokenDetector(
        keras_electra.ElectraBackbone(
            **sizes, dropout=dropout, attention_dropout=dropout, dtype=dtype
        ),
        preprocessor=keras_electra.ElectraReplacedTokenDetectorPreprocessor(
            tokenizer, sequence_length=sizes["max_sequence_length"]
        ),
    )


discriminator = make_discriminator(dropout=0.0)
pretrainer = keras_electra.ElectraPretrainer(
    discriminator,
    keras_electra.make_generator(discriminator, width=1 / 4),
    seed=args.seed,
)

"""
## Training

The rate climbs for a while and then falls to zero. In each step 15% of the
tokens are masked anew. `pretrain` saves checkpoints and a log, and shows how
fast it goes and what is left; a plot of the curves comes at the end, where
matplotlib is installed.
"""

pretrainer.compile(
    optimizer=keras_electra.ElectraAdamW(
        keras_electra.LinearWarmupDecay(
            args.learning_rate,
            total_steps=args.steps,
            warmup_steps=max(1, min(1500, args.steps // 10)),
        ),
        bias_correction=True,
    )
)
# Some 40 points of a curve, and no more than 1,000 steps lost.
every = min(1000, max(20, args.steps // 40))
keras_electra.pretrain(
    pretrainer,
    corpus,
    total_steps=args.steps,
    folder=output,
    batch_size=args.batch_size or (8 if small else 512),
    validation_corpus=held_out,
    log_every=every,
    save_every=every,
    seed=args.seed,
)

"""
## The presets

Saved in float16, half the bytes, and with the dropout that fine-tuning wants.
Each has a copy of the embeddings.
"""

half = make_discriminator(dropout=0.1, dtype="float16")
halves = {
    "discriminator": half,
    "generator": keras_electra.make_generator(
        half, width=1 / 4, tie_embeddings=False
    ),
}
for name, model in halves.items():
    model.set_weights(getattr(pretrainer, name).get_weights())
    model.save_to_preset(output / name, metadata={"language": "English"})
print("Saved in", output)

"""
## What it has learned

The detector's probabilities, for a text that somebody tampered with.
"""

detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
    output / "discriminator"
)
for token in detector.detect("The garden looks telephone after the rain."):
    print(f"{token['replaced']:.2f} {token['token']}")
