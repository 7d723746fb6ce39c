"""
# Train a sentiment classifier from nothing

Author: the keras-electra authors
Description: Raw sentences to a preset that says positive or negative.

This guide starts with two files of labelled sentences and ends with a folder
that `keras-electra classify` can use. On the way it trains a vocabulary, makes
a small ELECTRA, fits it, and looks at what it has learned.

There is no pre-training here: the model sees labelled text only, and knows
nothing about English before it starts. That is the wrong way to get a good
classifier (start from a released discriminator for that) and the right way to
see every part once.

Run as it is, it takes the 240 sentences that lie beside it, and well
under a minute:

    python guides/train_sentiment.py

The bundled preset `electra_mini_sentiment_en` is what it makes of the Stanford
Sentiment Treebank (SST-2, in the form that GLUE gives it) and of the Large
Movie Review Dataset (IMDB):

    KERAS_BACKEND=torch python guides/train_sentiment.py \\
        --data glue/sst2 --imdb imdb --output electra_mini_sentiment_en
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
from keras_electra.tokenizer.vocabulary import train_vocabulary

SAMPLE = pathlib.Path(__file__).parent / "data" / "sentiment"

parser = argparse.ArgumentParser(
    description="Train a sentiment classifier from nothing."
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
parser.add_argument("--output", type=pathlib.Path, help="folder for the preset")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

"""
## Sizes

The sample is read twenty times by a tiny model. The real thing gets two layers
of 128 and a vocabulary that makes up four fifths of its weights: a model that
never was pre-trained gains more from knowing many words than from depth.
"""

if args.data == SAMPLE:
    settings = {
        "vocabulary_size": 800, "hidden_dim": 64, "num_heads": 2,
        "epochs": 20, "review_epochs": 0, "held_out": 24,
        "batch_size": 16, "learning_rate": 2e-3, "warmup_steps": 20,
    }  # fmt: skip
else:
    settings = {
        "vocabulary_size": 12288, "hidden_dim": 128, "num_heads": 4,
        "epochs": 4, "review_epochs": 1, "held_out": 600,
        "batch_size": 128, "learning_rate": 7e-4, "warmup_steps": 200,
    }  # fmt: skip

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
held_out_texts = sentences[-settings["held_out"] :]
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


def draw_epoch(phrases, excerpts):
    """Texts and labels: all phrases or none, and so many excerpts."""
    numbers = draw.sample(range(len(reviews)), excerpts)
    x = [excerpt(reviews[number]) for number in numbers]
    y = [review_labels[number] for number in numbers]
    if phrases:
        x, y = x + texts, y + labels
    return [vary(text) for text in x], np.array(y)


"""
## The vocabulary

Pieces of words, as many as asked for, chosen so that they cover the training
text well. Everything is lowercased: SST-2 comes that way.
"""

vocabulary = train_vocabulary(
    texts=texts + reviews,
    vocabulary_size=settings["vocabulary_size"],
    limit_alphabet=200,
    lowercase=True,
)
tokenizer = keras_electra.ElectraTokenizer(vocabulary, lowercase=True)
print(
    f"{tokenizer.vocabulary_size()} pieces. The first text becomes",
    [tokenizer.id_to_token(i) for i in tokenizer(texts[0])],
)

"""
## The model

A backbone turns ids into vectors, a preprocessor turns strings into ids, and
the classifier puts a head on the first vector, that of `[CLS]`. `class_names`
are saved with it and are what `classify` answers with.
"""


def make_classifier(dtype):
    return keras_electra.ElectraTextClassifier(
        keras_electra.ElectraBackbone(
            vocabulary_size=tokenizer.vocabulary_size(),
            num_layers=2,
            num_heads=settings["num_heads"],
            hidden_dim=settings["hidden_dim"],
            intermediate_dim=2 * settings["hidden_dim"],
            max_sequence_length=128,
            dropout=0.2,
            attention_dropout=0.0,
            dtype=dtype,
        ),
        preprocessor=keras_electra.ElectraTextClassifierPreprocessor(
            tokenizer, sequence_length=128
        ),
        class_names=["negative", "positive"],
    )


classifier = make_classifier("float32")
print(f"{classifier.count_params()} weights")

"""
## A head start for words

