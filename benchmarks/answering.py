"""Questions to answers: ours against a plain Transformers loop.

    python benchmarks/answering.py --squad path/to/dev-v1.1.json

Both read the same questions and contexts, with the same weights of
ELECTRA-small sizes, cut contexts into the same windows (384 tokens, 128
shared) and take the best of spans of up to 15 tokens. Transformers 5 has no
question-answering pipeline any more, so its side is the loop that its users
write: tokenize with overflow, a batch of windows padded to the longest, logits,
products of probabilities. Each runs in a process of its own, `--rounds` times
round, and the answers are compared.
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
    "num_layers": 12,
    "num_heads": 4,
    "hidden_dim": 256,
    "intermediate_dim": 1024,
    "embedding_dim": 128,
}
BACKENDS = ("torch", "jax", "tensorflow")
LENGTH, STRIDE, ANSWER, BATCH = 384, 128, 15, 32
PASSES = 2


# === Engines: each runs in a child process ===


def ours(folder, questions, contexts):
    import keras_electra

    answerer = keras_electra.ElectraQuestionAnswerer.from_preset(folder)
    return lambda: [
        [row["start"], row["end"]]
        for row in answerer.answer(
            questions,
            contexts,
            max_sequence_length=LENGTH,
            stride=STRIDE,
            max_answer_length=ANSWER,
            batch_size=BATCH,
        )
    ]


def transformers(folder, questions, contexts):
    import numpy as np
    import torch
    from transformers import AutoTokenizer, ElectraForQuestionAnswering

    model = ElectraForQuestionAnswering.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def windows():
        encoded = tokenizer(
            questions,
            contexts,
            truncation="only_second",
            max_length=LENGTH,
            stride=STRIDE,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for row, owner in enumerate(encoded["overflow_to_sample_mapping"]):
            yield (
                owner,
                {
                    name: encoded[name][row]
                    for name in ("input_ids", "attention_mask")
                }
                | {"token_type_ids": encoded["token_type_ids"][row]},
                encoded["offset_mapping"][row],
                encoded.encodings[row],
            )

    def probabilities(logits, possible):
        exps = np.exp(np.where(possible, logits - logits.max(), -np.inf))
        return exps / exps.sum()

    def answer():
        every = list(windows())
        best = [{} for _ in questions]
        for first in range(0, len(every), BATCH):
            batch = every[first : first + BATCH]
            inputs = tokenizer.pad([w[1] for w in batch], return_tensors="pt")
            with torch.no_grad():
                output = model(**inputs)
            starts, ends = output.start_logits, output.end_logits
            for row, (owner, _, offsets, encoding) in enumerate(batch):
                count = len(offsets)
                allowed = np.array(encoding.sequence_ids) == 1
                possible = allowed.copy()
                possible[0] = True
                p = probabilities(starts[row, :count].numpy(), possible)
                q = probabilities(ends[row, :count].numpy(), possible)
                p[0] = q[0] = 0
                products = np.tril(np.triu(np.outer(p, q)), ANSWER - 1)
                flat = products.reshape(-1)
                top = np.argpartition(-flat, 12)[:12]
                for place in top[np.argsort(-flat[top])]:
                    start, end = divmod(int(place), count)
                    if not (allowed[start] and allowed[end]):
                        continue
                    begin, _ = encoding.word_to_chars(
                        encoding.token_to_word(start), 1
                    )
                    _, stop = encoding.word_to_chars(
                        encoding.token_to_word(end), 1
                    )
                    text = contexts[owner][begin:stop].lower()
                    known = best[owner].setdefault(text, [0.0, begin, stop])
                    known[0] += float(flat[place])
        return [max(found.values())[1:] for found in best]

    return answer


def child(engine, folder, data):
    questions, contexts = json.loads(pathlib.Path(data).read_text())
    with contextlib.redirect_stdout(sys.stderr):
        answer = globals()[engine](folder, questions, contexts)
        answers = answer()  # Compiles, fills caches.
        seconds = [_seconds(answer) for _ in range(PASSES)]
    print(json.dumps({"seconds": seconds, "answers": answers}))


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


# === The parent ===


def make_model(folder, questions, contexts):
    """Random weights that all engines share; the data's own vocabulary."""
    import keras

    import keras_electra
    from keras_electra.tokenizer import train_vocabulary

    keras.utils.set_random_seed(0)
    tokenizer = keras_electra.ElectraTokenizer(
        train_vocabulary(texts=questions + contexts, vocabulary_size=8000)
    )
    answerer = keras_electra.ElectraQuestionAnswerer(
        keras_electra.ElectraBackbone(
            vocabulary_size=tokenizer.vocabulary_size(),
            initializer_range=0.05,
            **SMALL,
        ),
        preprocessor=keras_electra.ElectraQuestionAnswererPreprocessor(
            tokenizer
        ),
    )
    answerer.export_to_transformers(folder)


def run(engine, backend, folder, data):
    done = subprocess.run(
        [sys.executable, __file__, "--child", engine, str(folder), str(data)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{engine} on {backend}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", required=True, help="A file of SQuAD's.")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--backends", nargs="+", default=BACKENDS)
    arguments = parser.parse_args()
    os.environ.setdefault("KERAS_BACKEND", "torch")
    from keras_electra.text.squad_files import read_squad

    rows = read_squad(arguments.squad)
    rows = rows[:: max(1, len(rows) // arguments.questions)]
    rows = rows[: arguments.questions]
    questions = [row["question"] for row in rows]
    contexts = [row["context"] for row in rows]
    engines = [("transformers", "torch")]
    engines += [("ours", backend) for backend in arguments.backends]
    results = {engine: [] for engine in engines}
    with tempfile.TemporaryDirectory() as scratch:
        folder, data = pathlib.Path(scratch, "model"), f"{scratch}/data.json"
        pathlib.Path(data).write_text(json.dumps([questions, contexts]))
        make_model(folder, questions, contexts)
        for round_ in range(arguments.rounds):
            for engine in engines:
                print(f"round {round_ + 1}: {engine}", file=sys.stderr)
                results[engine].append(run(*engine, folder, data))
    seconds = {
        engine: statistics.median(s for r in rounds for s in r["seconds"])
        for engine, rounds in results.items()
    }
    expected = results[engines[0]][0]["answers"]
    print(
        "| questions to answers | questions/s | against Transformers | equal "
        "answers |\n|---|---|---|---|"
    )
    for engine, rounds in results.items():
        name, backend = engine
        equal = sum(
            a == b for a, b in zip(rounds[0]["answers"], expected, strict=True)
        )
        name = "keras-electra" if name == "ours" else "Transformers"
        print(
            f"| {name}, {backend} | {len(rows) / seconds[engine]:.1f} "
            f"| {seconds[engines[0]] / seconds[engine]:.2f} x "
            f"| {equal} of {len(rows)} |"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
