"""
# Fine-tune a sentiment classifier

Author: the keras-electra authors
Description: A discriminator and labelled sentences to a sentiment preset.

This guide starts with two files of labelled sentences and the discriminator
that `pretrain_mini.py` made, and ends with a folder that
`keras-electra classify` can use. On the way it splits the data so that the
measure is honest, varies it, fits, and looks at what the model has learned.

Run as it is, it takes the 240 sentences that lie beside it, and about a minute:

    python guides/train_sentiment.py

The bundled preset `electra_mini_sentiment_en` is what it makes of the Stanford
Sentiment Treebank (SST-2, in the form that GLUE gives it) and of the Large
Movie Review Dataset (IMDB):

    KERAS_BACKEND=torch python guides/train_sentiment.py \\
        --data glue/sst2 --imdb imdb --dtype mixed_bfloat16 \\
        --output electra_mini_sentiment_en

With `--from-scratch` the model begins with random weights, which all learn at
the same rate, and everything else stays: the difference is what pre-training is
worth.
"""

import argparse
import collections
import json
import lzma
import pathlib
import random
import sys
import tempfile

import keras
import numpy as np

import keras_electra

SAMPLE = pathlib.Path(__file__).parent / "data" / "sentiment"

parser = argparse.ArgumentParser(
    description="Fine-tune a sentiment classifier."
)
parser.add_argument(
    "--data",
    type=pathlib.Path,
    default=SAMPLE,
    help="folder with train.tsv and dev.tsv, as in GLUE's SST-2",
)
parser.add_argument(
    "--imdb",
    type=pathlib.Path,
    help="folder with train.jsonl.xz and test.jsonl.xz: more to learn from",
)
parser.add_argument(
    "--preset",
    default="electra_mini_discriminator_en",
    help="what to start from: a preset or a Transformers folder",
)
parser.add_argument(
    "--from-scratch",
    action="store_true",
    help="its sizes and vocabulary only, with random weights",
)
parser.add_argument("--epochs", type=int, help="default 6; 20 of the sample")
parser.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
parser.add_argument("--output", type=pathlib.Path, help="folder for the preset")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

small = args.data == SAMPLE
batch_size = 16 if small else 64
epochs = args.epochs or (20 if small else 6)

# One seed for everything: initial weights, dropout, order of the batches, and
# what this script draws.
keras.utils.set_random_seed(args.seed)

"""
## The data

SST-2 is a table with a header: a sentence, a tab, and 0 (negative) or 1.
"""


def read_table(path):
    lines = path.read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return [text.strip() for text, _ in rows], [int(row[1]) for row in rows]


texts, labels = read_table(args.data / "train.tsv")
dev_texts, dev_labels = read_table(args.data / "dev.tsv")

"""
Its training rows are the *phrases* of some 7,000 sentences: each sentence, and
many of its parts, each with a label of its own. That is a trap. Hold out 600
rows at random to measure progress, and nearly all of them are parts of
sentences that stay in the training set: the model would look far too good.
So whole sentences are held out, together with all of their parts.

A sentence is a row that is part of no other row. Comparing every row with
every other would be slow; it is enough to compare it with the rows that share
its rarest word.
"""


def find_wholes(parts, texts):
    """For each of `parts`, the numbers of the `texts` that contain it."""
    rows_with = collections.defaultdict(list)
    for number, text in enumerate(texts):
        for word in set(text.split()):
            rows_with[word].append(number)
    for part in parts:
        candidates = [rows_with[word] for word in part.split()] or [[]]
        yield [
            number
            for number in min(candidates, key=len)
            if f" {part} " in f" {texts[number]} "
        ]


distinct = list(dict.fromkeys(texts))
sentences = [
    text
    for text, wholes in zip(
        distinct, find_wholes(distinct, distinct), strict=True
    )
    if len(wholes) == 1 and len(text.split()) > 3
]
held_out_texts = sentences[-24 if small else -600 :]
label_of = dict(zip(texts, labels, strict=True))
held_out_labels = [label_of[text] for text in held_out_texts]

"""
Parts of up to three words stay: "of the film" is part of very many sentences.
And nothing of the evaluation data may be trained on, so a row that contains
a dev sentence whole goes as well.
"""

in_held_out = find_wholes(texts, held_out_texts)
with_dev = {
    number for wholes in find_wholes(dev_texts, texts) for number in wholes
}
kept = [
    number
    for number, wholes in enumerate(in_held_out)
    if not (wholes and len(texts[number].split()) > 3)
    and texts[number] not in held_out_texts
    and number not in with_dev
]
print(
    f"{len(texts)} rows of {len(sentences)} sentences. Held out: "
    f"{len(held_out_texts)} sentences and their parts. Rows that contain a "
    f"dev sentence: {len(with_dev)}, removed. To train on: {len(kept)}."
)
texts = [texts[number] for number in kept]
labels = [labels[number] for number in kept]

"""
IMDB gives 50,000 whole reviews. A review is long, and most of the work of
reading it is wasted on a small model, so each time round it reads another
excerpt of 20 to 40 words: the beginning, the end (where people say what they
think) or somewhere in the middle. Some excerpts do not show what the review
thinks; the model gets over that.
"""

