"""Raw texts to labels, and bare forward passes: ours against the peers.

    python benchmarks/inference.py --texts path/to/SST-2/dev.tsv

Every engine runs in a process of its own, one after the other, `--rounds`
times round, so that a machine that drifts drifts under all of them. All run
the same ELECTRA-small sizes; ours and Transformers the same weights, and their
labels are compared. KerasHub has no ELECTRA classifier, so its backbone gets a
dense layer, and its own tokenizer pads to 128, as its documentation does.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SMALL = {
    "vocabulary_size": 30522,
    "num_layers": 12,
    "num_heads": 4,
    "hidden_dim": 256,
    "intermediate_dim": 1024,
    "embedding_dim": 128,
}
BACKENDS = ("torch", "jax", "tensorflow")
PASSES = 3


# === Engines: each runs in a child process ===


def ours(folder, dtype, texts):
    import numpy as np

    import keras_electra

    classifier = keras_electra.ElectraTextClassifier.from_preset(
        folder, dtype=dtype
    )

    def label():
        logits = classifier.predict(texts, batch_size=32, verbose=0)
        return np.argmax(np.asarray(logits, "float32"), axis=-1).tolist()

    ids = np.ones((8, 128), dtype="int32")
    inputs = {"token_ids": ids, "segment_ids": ids * 0, "padding_mask": ids}
    return label, lambda: classifier.predict(inputs, verbose=0)


def transformers(folder, dtype, texts):
    import torch
    from transformers import (
        ElectraForSequenceClassification,
        ElectraTokenizer,
        pipeline,
    )

    model = ElectraForSequenceClassification.from_pretrained(
        folder, dtype=getattr(torch, dtype)
    ).eval()
    classify = pipeline(
        "text-classification",
        model=model,
        tokenizer=ElectraTokenizer.from_pretrained(folder),
        batch_size=32,
    )
    ids = torch.ones((8, 128), dtype=torch.long)

    def forward():
        with torch.no_grad():
            return model(input_ids=ids, attention_mask=ids).logits

    labels = model.config.label2id
    return lambda: [labels[row["label"]] for row in classify(texts)], forward


def keras_hub(folder, dtype, texts):
    import keras
    import keras_hub as hub
    import numpy as np

    backbone = hub.models.ElectraBackbone(
        vocab_size=SMALL["vocabulary_size"],
        num_layers=SMALL["num_layers"],
        num_heads=SMALL["num_heads"],
        hidden_dim=SMALL["hidden_dim"],
        embedding_dim=SMALL["embedding_dim"],
        intermediate_dim=SMALL["intermediate_dim"],
        dtype=dtype,
    )
    logits = keras.layers.Dense(2, dtype=dtype)(
        backbone.output["sequence_output"][:, 0]
    )
    model = keras.Model(backbone.input, logits)
    tokenizer = hub.models.ElectraTokenizer(
        vocabulary=str(pathlib.Path(folder) / "vocab.txt"), lowercase=True
    )
    packer = hub.layers.MultiSegmentPacker(
        sequence_length=128,
        start_value=tokenizer.cls_token_id,
        end_value=tokenizer.sep_token_id,
        pad_value=tokenizer.pad_token_id,
    )

    def label():
        token_ids, segment_ids = packer(tokenizer(texts))
        token_ids = keras.ops.convert_to_numpy(token_ids)
        inputs = {
            "token_ids": token_ids,
            "segment_ids": keras.ops.convert_to_numpy(segment_ids),
            "padding_mask": token_ids != tokenizer.pad_token_id,
        }
        outputs = model.predict(inputs, batch_size=32, verbose=0)
        return np.argmax(np.asarray(outputs, "float32"), axis=-1).tolist()

    ids = np.ones((8, 128), dtype="int32")
    inputs = {"token_ids": ids, "segment_ids": ids * 0, "padding_mask": ids}
    return label, lambda: model.predict(inputs, verbose=0)


def child(engine, folder, dtype, texts_file):
    texts = json.loads(pathlib.Path(texts_file).read_text())
    with contextlib.redirect_stdout(sys.stderr):
        label, forward = globals()[engine](folder, dtype, texts)
        labels = label()  # Compiles, fills caches.
        # KerasHub's passes are long ones.
        count = 1 if engine == "keras_hub" else PASSES
        passes = [_seconds(label) for _ in range(count)]
        forward()
        forwards = [_seconds(forward) for _ in range(4 * PASSES)]
    result = {
        "texts": [len(texts) / seconds for seconds in passes],
        "forward": [8 / seconds for seconds in forwards],
        "labels": labels,
    }
    print(json.dumps(result))


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


# === The parent ===


def ceiling():
    """Matrix products of the model's sizes, in GFLOP/s, by dtype."""
    import torch

    rates = {}
    for dtype in ("float32", "bfloat16"):
        a = torch.randn(2048, 1024, dtype=getattr(torch, dtype))
        b = torch.randn(1024, 1024, dtype=getattr(torch, dtype))
        a @ b
        seconds = statistics.median(_seconds(lambda: a @ b) for _ in range(9))  # noqa: B023
        rates[dtype] = 2 * 2048 * 1024 * 1024 / seconds / 1e9
    return rates


