"""
# Continue pre-training on texts of your domain

Author: the keras-electra authors
Description: A discriminator and its generator, trained further on other text.

A model that has read an encyclopedia is a stranger to film reviews, contracts
or lab reports. Before fine-tuning on the few labels there are, it can read the
many texts without any: the training that made it simply goes on.

Run as it is, the bundled mini models read the sentences that lie beside this
guide, for a minute, long enough to see every part:

    python guides/continue_on_a_domain.py

With your own texts (`.txt` with an empty line between documents, or `.jsonl`
with a `text` in each line; also as `.gz` or `.xz`):

    python guides/continue_on_a_domain.py --data reviews --steps 2000 \\
        --output run

A run that was cut off and is started again with the same arguments goes on.
"""

import argparse
import pathlib
import tempfile

import keras

import keras_electra

SAMPLE = pathlib.Path(__file__).parent / "data" / "text"

parser = argparse.ArgumentParser(description="Pre-train on, on a domain.")
parser.add_argument(
    "--discriminator",
    default="electra_mini_discriminator_en",
    help="preset, hf://..., or a folder",
)
parser.add_argument(
    "--generator",
    default="electra_mini_generator_en",
    help="its generator",
)
parser.add_argument("--data", type=pathlib.Path, help="folder of text files")
parser.add_argument("--output", type=pathlib.Path, help="folder of the run")
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--sequence-length", type=int, default=128)
# What the models were trained with; the bundled ones' are known.
parser.add_argument("--their-rate", type=float)
parser.add_argument("--their-batch-size", type=int)
parser.add_argument("--dropout", type=float)
parser.add_argument("--share-of-rate", type=float, default=0.3)
parser.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

theirs = {"their_rate": 1.2e-3, "their_batch_size": 512, "dropout": 0.0}
for name, value in theirs.items():
    if getattr(args, name) is not None:
        continue
    if args.discriminator != parser.get_default("discriminator"):
        parser.error(
            f"--{name.replace('_', '-')} must say what the discriminator was "
            "trained with; its card or paper does"
        )
    setattr(args, name, value)

small = args.data is None
output = args.output or pathlib.Path(tempfile.mkdtemp())
keras.utils.set_random_seed(args.seed)
keras.config.set_dtype_policy(args.dtype)

"""
## Both models

The discriminator learns from what the generator puts in, so both are needed.
They share their table of embeddings, and `ElectraPretrainer` refuses two that
do not: a generator of another run is of no use.

Many a discriminator was published without its generator. Then there is nothing
to go on from: a new one, from random weights, has to be trained to its usual
strength first, which is pre-training, as in `pretrain_mini.py`.

Train with the dropout they were trained with. The bundled ones had none; the
rate in their presets is for fine-tuning, and a generator 64 wide that never met
dropout forgets most of what it knows as soon as it does.
"""


def trained_with(dropout, model):
    """The same model with other dropout, which is no weight of it."""
    config = {
        **model.backbone.get_config(),
        "dropout": dropout,
        "attention_dropout": dropout,
    }
    other = type(model)(
        keras_electra.ElectraBackbone.from_config(config),
        preprocessor=model.preprocessor,
    )
    other.set_weights(model.get_weights())
    return other


discriminator = trained_with(
    args.dropout,
    keras_electra.ElectraReplacedTokenDetector.from_preset(
        args.discriminator, sequence_length=args.sequence_length
    ),
)
generator = trained_with(
    args.dropout, keras_electra.ElectraMaskedLM.from_preset(args.generator)
)
pretrainer = keras_electra.ElectraPretrainer(
    discriminator, generator, seed=args.seed
)

"""
## The corpus

Cut with the vocabulary that the models know: another one would make their
embeddings meaningless. A word that the domain is full of and that falls into
many pieces is a pity, but a model gets used to it. Some documents are held out,
to see what the training is worth.
"""

