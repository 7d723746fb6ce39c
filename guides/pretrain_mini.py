"""
# Pre-train a small ELECTRA

Author: the keras-electra authors
Description: Train a generator and a discriminator on text files.

In this guide we pre-train two models on plain text. The generator predicts
masked tokens. The discriminator classifies every token as original or as
replaced by the generator; it is the model to fine-tune.

By default the guide trains on a few sentences for about a minute. This shows
every step, but is far too short to learn English:

    python guides/pretrain_mini.py

To train on your own text (`.txt` with a blank line between documents, or
`.jsonl`, optionally compressed as `.gz` or `.xz`):

    python guides/pretrain_mini.py --data texts --steps 100000 --output run

The bundled `electra_mini_discriminator_en` and `electra_mini_generator_en` have
the sizes and learning rates below; see their model cards for the training data.
To resume an interrupted run, start it again with the same arguments.
"""

import argparse
import pathlib
import tempfile

import keras

import keras_electra
from keras_electra.tokenizer import train_vocabulary

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

We train a WordPiece vocabulary on the beginning of the text. 8,192 tokens are
enough for a model with a small embedding table.
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
    """Yield lines from the beginning of each file."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for path in files:
        left = characters // len(files)
        for lines in keras_electra.read_documents(path):
            yield from lines
            left -= sum(map(len, lines))
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

The text is converted to examples once: `[CLS] a [SEP] b [SEP]`, filled up to
the maximum length. As in the 2020 code, some examples are shorter or have a
single segment. The files are memory-mapped for fast random access. Some
documents are held out for validation.

Here we use a single process. Worker processes import the calling script, so
a script that uses more needs `if __name__ == "__main__":`. Alternatively, run
`keras-electra build-corpus`, which uses all processors; a complete corpus at
`OUTPUT/corpus` with the same settings is not built again.
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

The generator has a quarter of the discriminator's width. With a stronger
generator, replacements become too hard to detect, and the discriminator learns
less. The models share their embeddings, which are trained by both losses.

We use no dropout, because such small models do not overfit in pre-training.
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

The learning rate has a linear warm-up and a linear decay to zero. In each step,
15% of the tokens are masked at random. `pretrain` saves checkpoints and a log,
and shows the speed and the remaining time. If matplotlib is installed, it also
plots the metrics.
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
# About 40 rows in the log, and a checkpoint at least every 1,000 steps.
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

We save the models in float16, which halves their size, and with dropout for
fine-tuning. Each preset contains a copy of the embeddings.
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
## Detecting replaced tokens

We print the probability that each token of a text has been replaced.
"""

detector = keras_electra.ElectraReplacedTokenDetector.from_preset(
    output / "discriminator"
)
for token in detector.detect("The garden looks telephone after the rain."):
    print(f"{token['replaced']:.2f} {token['token']}")