def flops(length):
    """Multiplications and additions of one sequence, in GFLOP."""
    width, inner = SMALL["hidden_dim"], SMALL["intermediate_dim"]
    layer = 2 * (4 * width * width + 2 * width * inner) * length
    layer += 4 * length * length * width
    projection = 2 * SMALL["embedding_dim"] * width * length
    return (SMALL["num_layers"] * layer + projection) / 1e9


def make_model(folder, vocabulary, bundled):
    """Write the weights all engines share; `bundled` lends its vocabulary."""
    code = f"""
import numpy as np, keras_electra
keras = __import__("keras")
keras.utils.set_random_seed(0)
tokenizer = (
    keras_electra.ElectraTokenizer({vocabulary!r}) if {vocabulary!r} else
    keras_electra.ElectraTokenizer.from_preset({bundled!r})
)
sizes = dict({SMALL!r}, vocabulary_size=tokenizer.vocabulary_size())
classifier = keras_electra.ElectraTextClassifier(
    keras_electra.ElectraBackbone(**sizes, initializer_range=0.05),
    class_names=["negative", "positive"],
    preprocessor=keras_electra.ElectraTextClassifierPreprocessor(tokenizer),
)
classifier.export_to_transformers({str(folder)!r})
"""
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def run(engine, backend, dtype, folder, texts_file):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [sys.executable, __file__, "--child", engine, str(folder)]
    done = subprocess.run(
        [*command, dtype, str(texts_file)],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{engine} on {backend}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def read_texts(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    if lines[0].split("\t")[0] == "sentence":
        lines = lines[1:]
    return [line.split("\t")[0] for line in lines if line.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", required=True, help="One text a line.")
    parser.add_argument("--vocabulary", help="A vocab.txt; default: bundled.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--backends", nargs="+", default=BACKENDS)
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts)

    engines = [("transformers", "torch", "float32")]
    engines += [("ours", backend, "float32") for backend in arguments.backends]
    engines += [
        ("keras_hub", backend, "float32") for backend in arguments.backends
    ]
    engines += [
        ("transformers", "torch", "bfloat16"),
        ("ours", "torch", "bfloat16"),
    ]
    results = {engine: [] for engine in engines}
    rates = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "model")
        texts_file = pathlib.Path(scratch, "texts.json")
        texts_file.write_text(json.dumps(texts))
        make_model(folder, arguments.vocabulary, "electra_mini_sentiment_en")
        for round_ in range(arguments.rounds):
            rates.append(ceiling())
            for engine in engines:
                print(f"round {round_ + 1}: {engine}", file=sys.stderr)
                results[engine].append(run(*engine, folder, texts_file))
    print_tables(texts, results, rates)


def print_tables(texts, results, rates):
    rate = {
        dtype: statistics.median(r[dtype] for r in rates) for dtype in rates[0]
    }
    median = {
        (engine, kind): statistics.median(
            value for result in rounds for value in result[kind]
        )
        for engine, rounds in results.items()
        for kind in ("texts", "forward")
    }
    words = {"ours": "keras-electra", "keras_hub": "KerasHub, padded to 128"}
    print(
        f"\nMatrix products reach {rate['float32']:.0f} GFLOP/s in float32, "
        f"{rate['bfloat16']:.0f} in bfloat16.\n\n"
        f"| {len(texts)} raw texts to labels | dtype | texts/s | against "
        "Transformers' pipeline, same dtype | forward 8 x 128, seq/s | "
        "against Transformers | share of the ceiling |\n"
        "|---|---|---|---|---|---|---|"
    )
    for engine in results:
        name, backend, dtype = engine
        peer = ("transformers", "torch", dtype)
        label, forward = median[engine, "texts"], median[engine, "forward"]
        share = forward * flops(128) / rate[dtype]
        print(
            f"| {words.get(name, 'Transformers')}, {backend} | {dtype} "
            f"| {label:.0f} | {label / median[peer, 'texts']:.2f} x "
            f"| {forward:.0f} | {forward / median[peer, 'forward']:.2f} x "
            f"| {share:.0%} |"
        )
    expected = results["transformers", "torch", "float32"][0]["labels"]
    print("\nLabels equal to Transformers' in float32:")
    for engine, rounds in results.items():
        if engine[0] == "ours":
            same = [
                a == b
                for a, b in zip(rounds[0]["labels"], expected, strict=True)
            ]
            print(f"  {engine}: {sum(same)} of {len(same)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
