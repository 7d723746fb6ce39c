"""A step of pre-training: ours against the loop that people write by hand.

    python benchmarks/pretraining.py

The peer is Transformers' `ElectraForMaskedLM` and `ElectraForPreTraining` on
PyTorch, with shared embeddings: a forward pass of the generator, samples in the
place of masked tokens, a forward pass of the discriminator, both losses, one
step of AdamW. Both train the sizes of ELECTRA-small on random token ids; with
`bfloat16` the peer runs under `torch.autocast`, ours with the policy
`mixed_bfloat16`.

Every engine runs in a process of its own, and all take turns `--rounds` times.
Printed are medians: tokens a second, the ratio to the peer, the share of what
matrix products of these sizes reach on the machine, and the most memory that
the process holds while it steps. `--all-positions` adds ours with logits of the
generator at every position instead of the masked ones, for what that costs.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import time

SMALL = {
    "vocabulary_size": 30522,
    "num_layers": 12,
    "num_heads": 4,
    "hidden_dim": 256,
    "intermediate_dim": 1024,
    "embedding_dim": 128,
}
MASK, SPECIAL = 4, (0, 2, 3, 4)
BACKENDS = ("torch", "jax", "tensorflow")
NAMES = {
    "transformers": "Transformers",
    "ours": "keras-electra",
    "ours_at_all_positions": "keras-electra, logits everywhere",
}


# === Engines: each runs in a child process ===


def ours(dtype, batch, length, steps, predictions=None):
    import keras
    import numpy as np

    import keras_electra

    policy = "mixed_bfloat16" if dtype == "bfloat16" else dtype
    discriminator = keras_electra.ElectraReplacedTokenDetector(
        keras_electra.ElectraBackbone(
            **SMALL, max_sequence_length=length, dtype=policy
        )
    )
    pretrainer = keras_electra.ElectraPretrainer(
        discriminator,
        keras_electra.make_generator(discriminator, width=1 / 4),
        mask_token_id=MASK,
        special_token_ids=SPECIAL,
        max_predictions=predictions,
        seed=0,
    )
    pretrainer.compile(optimizer=keras_electra.ElectraAdamW(5e-4))
    ids = np.random.default_rng(0).integers(5, 30522, (batch, length))

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return steps

        def __getitem__(self, index):
            ids_now = np.roll(ids, index).astype("int32")
            return ({
                "token_ids": ids_now, "padding_mask": np.ones_like(ids_now)
            },)  # fmt: skip

    return lambda: pretrainer.fit(Batches(), verbose=0, shuffle=False)


def ours_at_all_positions(dtype, batch, length, steps):
    return ours(dtype, batch, length, steps, predictions=length)


def transformers(dtype, batch, length, steps):
    import torch
    from transformers import (
        ElectraConfig,
        ElectraForMaskedLM,
        ElectraForPreTraining,
    )

    sizes = {
        "vocab_size": SMALL["vocabulary_size"],
        "embedding_size": SMALL["embedding_dim"],
        "num_hidden_layers": SMALL["num_layers"],
        "max_position_embeddings": length,
    }
    discriminator = ElectraForPreTraining(
        ElectraConfig(
            **sizes,
            hidden_size=SMALL["hidden_dim"],
            num_attention_heads=SMALL["num_heads"],
            intermediate_size=SMALL["intermediate_dim"],
        )
    )
    generator = ElectraForMaskedLM(
        ElectraConfig(
            **sizes,
            hidden_size=SMALL["hidden_dim"] // 4,
            num_attention_heads=1,
            intermediate_size=SMALL["intermediate_dim"] // 4,
        )
    )
    generator.electra.embeddings = discriminator.electra.embeddings
    generator.tie_weights()
    models = torch.nn.ModuleList([generator, discriminator]).train()
    optimizer = torch.optim.AdamW(models.parameters(), 5e-4, weight_decay=0.01)
    ids = torch.randint(5, 30522, (batch, length))

    def step(ids):
        masked = torch.rand(ids.shape) < 0.15
        inputs = ids.clone()
        inputs[masked & (torch.rand(ids.shape) < 0.85)] = MASK
        attention_mask = torch.ones_like(ids)
        logits = generator(inputs, attention_mask=attention_mask).logits
        logits = logits[masked].float()
        generator_loss = torch.nn.functional.cross_entropy(logits, ids[masked])
        with torch.no_grad():
            noise = -torch.empty_like(logits).exponential_().log()
            sampled = (logits + noise).argmax(-1)
        corrupted = ids.clone()
        corrupted[masked] = sampled
        found = discriminator(corrupted, attention_mask=attention_mask).logits
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            found.float(), (corrupted != ids).float()
        )
        (generator_loss + 50 * loss).backward()
        torch.nn.utils.clip_grad_norm_(models.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    def run():
        for index in range(steps):
            with torch.autocast("cpu", enabled=dtype == "bfloat16"):
                step(ids.roll(index))

    return run


def child(engine, dtype, batch, length, steps):
    batch, length, steps = int(batch), int(length), int(steps)
    with contextlib.redirect_stdout(sys.stderr):
        run = globals()[engine](dtype, batch, length, steps)
        run()  # Compiles.
        _forget_peak()
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    tokens = batch * length * steps
    print(
        json.dumps(
            {
                "rate": tokens / statistics.median(seconds),
                "memory": _peak(),
            }
        )
    )


def _forget_peak():
    """Compiling takes memory too; where Linux lets us, count from here on."""
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/clear_refs").write_text("5")


def _peak():
    """The most memory that this process has held, in MB."""
    with contextlib.suppress(OSError):
        status = pathlib.Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


# === The parent ===


def ceiling(batch, length):
    """Products of the discriminator's sizes, in GFLOP/s, by dtype."""
    import torch

    rates = {}
    for dtype in ("float32", "bfloat16"):
        a = torch.randn(batch * length, 256, dtype=getattr(torch, dtype))
        b = torch.randn(256, 1024, dtype=getattr(torch, dtype))
        seconds = []
        for _ in range(20):
            start = time.perf_counter()
            a @ b
            seconds.append(time.perf_counter() - start)
        count = 2 * batch * length * 256 * 1024
        rates[dtype] = count / statistics.median(seconds) / 1e9
    return rates


