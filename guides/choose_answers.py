"""
# Choose one of several answers

Author: the keras-electra authors
Description: Questions with choices to a model that picks one.

Multiple choice gives a prompt and some continuations, and asks which one fits.
The model reads the prompt together with each choice, one after the other, and
gives each a score; the best one is chosen. Questions may have any number of
choices, also within one batch.

Run as it is, it takes a sample of invented questions that lies beside it, and a
tiny model that starts from nothing:

    python guides/choose_answers.py

For a real model, give it CommonsenseQA and a pre-trained discriminator:

    python guides/choose_answers.py --data commonsenseqa \\
        --preset hf://google/electra-base-discriminator

It takes a large model: from the bundled `electra_mini_discriminator_en`, four
epochs at a rate of 3e-4, it is right on 22% of `valid.jsonl`, by chance on 20%.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import keras
import numpy as np

import keras_electra
from keras_electra.tokenizer import train_vocabulary

SAMPLE = pathlib.Path(__file__).parent / "data" / "choices"

parser = argparse.ArgumentParser(description="Choose one of several answers.")
parser.add_argument(
    "--data",
    type=pathlib.Path,
    default=SAMPLE,
    help="folder with train.jsonl and valid.jsonl, as in CommonsenseQA",
)
parser.add_argument(
    "--preset", help="a pre-trained discriminator; default: random weights"
)
parser.add_argument("--epochs", type=int)
parser.add_argument("--learning-rate", type=float)
parser.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
parser.add_argument("--output", type=pathlib.Path, help="folder for the preset")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()
keras.utils.set_random_seed(args.seed)
keras.config.set_dtype_policy(args.dtype)

"""
## The data

A line is a question: its text, its choices with a letter each, and the letter
of the right one. For the model that is a list of prompts, a list of lists of
choices, and the number of the right choice, from 0.
"""


def read(path):
    prompts, choices, labels = [], [], []
    for line in path.read_text("utf-8").strip().split("\n"):
        row = json.loads(line)
        question = row["question"]
        prompts.append(question["stem"])
        choices.append([one["text"] for one in question["choices"]])
        letters = [one["label"] for one in question["choices"]]
        labels.append(letters.index(row["answerKey"]))
    return (prompts, choices), np.array(labels)


x, y = read(args.data / "train.jsonl")
dev_x, dev_y = read(args.data / "valid.jsonl")
print(f"{len(y)} questions to learn from, {len(dev_y)} to answer")
print(x[0][0], x[1][0], "->", x[1][0][y[0]])
chance = np.mean([1 / len(choices) for choices in dev_x[1]])

"""
## The model

The vector of [CLS] goes through a dense layer and becomes one number a choice.
That head is new; what lies below it is pre-trained, or new as well. From
nothing, all that can be learned is what the questions themselves say: that a
kettle and a kitchen go together. `sequence_length` counts the pieces of a
prompt and one choice.

A softmax over the choices of each question makes them probabilities, and the
loss is that of any classifier. A batch of eight questions with five choices is
forty sequences for the backbone: keep batches small.

The published code leaves Adam's bias correction out, which makes the first
steps three times as large: too much for a run of a few hundred.
"""

if args.preset:
    epochs, rate = args.epochs or 3, args.learning_rate or 1e-4
    model = keras_electra.ElectraMultipleChoice.from_preset(
        args.preset, sequence_length=64
    )
else:
    epochs, rate = args.epochs or 20, args.learning_rate or 2e-3
    texts = x[0] + [choice for row in x[1] for choice in row]
    tokenizer = keras_electra.ElectraTokenizer(
        train_vocabulary(texts=texts, vocabulary_size=600, lowercase=True),
        lowercase=True,
    )
    model = keras_electra.ElectraMultipleChoice(
        keras_electra.ElectraBackbone(
            vocabulary_size=tokenizer.vocabulary_size(),
            num_layers=2,
            num_heads=4,
            hidden_dim=64,
            intermediate_dim=128,
            max_sequence_length=64,
            dropout=0.0,
            attention_dropout=0.0,
            initializer_range=0.1,  # So narrow a model starts slowly at 0.02.
        ),
        preprocessor=keras_electra.ElectraMultipleChoicePreprocessor(
            tokenizer, sequence_length=64
        ),
        summary_dropout=0.0,
    )

batch_size = 8
steps = epochs * -(-len(y) // batch_size)
model.compile(
    optimizer=keras_electra.ElectraAdamW(
        keras_electra.LinearWarmupDecay(
            rate, total_steps=steps, warmup_steps=steps // 10
        ),
        weight_decay=0.0,
        bias_correction=True,
    )
)
model.fit(
    x,
    y,
    validation_data=(dev_x, dev_y),
    batch_size=batch_size,
    epochs=epochs,
    verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
)
scores = model.evaluate(dev_x, dev_y, verbose=0, return_dict=True)
print(f"accuracy {scores['accuracy']:.4f}, by chance {chance:.4f}")

"""
## Asking it

`choose` takes a prompt and its choices, and gives the best one with its
probability among them.
"""

folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "chooser"
model.save_to_preset(folder)
saved = keras_electra.ElectraMultipleChoice.from_preset(folder)
for prompt, choices in list(zip(*dev_x, strict=True))[:3]:
    print(prompt, saved.choose(prompt, choices))
