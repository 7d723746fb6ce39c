"""
# Pre-train on many devices

Author: the keras-electra authors
Description: Train on several devices of one machine, or on several machines.

`keras_electra.pretrain` uses the devices that the backend is configured for.
This script runs on one device, on all devices of a machine, and on several
machines. Only the command that starts it differs.

    KERAS_BACKEND=jax python guides/pretrain_on_many_devices.py

To use a corpus that `keras-electra build-corpus` has written:

    python guides/pretrain_on_many_devices.py --corpus CORPUS \\
        --output RUN --steps 100000 --batch-size 1024

## Starting the script

| | one machine | several machines |
|---|---|---|
| JAX | this script | this script on each machine, with `--hosts` |
| JAX on a TPU pod | | this script on every worker of the pod, with `--hosts` |
| PyTorch | `torchrun --nproc-per-node 8` | `torchrun` on each machine |
| TensorFlow | this script | not tested; use JAX or PyTorch |

On JAX, `keras.distribution.initialize` reads three environment variables:
`KERAS_DISTRIBUTION_JOB_ADDRESSES`, the address and port of the first host;
`KERAS_DISTRIBUTION_NUM_PROCESSES`; and `KERAS_DISTRIBUTION_PROCESS_ID`, counted
from 0. They are not needed on a TPU pod. All workers must run the same script,
otherwise they wait for each other.

The options of `torchrun` come before the name of the script. With several
machines, set `--nnodes`, `--node-rank`, and `--rdzv-endpoint`, the address and
port of the first machine.
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
    "--cut", type=int, default=1, help="devices for each model replica, on JAX"
)
args = parser.parse_args()
backend = keras.config.backend()

"""
## Configuring the backend

On JAX, `DataParallel` replicates the model on every device and divides the
batch. A model that is too large for a device is sharded over `--cut` devices
with `keras_electra.layout_map`; all shards of a replica must be on one host. We
pass `auto_shard_dataset=False` because `pretrain` already gives each host its
part of the data.

On TensorFlow, models are created in the scope of a strategy. On PyTorch, each
device has its own process, and `pretrain` averages their gradients.
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

`--batch-size` is the number of sequences over all devices. It must be divisible
by the number of devices, or with `--cut` by the number of model replicas. With
more devices and the same batch size, the same run takes less time, as long as
each device has enough work. A larger batch usually needs fewer steps and a
higher learning rate. The large model of the paper used 2,048 sequences and a
learning rate of 2e-4; for larger batches use `keras_electra.ElectraLamb`.

If a batch does not fit into memory, accumulate gradients:
`ElectraAdamW(gradient_accumulation_steps=4)` updates the weights with the mean
of four gradients. `total_steps`, the schedule and the log then count these
smaller batches.

The order of the data depends on the seed and the step only, so a run can be
resumed on another number of devices. On JAX, masks and dropout are drawn for
the whole batch; on PyTorch, by each process for its part. On TensorFlow, all
replicas draw the same random numbers, as always in Keras.

By default this guide trains on a small sample.
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
## The models
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

All processes read `--output` when they start, so it must be on shared storage.
The first process writes. Checkpoints do not depend on the devices. If a host
fails, start all of them again, and the run resumes from the newest checkpoint.

The log is also written by the first process. On PyTorch its losses, including
those of validation, are computed on the part of that process; tokens per second
are counted over all processes.
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
print(f"Trained from step {first} to {args.steps} in {output}")

"""
## The preset

One process saves a preset, which can be loaded on any device. After a run on
several JAX hosts, a single host may not hold all weights. In this case start
the script again on one machine, without `--hosts`; it loads the last checkpoint
and saves the preset.
"""

if int(os.environ.get("RANK", 0)) == 0 and not args.hosts:
    discriminator.save_to_preset(output / "discriminator")
    print(sorted(path.name for path in (output / "discriminator").iterdir()))
