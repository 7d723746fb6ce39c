"""What every task promises, written once; `CASES` is the table of tasks.

To hold a new task to all of it, add a row.
"""

import dataclasses
import functools
import typing

import numpy as np

from tests import tiny


@dataclasses.dataclass
class Case:
    """One task: how to make it, and what to feed it."""

    name: str
    make: typing.Callable  # Keyword arguments of the backbone -> task.
    labels: typing.Any  # For `texts`.
    ready_labels: typing.Callable  # Ready tensors -> labels.
    keras_hub_class: str | None  # In `keras_hub.models`.
    texts: list = dataclasses.field(default_factory=lambda: tiny.TEXTS)
    in_pairs: bool = False  # Whether `texts` are tuples of two.
    # One text -> what the task takes for one.
    wrap: typing.Callable = lambda text: text
    # What it says to anything else; `None`: what tasks of texts say.
    refusal: str | None = None
    # The high-level method, and what it is asked: one column, or two.
    ask: typing.Callable | None = None
    asked: tuple = (["this movie is very good!", "the quick brown fox"],)
    # Texts -> what `predict` makes of them.
    pack: typing.Callable = lambda task, texts: task.preprocessor(texts)

    def first(self, count):
        """Some texts and their labels; `None` where texts are their own."""
        labels = None if self.labels is None else self.labels[:count]
        return self.texts[:count], labels


def _preprocessed(task_name, sequence_length=16, **kwargs):
    def make(preprocessor=True, compile=True, **backbone):
        import keras_electra

        task = getattr(keras_electra, task_name)
        if preprocessor:
            preprocessor = getattr(keras_electra, f"{task_name}Preprocessor")(
                tiny.tokenizer(), sequence_length=sequence_length
            )
        task = task(
            tiny.backbone(**backbone),
            preprocessor=preprocessor or None,
            compile=compile,
            **kwargs,
        )
        return tiny.spread_weights(task, 0.3)

    return make


def _token_labels():
    counts = [len(ids) for ids in tiny.tokenizer().tokenize(tiny.TEXTS)]
    return [[i % 2 for i in range(count)] for count in counts]


def _word_labels():
    return [[i % 3 for i, _ in enumerate(t.split())] for t in tiny.TEXTS]


_QUESTION = "who is very good?"


def _answers():
    """The second word of each text, where there is one, in characters."""
    starts = [text.find(" ") + 1 for text in tiny.TEXTS]
    spans = [
        (start, f"{text} ".index(" ", start)) if start else (0, 0)
        for text, start in zip(tiny.TEXTS, starts, strict=True)
    ]
    return np.array(spans)


def cases():
    answerer = Case(
        "question_answerer",
        _preprocessed("ElectraQuestionAnswerer", sequence_length=32),
        _answers(),
        lambda x: {
            "start": x["token_ids"][:, 1] % 4,
            "end": x["token_ids"][:, 1] % 4 + 1,
        },
        None,
        texts=[(_QUESTION, text) for text in tiny.TEXTS],
        in_pairs=True,
        wrap=lambda text: (_QUESTION, text),
        ask=lambda task, *columns: task.answer(*columns),
        asked=([_QUESTION] * 2, ["the quick brown fox", "good food"]),
    )
    return [
        Case(
            "single_label",
            _preprocessed("ElectraTextClassifier", class_names=["bad", "good"]),
            tiny.LABELS,
            lambda x: np.arange(len(x["token_ids"])) % 2,
            "TextClassifier",
            ask=lambda task, texts: task.classify(texts),
        ),
        Case(
            "multi_label",
            _preprocessed(
                "ElectraTextClassifier",
                num_classes=3,
                problem_type="multi_label",
                head="2020",
            ),
            np.eye(3)[[0, 1, 2, 0, 1, 2, 0]],
            lambda x: np.eye(3)[np.arange(len(x["token_ids"])) % 3],
            "TextClassifier",
            ask=lambda task, texts: task.classify(texts, top_k=None),
        ),
        Case(
            "regression",
            _preprocessed(
                "ElectraTextClassifier",
                num_classes=1,
                problem_type="regression",
            ),
            [0.5, 1.0, 2.0, -1.0, 0.0, 3.5, 1.0],
            lambda x: np.linspace(-1, 1, len(x["token_ids"])),
            "TextClassifier",
            ask=lambda task, texts: task.classify(texts),
        ),
        Case(
            "replaced_token_detector",
            _preprocessed("ElectraReplacedTokenDetector"),
            _token_labels(),
            lambda x: x["token_ids"] % 2,
            None,
            ask=lambda task, texts: task.detect(texts),
        ),
        Case(
            "token_classifier",
            _preprocessed(
                "ElectraTokenClassifier", class_names=["O", "B-X", "I-X"]
            ),
            _word_labels(),
            lambda x: x["token_ids"] % 3,
            None,
            ask=lambda task, texts: task.tag(texts, ignore_labels=()),
        ),
        Case(
            "text_embedder",
            _preprocessed("ElectraTextEmbedder", normalize=True),
            np.random.default_rng(2).normal(size=(7, 16)),
            lambda x: np.ones((len(x["token_ids"]), 16)),
            "TextEmbedder",
            ask=lambda task, texts: task.embed(texts).tolist(),
        ),
        Case(
            "masked_lm",
            _preprocessed("ElectraMaskedLM"),
            None,
            lambda x: x["token_ids"],
            "MaskedLM",
            ask=lambda task, texts: task.fill_mask(texts),
            asked=(["the [MASK] fox", "good [MASK] is [MASK]"],),
            pack=lambda task, texts: task.preprocessor.find_masks(texts),
        ),
        Case(
            "causal_lm",
            functools.partial(
                _preprocessed("ElectraCausalLM"), is_decoder=True
            ),
            None,
            lambda x: x["token_ids"],
            "CausalLM",
            ask=lambda task, texts: task.generate(texts, max_length=12),
            asked=(["the quick", "good"],),
            pack=lambda task, texts: task.preprocessor(texts)[0],
        ),
        answerer,
        dataclasses.replace(
            answerer,
            name="joint_question_answerer",
            make=_preprocessed(
                "ElectraQuestionAnswerer", sequence_length=32, head="2020"
            ),
            # Others are impossible to this head, and cost 1000 each.
            ready_labels=lambda x: {
                name: np.zeros(len(x["token_ids"]), "int32")
                for name in ("start", "end")
            },
        ),
        Case(
            "multiple_choice",
            _preprocessed("ElectraMultipleChoice", sequence_length=32),
            tiny.LABELS,
            None,
            None,
            texts=[(_QUESTION, [text, "food"]) for text in tiny.TEXTS],
            in_pairs=True,
            wrap=lambda text: (_QUESTION, [text, "food"]),
            ask=lambda task, *columns: task.choose(*columns),
            asked=([_QUESTION] * 2, [["good", "bad food"], ["a", "fox", "b"]]),
            refusal="must be given prompts and choices",
        ),
    ]