def flops_a_token(length):
    """Multiplications and additions of a step, forward and backward."""

    def tower(width, inner):
        layer = 2 * (4 * width * width + 2 * width * inner)
        layer += 4 * length * width
        return SMALL["num_layers"] * layer + 2 * SMALL["embedding_dim"] * width

    width, inner = SMALL["hidden_dim"], SMALL["intermediate_dim"]
    head = 2 * 0.155 * SMALL["embedding_dim"] * SMALL["vocabulary_size"]
    return 3 * (tower(width, inner) + tower(width // 4, inner // 4) + head)


def run(engine, backend, dtype, arguments):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    sizes = (arguments.batch_size, arguments.length, arguments.steps)
    done = subprocess.run(
        [sys.executable, __file__, "--child", engine, dtype, *map(str, sizes)],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{engine} on {backend}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--backends", nargs="+", default=BACKENDS)
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--all-positions", action="store_true")
    arguments = parser.parse_args()
    kinds = ["ours", "ours_at_all_positions"][: 1 + arguments.all_positions]
    engines = [
        (engine, backend, dtype)
        for dtype in arguments.dtypes
        for engine, backend in (
            ("transformers", "torch"),
            *(
                (kind, backend)
                for backend in arguments.backends
                for kind in kinds
            ),
        )
    ]
    results = {engine: [] for engine in engines}
    ceilings = []
    for number in range(arguments.rounds):
        ceilings.append(ceiling(arguments.batch_size, arguments.length))
        for engine in engines:
            results[engine].append(run(*engine, arguments))
            rate = results[engine][-1]["rate"]
            print(f"round {number + 1}, {engine}: {rate:.0f}", file=sys.stderr)

    work = flops_a_token(arguments.length) / 1e9
    print(
        f"ELECTRA-small, {arguments.batch_size} x {arguments.length} tokens, "
        f"{work:.3f} GFLOP a token\n"
    )
    print("| engine | dtype | tokens/s | ratio | of the ceiling | MB |")
    print("|---|---|---|---|---|---|")
    for engine, backend, dtype in engines:
        own = results[engine, backend, dtype]
        peer = results["transformers", "torch", dtype]
        rate = statistics.median(one["rate"] for one in own)
        # Round by round, so that a machine that drifts drifts under both.
        ratio = statistics.median(
            one["rate"] / other["rate"]
            for one, other in zip(own, peer, strict=True)
        )
        top = statistics.median(rates[dtype] for rates in ceilings)
        memory = statistics.median(one["memory"] for one in own)
        name = NAMES[engine]
        share = f"{100 * rate * work / top:.0f}%"
        if engine == "ours_at_all_positions":  # Its work is another.
            share = ""
        print(
            f"| {name}, {backend} | {dtype} | {rate:.0f} | {ratio:.2f} x | "
            f"{share} | {memory:.0f} |"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
