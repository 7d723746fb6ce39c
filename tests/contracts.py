"""What every task promises, written once; `CASES` is the table of tasks.

To hold a new task to all of it, add a row.
"""

import dataclasses
import typing

import numpy as np

from tests import tiny


@dataclasses.dataclass
class Case:
    """One task: how to make it, and what to feed it."""

    name: str
    make: typing.Callable  # Keyword arguments of the backbone -> task.
    labels: typing.Any  # For `tiny.TEXTS`.
    ready_labels: typing.Callable  # Ready tensors -> labels.
    keras_hub_class: str | None  # In `keras_hub.models`.


def _preprocessed(task_name, **kwargs):
    def make(preprocessor=True, compile=True, **backbone):
        import keras_electra

        task = getattr(keras_electra, task_name)
        if preprocessor:
            preprocessor = getattr(keras_electra, f"{task_name}Preprocessor")(
                tiny.tokenizer(), sequence_length=16
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


def cases():
    return [
        Case(
            "single_label",
            _preprocessed("ElectraTextClassifier", class_names=["bad", "good"]),
            tiny.LABELS,
            lambda x: np.arange(len(x["token_ids"])) % 2,
            "TextClassifier",
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
        ),
        Case(
            "replaced_token_detector",
            _preprocessed("ElectraReplacedTokenDetector"),
            _token_labels(),
            lambda x: x["token_ids"] % 2,
            None,
        ),
    ]