A word that stands three times in the training set cannot be learned from its
labels. But in 50,000 reviews it has company, and words that keep the same
company mean similar things. So: count which pieces stand within five of each
other; compare with chance (pointwise mutual information, negative values cut
off); and squeeze that table, V rows of V numbers, into V vectors that give it
back as well as possible (a truncated singular value decomposition). It takes a
minute, needs no labels, and what comes out puts "awful" next to "terrible".
"""

REACH = 5


def count_neighbors(texts, size):
    """How often pieces stand near each other; nearer counts more. `(V, V)`"""
    counts = np.zeros(size * size, dtype="float32")
    for start in range(0, len(texts), 5000):
        pieces = []
        for ids in tokenizer(texts[start : start + 5000]):
            pieces += [*ids, *[-1] * REACH]  # No neighbors across texts.
        pieces = np.array(pieces, dtype="int64")
        for distance in range(1, REACH + 1):
            left, right = pieces[:-distance], pieces[distance:]
            real = (left >= 0) & (right >= 0)
            pairs, times = np.unique(
                left[real] * size + right[real], return_counts=True
            )
            counts[pairs] += times * (1 - (distance - 1) / REACH)
    counts = counts.reshape(size, size)
    return counts + counts.T


def word_vectors(counts, width):
    """Mutual information beyond chance, as vectors. `(V, width)`"""
    totals = counts.sum(axis=1)  # (V,)
    chance = totals**0.75  # Rare company is overrated otherwise.
    table = counts / np.maximum(totals, 1.0)[:, None]
    table /= np.maximum(chance / chance.sum(), 1e-12)
    np.log(np.maximum(table, 1.0, out=table), out=table)
    # Randomized: a few products find the leading directions.
    basis = np.random.default_rng(args.seed).normal(
        size=(len(table), width + 32)
    )
    basis = np.linalg.qr(table @ basis.astype("float32"))[0]
    for _ in range(2):
        basis = np.linalg.qr(table @ (table.T @ basis))[0]
    rotation, strengths, _ = np.linalg.svd(basis.T @ table, full_matrices=False)
    # The first direction is only how frequent a piece is.
    vectors = (basis @ rotation * np.sqrt(strengths))[:, 1 : width + 1]
    vectors -= vectors.mean(axis=0)
    return 0.1 * vectors / vectors.std()


counts = count_neighbors(reviews or texts, tokenizer.vocabulary_size())
vectors = word_vectors(counts, settings["hidden_dim"])
del counts

unit = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
for word in ("awful", "funny", "dull"):
    if word in vocabulary:
        nearest = np.argsort(-unit @ unit[tokenizer.token_to_id(word)])[1:7]
        print(word, "is near", [vocabulary[number] for number in nearest])

"""
The random numbers that the table of embeddings started with stay in it, a
fifth as large.
"""

table = classifier.backbone.token_embedding.embeddings
table.assign(keras.ops.convert_to_numpy(table) + vectors)

"""
## Training

The rate climbs for some steps and then falls to almost nothing along a cosine.
From random weights it may be ten times what fine-tuning a pre-trained model
takes. Weight decay holds the many weights of rare words back.

A stage on review excerpts comes first, where there are reviews; then the
phrases, with a share of excerpts so that ordinary writing is not forgotten.
The data of each epoch are drawn anew, so every epoch is a `fit` of its own;
the optimizer, and with it the rate, goes on from where it was.
"""

mixed_in = len(texts) // 5 if reviews else 0
stages = [(False, len(reviews))] * (settings["review_epochs"] if reviews else 0)
stages += [(True, mixed_in)] * settings["epochs"]
rows = sum(phrases * len(texts) + excerpts for phrases, excerpts in stages)
steps = rows // settings["batch_size"]

optimizer = keras.optimizers.AdamW(
    keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=steps - settings["warmup_steps"],
        alpha=0.02,
        warmup_target=settings["learning_rate"],
        warmup_steps=settings["warmup_steps"],
    ),
    weight_decay=0.05,
    beta_2=0.98,
    global_clipnorm=1.0,
)
optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
classifier.compile(optimizer=optimizer)


def accuracy(model, texts, labels):
    logits = model.predict(texts, batch_size=64, verbose=0)  # (B, C)
    return float(np.mean(np.argmax(logits, axis=-1) == np.array(labels)))


"""
The weights that do best on the held-out sentences are kept. The dev set has no
part in it: it is measured once, at the end.
"""

best, best_weights = -1.0, None
for epoch, (phrases, excerpts) in enumerate(stages, start=1):
    x, y = draw_epoch(phrases, excerpts)
    history = classifier.fit(
        x,
        y,
        batch_size=settings["batch_size"],
        verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
    ).history
    held_out = accuracy(classifier, held_out_texts, held_out_labels)
    print(
        f"epoch {epoch}/{len(stages)}: {'phrases' if phrases else 'excerpts'}, "
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

folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "sentiment"
half = make_classifier("float16")
half.set_weights(classifier.get_weights())
half.save_to_preset(
    folder,
    # What `keras-electra presets` prints about it.
    metadata={
        "language": "English",
        "description": (
            "Positive or negative, for short English texts; "
            f"2 layers of {settings['hidden_dim']}, not pre-trained."
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
The last two say nothing, and yet they get a label: the model has only these
two. Look at the score before believing it.

From here: `keras-electra classify --model FOLDER` for a file of texts, the
same script with your own two tables, or a released discriminator in the place
of the backbone made here.
"""