reviews, review_labels = [], []
if args.imdb is not None:
    # The test half is not what this guide measures itself on.
    for name in ("train.jsonl.xz", "test.jsonl.xz"):
        with lzma.open(args.imdb / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                review = json.loads(line)
                reviews.append(review["text"].replace("<br />", " "))
                review_labels.append(review["label"])

draw = random.Random(args.seed)


def excerpt(review):
    words = review.split()
    length = draw.randint(20, 40)
    last = max(0, len(words) - length)
    start = draw.choices([0, last, draw.randint(0, last)], [15, 35, 50])[0]
    return " ".join(words[start : start + length])


"""
Two small changes make the rows go further. One word in seven is dropped from
every other text, so that no single word decides. And SST-2 cuts "doesn't" into
"does n't", which no one writes: half of the time it is put together again.
"""


def vary(text):
    if draw.random() < 0.5:
        text = text.replace(" n't", "n't")
    words = text.split()
    if draw.random() < 0.5:
        words = [word for word in words if draw.random() > 0.15] or words
    return " ".join(words)


def draw_epoch():
    """Texts and labels: all phrases, and a fifth as many excerpts."""
    numbers = draw.sample(
        range(len(reviews)), min(len(texts) // 5, len(reviews))
    )
    x = [vary(excerpt(reviews[number])) for number in numbers]
    y = [review_labels[number] for number in numbers]
    return x + [vary(text) for text in texts], np.array(y + labels)


"""
## The model

The discriminator's encoder, with a new head on the first vector, that of
`[CLS]`; the head that told replaced tokens apart is left out. `class_names`
are saved with it and are what `classify` answers with.
"""


def make_classifier(**kwargs):
    return keras_electra.ElectraTextClassifier.from_preset(
        args.preset,
        class_names=["negative", "positive"],
        sequence_length=128,
        **kwargs,
    )


classifier = make_classifier(
    load_weights=not args.from_scratch, dtype=args.dtype
)
print(f"{classifier.count_params()} weights")

"""
## Training

The recipe of the ELECTRA paper: the rate climbs for a tenth of the steps and
then falls to nothing, and each block learns a little slower than the one above
it, because the lower ones hold what is common to all language. A small model
takes a higher rate (4e-4) than a large one. One thing is changed: the paper's
Adam leaves out the correction of its running means, which makes the first steps
of a run as short as this one far too long.

Each epoch draws new data, so every epoch is a `fit` of its own. The optimizer
and its learning rate continue from the epoch before.
"""

steps = epochs * -(-len(draw_epoch()[0]) // batch_size)
classifier.compile(
    optimizer=keras_electra.ElectraAdamW(
        keras_electra.LinearWarmupDecay(
            4e-4, total_steps=steps, warmup_share=0.1
        ),
        bias_correction=True,
        rate_multipliers=keras_electra.layer_rate_multipliers(
            classifier, 1.0 if args.from_scratch else 0.9
        ),
    )
)


def accuracy(model, texts, labels):
    logits = model.predict(texts, batch_size=64, verbose=0)  # (B, C)
    logits = np.asarray(logits, dtype="float32")
    return float(np.mean(np.argmax(logits, axis=-1) == np.array(labels)))


"""
The weights that do best on the held-out sentences are kept. The dev set has no
part in it: it is measured once, at the end.
"""

best, best_weights = -1.0, None
for epoch in range(1, epochs + 1):
    x, y = draw_epoch()
    history = classifier.fit(
        x,
        y,
        batch_size=batch_size,
        verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
    ).history
    held_out = accuracy(classifier, held_out_texts, held_out_labels)
    print(
        f"epoch {epoch}/{epochs}: "
        f"training accuracy {history['accuracy'][-1]:.4f}, "
        f"held-out accuracy {held_out:.4f}",
        flush=True,
    )
    if held_out >= best:
        best, best_weights = held_out, classifier.get_weights()
classifier.set_weights(best_weights)

"""
## The preset

Weights are saved in half the bytes: the same model in float16. What is loaded
from it computes in float32 again unless told otherwise, on any backend.
"""

origin = f"fine-tuned from {pathlib.Path(args.preset).name}"
folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "sentiment"
half = make_classifier(dtype="float16")
half.set_weights(classifier.get_weights())
half.save_to_preset(
    folder,
    # What `keras-electra presets` prints about it.
    metadata={
        "language": "English",
        "description": (
            "Positive or negative, for short English texts; "
            f"{half.backbone.num_layers} layers of {half.backbone.hidden_dim}, "
            f"{'not pre-trained' if args.from_scratch else origin}."
        ),
    },
)
size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
print(f"Saved in {folder}: {size / 1e6:.1f} MB")

"""
## What it has learned

Measured on the saved preset, because that is what others get.
"""

saved = keras_electra.ElectraTextClassifier.from_preset(folder)
held_out = accuracy(saved, held_out_texts, held_out_labels)
print(f"held-out accuracy {held_out:.4f}")
print(f"dev accuracy {accuracy(saved, dev_texts, dev_labels):.4f}")

everyday = [
    "This restaurant has amazing food!",
    "The food was not good.",
    "I did not like it at all.",
    "Not bad at all, I would come again.",
    "The battery died after two days.",
    "It doesn't work.",
    "I couldn't be happier with it.",
    "Never again.",
    "What a lovely afternoon we had.",
    "The room was dirty and the staff was rude.",
    "Thank you so much for your help!",
    "I want my money back.",
    "The book was boring, but the film is a masterpiece.",
    "The film is a masterpiece, but the book was boring.",
    "You won't regret it.",
    "Nobody could recommend this.",
    "The service was slow and the soup was cold.",
    "Best day of my life.",
    "The meeting is on Tuesday.",
    "",
]
for text, row in zip(everyday, saved.classify(everyday), strict=True):
    print(f"{row['label']:9} {row['score']:.3f}  {text!r}")

"""
The last two have no opinion, and yet they get a label, because the model has
only these two; a high score does not mean that there is one.

From here: `keras-electra classify --preset FOLDER` for a file of texts, or the
same script with your own two tables and a larger discriminator.
"""
