"""
# Find names in a text

Author: the keras-electra authors
Description: CoNLL-style files to a model that finds people, places and more.

Named entity recognition marks the words of a text that are names and says of
what. This guide reads files in the form of CoNLL-2003, fits a model on them,
measures whole entities, and finds those of texts that nobody has split into
words.

Run as it is, it takes a sample of invented sentences that lies beside it, and a
tiny model that starts from nothing:

    python guides/tag_entities.py

For a real model, give it a folder with `train.txt`, and `valid.txt` or
`dev.txt`, and a pre-trained discriminator to start from:

    python guides/tag_entities.py --data conll2003 \\
        --preset hf://google/electra-small-discriminator

From the bundled `electra_mini_discriminator_en`, of 4.3 million weights, with
`--epochs 6 --learning-rate 5e-4 --dtype mixed_bfloat16`, entities of
CoNLL-2003's `valid.txt` have an F1 of 83.4 after a quarter of an hour on one
CPU core: persons and places 88, organizations 73.

Scores of entities need the extra `metrics`: `pip install
keras-electra[metrics]`.
"""

import argparse
import pathlib
import sys
import tempfile

import keras

import keras_electra
from keras_electra.metrics import EntityCallback
from keras_electra.tokenizer import train_vocabulary

SAMPLE = pathlib.Path(__file__).parent / "data" / "entities"

parser = argparse.ArgumentParser(description="Find names in a text.")
parser.add_argument("--data", type=pathlib.Path, default=SAMPLE)
parser.add_argument(
    "--preset", help="a pre-trained discriminator; default: random weights"
)
parser.add_argument("--sentences", type=int, help="learn from so many only")
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

A line is a word and, last, its label; an empty line ends a sentence. `B-PER` is
the first word of a person's name, `I-PER` any other, `O` a word outside of all
names. Other schemes are recognised as well: `E-` and `S-` for last and single
words (BIOES), `L-` and `U-` (BILOU), or suffixes such as `PER-B`. The result is
lists of words and lists of labels, which the model takes as they are. Names of
classes need not be turned into numbers.
"""


def read_conll(path):
    """Words and labels of each sentence of a file."""
    words, labels = [[]], [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            words[-1].append(columns[0])
            labels[-1].append(columns[-1])
        elif words[-1]:
            words.append([])
            labels.append([])
    if not words[-1]:
        words.pop()
        labels.pop()
    return words, labels


dev_file = next(
    (path for path in map(args.data.joinpath, ("valid.txt", "dev.txt"))
     if path.exists()),
    None,
)  # fmt: skip
if dev_file is None:
    parser.error(f"{args.data} has neither valid.txt nor dev.txt")
train_words, train_labels = read_conll(args.data / "train.txt")
dev_words, dev_labels = read_conll(dev_file)
train_words = train_words[: args.sentences]
train_labels = train_labels[: args.sentences]
class_names = sorted({name for row in train_labels for name in row})
print(f"{len(train_words)} sentences to learn from, {len(dev_words)} to tag")
print(*zip(train_words[0], train_labels[0], strict=True))

"""
## The model

What is pre-trained reads words already; the head on top, a number for each
class and token, is new. From nothing, everything is new, and the vocabulary has
to be made too. Here it is a cased one: capital letters tell names.
"""

if args.preset:
    epochs, batch_size = args.epochs or 3, 32
    rate = args.learning_rate or 1e-4
    tagger = keras_electra.ElectraTokenClassifier.from_preset(
        args.preset, class_names=class_names
    )
    tagger.preprocessor.sequence_length = min(
        256, tagger.backbone.max_sequence_length
    )
else:
    epochs, batch_size = args.epochs or 12, 16
    rate = args.learning_rate or 2e-3
    texts = [" ".join(words) for words in train_words]
    tokenizer = keras_electra.ElectraTokenizer(
        train_vocabulary(texts=texts, vocabulary_size=4000, lowercase=False),
        lowercase=False,
    )
    tagger = keras_electra.ElectraTokenClassifier(
        keras_electra.ElectraBackbone(
            vocabulary_size=tokenizer.vocabulary_size(),
            num_layers=2,
            num_heads=4,
            hidden_dim=64,
            intermediate_dim=128,
            max_sequence_length=128,
        ),
        preprocessor=keras_electra.ElectraTokenClassifierPreprocessor(
            tokenizer, sequence_length=128
        ),
        class_names=class_names,
    )

"""
A word of several pieces has its label at the first of them; the others count
for nothing. `label_all_pieces=True` in the preprocessor labels them too.

## Training

Most words are outside of names, so that the share of words that are right says
little. `EntityCallback` counts whole names after each epoch: one is right if
its kind, its first and its last word are.
"""

steps = epochs * -(-len(train_words) // batch_size)
tagger.compile(
    optimizer=keras.optimizers.AdamW(
        keras.optimizers.schedules.PolynomialDecay(rate, steps, rate / 50),
        weight_decay=0.01,
        global_clipnorm=1.0,
    )
)
entities = EntityCallback(dev_words, dev_labels)
tagger.fit(
    train_words,
    train_labels,
    batch_size=batch_size,
    epochs=epochs,
    callbacks=[entities],
    verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
)
for name, score in entities.scores.items():
    print(f"{name} {100 * score:.2f}")

"""
## The preset, and texts as they come

The names of the classes are part of the preset. `tag` takes texts that nobody
has split, puts pieces together to names, and says where in the text they stand.
"""

folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "tagger"
tagger.save_to_preset(folder)
saved = keras_electra.ElectraTokenClassifier.from_preset(folder)

text = "Ada Moss, who was born in Kelby, works for Nordlight."
for entity in saved.tag(text, aggregation="first"):
    found = text[entity["start"] : entity["end"]]
    print(f"{entity['entity_group']:5} {entity['score']:.3f}  {found!r}")

"""
With `stride`, a text longer than `sequence_length` is read in windows that
share so many pieces, and a name that two windows have found comes once. Without
it, a text is cut, and later names are not found.
"""

long_text = " ".join([text] * 20)
found = saved.tag(long_text, aggregation="first", stride=32)
print(f"{len(found)} names in {len(long_text)} characters")
