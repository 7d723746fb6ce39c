"""
# Answer questions from a text

Author: the keras-electra authors
Description: SQuAD-style files to a model that points at answers in a text.

Extractive question answering finds the part of a text that answers a question.
This guide reads files in the form of SQuAD, fits a model on them, measures it
with exact match and F1, and teaches it to say that there is no answer.

Run as it is, it takes a sample of invented towns that lies beside it, and a
tiny model that starts from nothing:

    python guides/answer_questions.py

For a real model, give it a folder of files to learn from, a file to be measured
on, and a pre-trained discriminator to start from. SQuAD-shifts has the training
questions of other domains, SQuAD v1.1 the official development set:

    python guides/answer_questions.py --data squadshifts \\
        --dev squad/dev-v1.1.json \\
        --preset hf://google/electra-small-discriminator

From the bundled `electra_mini_discriminator_en`, of 4.3 million weights that
have seen windows of 128 tokens, `--epochs 1 --learning-rate 5e-4 --dtype
mixed_bfloat16` took half an hour on two CPU cores (27,625 questions, 70,803
windows): an exact match of 34.1 and an F1 of 44.9 on the development set.
"""

import argparse
import pathlib
import sys
import tempfile

import keras

import keras_electra
from keras_electra.metrics import SquadCallback, squad_scores
from keras_electra.text.squad_files import as_columns, read_squad
from keras_electra.tokenizer import train_vocabulary

SAMPLE = pathlib.Path(__file__).parent / "data" / "answers"

parser = argparse.ArgumentParser(description="Answer questions from a text.")
parser.add_argument(
    "--data", type=pathlib.Path, help="folder of *.json to learn from"
)
parser.add_argument("--dev", type=pathlib.Path, help="file to be measured on")
parser.add_argument(
    "--preset", help="a pre-trained discriminator; default: random weights"
)
parser.add_argument("--questions", type=int, help="learn from so many only")
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

A file holds articles, an article paragraphs, a paragraph its text and questions
about it. `read_squad` makes flat rows of them; an answer is its text and the
character at which it begins. Files with one such row a line are read as well.
"""

if args.data is None:
    train_rows = read_squad(SAMPLE / "train.json")
    dev_rows = read_squad(args.dev or SAMPLE / "dev.json")
else:
    train_rows = [
        row
        for path in sorted(args.data.glob("*.json"))
        for row in read_squad(path)
    ]
    if args.dev is None:
        parser.error("--data needs --dev, the file to be measured on")
    dev_rows = read_squad(args.dev)
train_rows = train_rows[: args.questions]

first = next(row for row in train_rows if row["answers"]["text"])
print(f"{len(train_rows)} questions to learn from, {len(dev_rows)} to answer")
print("Q:", first["question"])
print("A:", first["answers"])

(questions, contexts), answers = as_columns(train_rows)
dev_x, dev_y = as_columns(dev_rows)

"""
## The model

What is pre-trained reads words already; the head on top, two numbers a token
for "starts here" and "ends here", is new. From nothing, everything is new, and
the vocabulary has to be made too.
"""

if args.preset:
    epochs, batch_size = args.epochs or 2, 32
    rate = args.learning_rate or 1e-4
    answerer = keras_electra.ElectraQuestionAnswerer.from_preset(args.preset)
    answerer.preprocessor.sequence_length = min(
        384, answerer.backbone.max_sequence_length
    )
    answerer.preprocessor.stride = answerer.preprocessor.sequence_length // 4
else:
    epochs, batch_size = args.epochs or 14, 16
    rate = args.learning_rate or 2e-3
    tokenizer = keras_electra.ElectraTokenizer(
        train_vocabulary(texts=questions + contexts, vocabulary_size=1000)
    )
    answerer = keras_electra.ElectraQuestionAnswerer(
        keras_electra.ElectraBackbone(
            vocabulary_size=tokenizer.vocabulary_size(),
            num_layers=2,
            num_heads=4,
            hidden_dim=64,
            intermediate_dim=128,
            max_sequence_length=128,
            dropout=0.0,
            attention_dropout=0.0,
        ),
        preprocessor=keras_electra.ElectraQuestionAnswererPreprocessor(
            tokenizer, sequence_length=128, stride=32
        ),
    )

"""
A context that is longer than `sequence_length` is read in windows, each with
the question before it, that share `stride` tokens, so that an answer which one
window cuts in two is whole in the next. A window without the answer is taught
to point at `[CLS]`, and so is a question that has none.

A question must leave room for the context. Half a window is plenty; the few
that take more are stories, and not learned from.
"""

most = answerer.preprocessor.sequence_length // 2
pieces = answerer.preprocessor.tokenizer.tokenize(questions)
kept = [index for index, ids in enumerate(pieces) if len(ids) <= most]
print(f"{len(questions) - len(kept)} questions are longer than {most} pieces")
questions, contexts = (
    [column[index] for index in kept] for column in (questions, contexts)
)
answers = [answers[index] for index in kept]

"""
## Training

`SquadCallback` answers the questions of the development set after each epoch.
The rate falls along a straight line to almost nothing; a step takes a batch of
windows, of which there are more than questions.
"""

windows = answerer.preprocessor.count_windows((questions, contexts))
print(f"{windows} windows of {len(questions)} questions")
steps = epochs * -(-windows // batch_size)
answerer.compile(
    optimizer=keras.optimizers.AdamW(
        keras.optimizers.schedules.PolynomialDecay(rate, steps, rate / 50),
        weight_decay=0.01,
        global_clipnorm=1.0,
    )
)
answerer.fit(
    (questions, contexts),
    answers,
    batch_size=batch_size,
    epochs=epochs,
    callbacks=[SquadCallback(dev_x, dev_y)],
    verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
)

"""
## Exact match and F1

Exact match asks whether an answer is one of the reference answers, F1 how many
words it shares with the nearest; both without case, punctuation and articles.
The numbers are those of the official scripts.

`best_answers` gives for every question the best answer, and by how much the
probability that there is none exceeds that of the answer. Above which
difference should the model keep silent? `squad_scores` looks for it.
"""

rows = answerer.best_answers(*dev_x)
predictions = [row["answer"] for row in rows]
references = [answer["text"] for answer in dev_y]
no_answer_scores = [row["no_answer_score"] for row in rows]
if all(references):  # As in SQuAD 1.1: silence is always wrong.
    scores = squad_scores(predictions, references, version="1.1")
    threshold = None
else:
    scores = squad_scores(predictions, references, no_answer_scores)
    threshold = scores["best_f1_threshold"]
for name, score in scores.items():
    print(f"{name} {score:.4f}")

"""
## Asking

`answer` gives what the question-answering pipeline of Transformers 4 gave:
probability, characters and text. With `handle_impossible_answer` the answer may
be empty.
"""

context = dev_rows[0]["context"]
print(context)
for row in dev_rows[:8]:
    if row["context"] != context:
        continue
    found = answerer.answer(
        row["question"],
        context,
        handle_impossible_answer=threshold is not None,
        no_answer_threshold=threshold,
    )
    print(
        f"{row['question']} -> {found['answer'] or '(no answer)'} "
        f"({found['score']:.2f}); right: {row['answers']['text'][:1]}"
    )

"""
## The preset

What is saved answers the same questions from the command line:

    keras-electra answer --preset FOLDER "Who?" "The text that says it."
"""

folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "answers"
answerer.save_to_preset(folder)
saved = keras_electra.ElectraQuestionAnswerer.from_preset(folder)
question = dev_rows[0]["question"]
print(
    f"Saved in {folder}. {question}", saved.answer(question, context, top_k=2)
)
