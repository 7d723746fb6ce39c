"""
# Pre-train on many devices

Author: the keras-electra authors
Description: One script for a machine with many devices, and for many machines.

`keras_electra.pretrain` takes whatever devices the backend was told to use.
This guide is one script for one device, for all devices of a machine, and for
several machines: what changes is how it is started.

    KERAS_BACKEND=jax python guides/pretrain_on_many_devices.py

With real text, a corpus that `keras-electra build-corpus` has written:

    python guides/pretrain_on_many_devices.py --corpus CORPUS \\
        --output RUN --steps 100000 --batch-size 1024

## What to start where

| | one machine | several machines |
|---|---|---|
| JAX | this script | this script on each, with `--hosts`, see below |
| JAX on a TPU pod | | this script on every worker of the pod, with `--hosts` |
| PyTorch | `torchrun --nproc-per-node 8` | `torchrun` on each, see below |
| TensorFlow | this script | not tested: take JAX or PyTorch |

On JAX, `keras.distribution.initialize` reads three variables that are different
for each host: `KERAS_DISTRIBUTION_JOB_ADDRESSES`, the address and port of the
first host; `KERAS_DISTRIBUTION_NUM_PROCESSES`; and
`KERAS_DISTRIBUTION_PROCESS_ID`, from 0. On a TPU pod none is needed: JAX asks
the pod. All workers must run the same script, or all of them wait.

`torchrun` takes the script's name and arguments after its own. On several
machines those are `--nnodes`, the machine's `--node-rank`, and
`--rdzv-endpoint`, the address and port of the first.
"""

import argparse
import contextlib
import os
import pathlib
import tempfile

import keras

import keras_electra

parser = argparse.ArgumentParser(description="Pre-train on many devices.")
parser.add_argument("--corpus", type=pathlib.Path)
parser.add_argument("--output", type=pathlib.Path, help="shared by all hosts")
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--hosts", action="store_true", help="several machines")
parser.add_argument(
    "--cut", type=int, default=1, help="devices that share one model, on JAX"
)
args = parser.parse_args()
backend = keras.config.backend()

"""
## Telling the backend

On JAX, `DataParallel` puts a copy of the model on every device and a part of
the batch. A model that is too large for that is cut up over `--cut` devices:
`keras_electra.layout_map` says along which axis of which weight; all parts of a
copy must lie on one host.
`auto_shard_dataset=False`, because `pretrain` gives each host its own part.

On TensorFlow models are made in the scope of a strategy. On PyTorch each device
has a process of its own, and `pretrain` averages their gradients.
"""

scope = contextlib.nullcontext()
if backend == "jax":
    if args.hosts:
        keras.distribution.initialize()
    devices = keras.distribution.list_devices()
    if args.cut == 1:
        distribution = keras.distribution.DataParallel(
            devices=devices, auto_shard_dataset=False
        )
    else:
        mesh = keras.distribution.DeviceMesh(
            (len(devices) // args.cut, args.cut), ["batch", "model"], devices
        )
        distribution = keras.distribution.ModelParallel(
            layout_map=keras_electra.layout_map(mesh),
            batch_dim_name="batch",
            auto_shard_dataset=False,
        )
    keras.distribution.set_distribution(distribution)
elif backend == "tensorflow":
    import tensorflow as tf

    scope = tf.distribute.MirroredStrategy().scope()
elif "RANK" in os.environ:  # Set by `torchrun`.
    import torch

    torch.distributed.init_process_group()
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))

"""
## The global batch

`--batch-size` counts the sequences of a step on all devices together, and must
be divisible by their number, or with `--cut` by the number of models. Twice the
devices with the same batch give the same run in less time, until each has too
little to do; twice the batch as well is another run: fewer steps, a higher
rate. The large sizes of the paper used 2,048 sequences with a rate of 2e-4;
`keras_electra.ElectraLamb` is for more.

A batch that no device has memory for can come in parts:
`ElectraAdamW(gradient_accumulation_steps=4)` takes the mean of four gradients.
Each part is then a step, for `total_steps`, the schedule and the log as well;
the weights move with every fourth.

The order of the data depends on seed and step only, so a run may go on with
another number of devices than it began with. Masks and dropout are drawn for
the whole batch on JAX, and by each process for its part on PyTorch. On
TensorFlow all replicas draw alike, as everywhere in Keras: at the same places,
in different sequences.

The sample that is trained on here lies beside the guide.
"""

output = args.output or pathlib.Path(tempfile.mkdtemp())
corpus_folder = args.corpus or output / "corpus"
if args.corpus is None:
    vocabulary = keras_electra.ElectraTokenizer.from_preset(
        "electra_mini_discriminator_en"
    ).get_vocabulary()
    keras_electra.build_corpus(
        pathlib.Path(__file__).parent / "data" / "text",
        corpus_folder,
        vocabulary,
        sequence_length=32,
        processes=1,
        validation_share=0,
    )
corpus = keras_electra.ElectraCorpus(corpus_folder)

"""
## Both models, and the run
"""

keras.utils.set_random_seed(1)
small = args.corpus is None
with scope:
    discriminator = keras_electra.ElectraReplacedTokenDetector(
        keras_electra.ElectraBackbone(
            vocabulary_size=corpus.vocabulary_size,
            num_layers=2 if small else 12,
            num_heads=4,
            hidden_dim=64 if small else 256,
            intermediate_dim=128 if small else 1024,
            embedding_dim=32 if small else 128,
            max_sequence_length=corpus.sequence_length,
        ),
        preprocessor=keras_electra.ElectraReplacedTokenDetectorPreprocessor(
            corpus.tokenizer(), sequence_length=corpus.sequence_length
        ),
    )
    pretrainer = keras_electra.ElectraPretrainer(
        discriminator,
        keras_electra.make_generator(discriminator, width=1 / 4),
        seed=1,
    )
    pretrainer.compile(
        optimizer=keras_electra.ElectraAdamW(
            keras_electra.LinearWarmupDecay(
                5e-4, total_steps=args.steps, warmup_share=0.1
            ),
            bias_correction=True,
        )
    )

"""
## Checkpoints on shared storage

All processes read `--output` when they begin, so it must be a folder that all
of them see; the first writes there. Checkpoints are whole, whatever devices the
weights lay on. When a host dies, start all of them again: the run goes on from
the newest checkpoint.

The log, in the same folder, is written by the first process. On PyTorch its
losses, those of validation too, are those of that process's part; tokens a
second count all parts.
"""

first = keras_electra.pretrain(
    pretrainer,
    corpus,
    total_steps=args.steps,
    folder=output,
    batch_size=args.batch_size,
    log_every=10 if small else 500,
    save_every=10 if small else 1000,
)
print(f"From step {first} to {args.steps}, in {output}")

"""
## What comes out

A preset, which loads on any device. One process writes it. After a run on
several JAX hosts no host may hold all weights: start the script once more on
one machine, without `--hosts`. It finds nothing left to train, and saves.
"""

if int(os.environ.get("RANK", 0)) == 0 and not args.hosts:
    discriminator.save_to_preset(output / "discriminator")
    print(sorted(path.name for path in (output / "discriminator").iterdir()))
