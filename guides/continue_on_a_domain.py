"""
# Continue pre-training on texts of your domain

Author: the keras-electra authors
Description: Adapt a discriminator and its generator to unlabeled text.

A model that was trained on an encyclopedia has seen few film reviews, contracts
or lab reports. If you have many unlabeled texts of such a domain, you can
continue pre-training on them before you fine-tune on labeled texts.

By default the guide trains the bundled mini models on a few sentences for about
a minute, which shows every step:

    python guides/continue_on_a_domain.py

To train on your own text (`.txt` with a blank line between documents, or
`.jsonl` with a `text` in each line, optionally compressed as `.gz` or `.xz`):

    python guides/continue_on_a_domain.py --data reviews --steps 2000 \\
        --output run

To resume an interrupted run, start it again with the same arguments.
"""

import argparse
import pathlib
import tempfile

import keras

import keras_electra

SAMPLE = pathlib.Path(__file__).parent / "data" / "text"

parser = argparse.ArgumentParser(description="Continue pre-training.")
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
# The original hyperparameters; known for the bundled models.
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
            f"--{name.replace('_', '-')} must be given: the value that the "
            "discriminator was trained with, from its model card or paper"
        )
    setattr(args, name, value)

small = args.data is None
output = args.output or pathlib.Path(tempfile.mkdtemp())
keras.utils.set_random_seed(args.seed)
keras.config.set_dtype_policy(args.dtype)

"""
## Loading the models

The discriminator is trained on the generator's replacements, so we need both
models. They share their embeddings; `ElectraPretrainer` raises an error if the
generator is from another run.

Some discriminators are published without their generator. In that case a new
generator has to be pre-trained first, as in `pretrain_mini.py`.

Use the original dropout. The bundled models were trained without; the dropout
in their presets is meant for fine-tuning, and a generator of width 64 that was
trained without dropout loses most of its accuracy with it.
"""


def trained_with(dropout, model):
    """Copy a model with another dropout rate."""
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

The corpus must be built with the vocabulary of the models, because their
embeddings belong to it. Frequent words of the domain may be split into many
pieces, which a model can learn. Some documents are held out for validation.
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

In the original training, the learning rate decayed to zero. We warm it up again
for a few steps, in which the optimizer also accumulates its moments, as these
are not published with a model. Then it decays to zero.

With the original peak, a model learns new text fastest and forgets most of the
old text (Gupta et al., 2023). With much text of a domain, nearly the original
peak worked best (Gururangan et al., 2020). With little text, or if the original
knowledge matters, use a third or a tenth of it. `--share-of-rate` sets this
share; compare two values on the held-out text.

We also scale the learning rate with the batch size. The gradients of smaller
batches are noisier, and for Adam the rate should be proportional to the square
root of the batch size (Malladi et al., 2022): a sixth for batches of 16 instead
of 512.
"""

rate = (
    args.their_rate
    * args.share_of_rate
    * (args.batch_size / args.their_batch_size) ** 0.5
)
print(
    f"Learning rate {rate:.1e}; originally {args.their_rate:.1e} "
    f"for batches of {args.their_batch_size}"
)

"""
## Evaluation before training

We evaluate both models on the held-out text.
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

As in `pretrain_mini.py`, `pretrain` saves checkpoints, a log and a plot.
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
## Evaluation after training

We evaluate on the same text with the same masks, which `evaluate` draws from
its own seed. The generator's loss is the most direct measure. The AUC of the
discriminator can fall while it improves, because the replacements become harder
to detect; compare it only for the same generator.

Results of the bundled models on 512 held-out sequences, after 3,000 steps of 16
sequences of IMDB's 25,000 training reviews (6.1 million tokens, half an hour on
one CPU core with PyTorch in mixed_bfloat16), one run each:

    --share-of-rate        before      0.3      1.0
    masked_lm_loss         3.7966   3.4369   3.3507
    masked_lm_accuracy     0.3593   0.4073   0.4172
    detector_auc           0.8803   0.8970   0.8917

On its original training data, an encyclopedia and books, the generator has a
masked_lm_loss of 3.39. The full rate gives the better generator, whose
replacements are harder to detect. The effect on the discriminator can only be
measured by fine-tuning. `docs/continued_pretraining.png` shows the last run.
"""

after = evaluate()
for name in SHOWN:
    print(f"{name:19} {before[name]:.4f} -> {after[name]:.4f}")

"""
## The presets

Fine-tune the discriminator like any other. Keep the generator, so that
pre-training can be continued later.
"""

for name in ("discriminator", "generator"):
    model = trained_with(0.1, getattr(pretrainer, name))  # For fine-tuning.
    model.save_to_preset(output / name)
print("Saved in", output)