tokenizer = discriminator.preprocessor.tokenizer
keras_electra.build_corpus(
    args.data or SAMPLE,
    output / "corpus",
    tokenizer.get_vocabulary(),
    sequence_length=args.sequence_length,
    validation_share=0.1 if small else 0.01,
    processes=1,
    lowercase=tokenizer.options.lowercase,
    **({"block_bytes": 2000} if small else {}),
)
corpus = keras_electra.ElectraCorpus(output / "corpus")
held_out = keras_electra.ElectraCorpus(output / "corpus", split="validation")
print(f"{len(corpus)} examples to train on, {len(held_out)} held out")
if not len(held_out):
    raise SystemExit("Too few documents to hold any out: add text.")

"""
## The learning rate

The rate of the first training climbed to its peak and then fell along a line to
zero. To go on from zero would teach nothing. So it climbs again, for a few
steps, in which the optimizer finds its running means anew, for these are not
published with a model; and falls to zero again.

How high? At the old peak a model takes to the new text fastest and forgets most
of the old (Gupta et al., 2023); with much text of a domain nearly the peak was
right (Gururangan et al., 2020). With little text, and where the old knowledge
counts, a third of it or a tenth. `--share-of-rate` says which; try two, and let
the held-out text decide.

And it is rescaled to the batch. The gradients of smaller batches are noisier,
and Adam takes a rate that goes with the square root of the size (Malladi et
al., 2022): batches of 16 in the place of 512 take a sixth.
"""

rate = (
    args.their_rate
    * args.share_of_rate
    * (args.batch_size / args.their_batch_size) ** 0.5
)
print(
    f"A rate of {rate:.1e}, where the first training had {args.their_rate:.1e} "
    f"for batches of {args.their_batch_size}"
)

"""
## Before

How well both do on texts they have not seen, as they came.
"""

pretrainer.compile(
    optimizer=keras_electra.ElectraAdamW(
        keras_electra.LinearWarmupDecay(
            rate, total_steps=args.steps, warmup_share=0.05
        ),
        bias_correction=True,
    )
)
SHOWN = ("masked_lm_loss", "masked_lm_accuracy", "detector_auc")


def evaluate():
    examples = held_out.get_batch(range(min(len(held_out), 512)))
    results = pretrainer.evaluate(
        examples, batch_size=args.batch_size, verbose=0, return_dict=True
    )
    return {name: results[name] for name in SHOWN}


before = evaluate()

"""
## Training

As in `pretrain_mini.py`: checkpoints, a log, progress, and a plot at the end.
"""

keras_electra.pretrain(
    pretrainer,
    corpus,
    total_steps=args.steps,
    folder=output,
    batch_size=args.batch_size,
    validation_corpus=held_out,
    log_every=10 if small else 200,
    save_every=10 if small else 200,
    seed=args.seed,
)

"""
## After

The same texts again, with the same masks: `evaluate` draws them from a seed of
its own. The generator's loss is the plain measure. The detector's AUC can fall
while the detector gets better, because the generator now makes mistakes that
are harder to find: compare it only with the same generator.

The 25,000 film reviews of IMDB's training half, 3,000 steps of 16 sequences
(6.1 million tokens, half an hour on one CPU core in mixed_bfloat16, PyTorch):
the bundled pair on 512 sequences held out, one run each,

    --share-of-rate        before      0.3      1.0
    masked_lm_loss         3.7966   3.4369   3.3507
    masked_lm_accuracy     0.3593   0.4073   0.4172
    detector_auc           0.8803   0.8970   0.8917

On what it comes from, an encyclopedia and books, its masked_lm_loss is 3.39.
The full rate makes the better generator, whose replacements are harder to find:
what that is worth to the discriminator only fine-tuning will say.
`docs/continued_pretraining.png` is the picture that the last run left behind.
"""

after = evaluate()
for name in SHOWN:
    print(f"{name:19} {before[name]:.4f} -> {after[name]:.4f}")

"""
## The presets

Fine-tune the discriminator as you would any other; keep the generator, so that
whoever comes next can go on from here.
"""

for name in ("discriminator", "generator"):
    model = trained_with(0.1, getattr(pretrainer, name))  # To fine-tune with.
    model.save_to_preset(output / name)
print("Saved in", output)
