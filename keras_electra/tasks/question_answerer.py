"""The part of a text that answers a question."""

import keras
import keras_hub
import numpy as np

from keras_electra.backbone import ElectraBackbone
from keras_electra.layers.heads import head_dense
from keras_electra.preprocessors import context_windows
from keras_electra.preprocessors.packing_mixin import are_texts, is_symbolic
from keras_electra.preprocessors.question_answerer import (
    ElectraQuestionAnswererPreprocessor,
)
from keras_electra.preprocessors.text_batches import TextBatches
from keras_electra.tasks import question_columns, ready_inputs
from keras_electra.tasks.answer_search import search_answers
from keras_electra.tasks.fine_tuning import fine_tuning_optimizer
from keras_electra.tasks.span_loss import SpanLoss
from keras_electra.tasks.task import TaskMixin


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraQuestionAnswerer(TaskMixin, keras_hub.models.Task):
    """Extractive question answering: an answer is a span of the context.

    `fit` and `evaluate` on lists read a long context whole, in overlapping
    windows of the preprocessor's `sequence_length`; `predict`, and streams of
    batches, have a row a question, whose context is cut.

    Args:
        backbone: `ElectraBackbone`.
        preprocessor: `ElectraQuestionAnswererPreprocessor`, or `None` for a
            model that takes ready tensors only.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`. `fit`, `evaluate` and `predict` take questions and
            contexts too, a tuple of two lists.

    Returns:
        A dict of `start` and `end`, logits, float, `(B, T)`: for each token,
        whether the answer begins or ends with it; at [CLS], whether there is
        none. Where `padding_mask` is 0 they mean nothing.

    Example:
    ```python
    answerer = keras_electra.ElectraQuestionAnswerer.from_preset(
        "hf://deepset/electra-base-squad2"
    )
    answerer.answer("Who jumps?", "The quick brown fox jumps over the dog.")
    answerer.fit(
        (["Who jumps?"], ["The fox jumps."]),
        [{"text": ["The fox"], "answer_start": [0]}],
    )
    ```

    Reference: Clark et al., 2020, section 3.1. Checkpoint names:
    `qa_outputs` in Hugging Face.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraQuestionAnswererPreprocessor
    outputs_per_token = True

    def __init__(self, backbone, preprocessor=None, **kwargs):
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.span_logits = head_dense(backbone, 2, name="span_logits")

        # === Functional Model ===
        inputs = backbone.input
        x = self.span_logits(backbone(inputs))  # (B, T, 2)
        with keras.RematScope(mode=None):  # See `heads.py`.
            outputs = {"start": x[..., 0], "end": x[..., 1]}
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

    def compile(
        self, optimizer="auto", loss="auto", *, metrics="auto", **kwargs
    ):
        """Configure training; every `"auto"` fits the task.

        Args:
            optimizer: `"auto"`: Adam with the fine-tuning rate of the paper,
                1e-4 (5e-5 for the large size), clipping at 1.
            loss: `"auto"`: the mean of `SpanLoss` for starts and for ends.
            metrics: `"auto"`: accuracy of starts and of ends. For exact match
                and F1 see `keras_electra.metrics.squad_callback`.
            **kwargs: other arguments of `keras.Model.compile`.
        """
        if loss == "auto":
            loss = {"start": SpanLoss(), "end": SpanLoss()}
            kwargs.setdefault("loss_weights", {"start": 0.5, "end": 0.5})
        if metrics == "auto":
            metrics = {
                name: keras.metrics.SparseCategoricalAccuracy(name="accuracy")
                for name in ("start", "end")
            }
        if optimizer == "auto":
            optimizer = fine_tuning_optimizer(self.backbone)
        super().compile(
            optimizer=optimizer, loss=loss, metrics=metrics, **kwargs
        )

    def answer(
        self,
        question,
        context,
        top_k=1,
        max_sequence_length=384,
        stride=128,
        max_answer_length=15,
        handle_impossible_answer=False,
        no_answer_threshold=0.0,
        batch_size=32,
    ):
        """Answer questions, as the pipeline of Transformers 4 did.

        Args:
            question: a string, or a list of strings.
            context: a string, also for a list of questions; or a list with
                one for each question.
            top_k: int, default `1`. Answers to give, best first.
            max_sequence_length: int, default `384`. Tokens of a window; no
                more than the model allows.
            stride: int, default `128`. Tokens that two windows of a context
                share; where the model allows shorter windows only, no more
                than half of one.
            max_answer_length: int, default `15`. Tokens of an answer.
            handle_impossible_answer: bool, default `False`. Whether "there is
                no answer", an empty one, is among the answers.
            no_answer_threshold: float, default `0.0`. By how much the score
                of "no answer" must exceed that of an answer to come before
                it. `metrics.squad.squad_scores` finds the best.
            batch_size: int, default `32`. Windows in one step.

        Returns:
            For a single question `{"score", "start", "end", "answer"}`, where
            `top_k` is 1, otherwise a list of these, best first: probability,
            first character of the context and the one after the last, text.
            For a list of questions, a list of these.

        Raises:
            ValueError: if the model has no preprocessor, a question is empty,
                there are not as many contexts as questions, or a length is
                not possible.
        """
        single = isinstance(question, (str, bytes))
        results = [
            rows
            for rows, _ in self._search(
                question,
                context,
                top_k,
                max_sequence_length,
                stride,
                max_answer_length,
                batch_size,
                no_answer_threshold if handle_impossible_answer else None,
            )
        ]
        if top_k == 1:
            results = [rows[0] for rows in results]
        return results[0] if single else results

    def best_answers(
        self,
        question,
        context,
        max_sequence_length=384,
        stride=128,
        max_answer_length=15,
        batch_size=32,
    ):
        """The best answer to each question, and how likely there is none.

        What `metrics.squad.squad_scores` and its search for the best
        threshold are fed with.

        Args:
            question: as for `answer`, and so are all others.
            context: as for `answer`.
            max_sequence_length: int, default `384`.
            stride: int, default `128`.
            max_answer_length: int, default `15`.
            batch_size: int, default `32`.

        Returns:
            A list of `{"score", "start", "end", "answer", "no_answer_score"}`,
            the last from -1 to 1: the probability that there is no answer,
            less that of the answer.

        Raises:
            ValueError: as `answer`.
        """
        return [
            {**rows[0], "no_answer_score": none - rows[0]["score"]}
            for rows, none in self._search(
                question,
                context,
                1,
                max_sequence_length,
                stride,
                max_answer_length,
                batch_size,
            )
        ]

    def _search(self, question, context, *args):
        if self.preprocessor is None:
            raise ValueError(
                "`answer` needs a preprocessor, and this model has none. Set "
                "`answerer.preprocessor`, or use `predict` on token ids."
            )
        questions, contexts = question_columns.as_columns(question, context)
        return search_answers(self, questions, contexts, *args)

    def _text_batches(self, x, y, sample_weight, batch_size, shuffle):
        questions, contexts = question_columns.of_pairs(x)
        question_columns.check_counts(questions, y, sample_weight)
        preprocessor = self.preprocessor
        ids, segments, positions, owners = context_windows.training_windows(
            preprocessor.tokenizer,
            questions,
            contexts,
            y,
            preprocessor.sequence_length,
            preprocessor.window_stride(),
        )
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)[owners]

        def pad(x, y, sample_weight):
            x, y = context_windows.pad_windows(
                preprocessor.tokenizer, *x, y, preprocessor.sequence_length
            )
            ready_inputs.check_length(x["token_ids"], self.backbone)
            return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

        return TextBatches(
            pad,
            (ids, segments),
            positions,
            sample_weight,
            batch_size=batch_size,
            shuffle=shuffle,
        )

    def _unpack_item(self, *item):
        item = item[0] if len(item) == 1 else item
        # The second text of a bare pair is a context, no label.
        if isinstance(item, tuple) and len(item) == 2 and are_texts(item[1]):
            item = (item,)
        return super()._unpack_item(item)

    def _check_labels(self, y, x=None):
        if y is None or x is None or is_symbolic(x["token_ids"]):
            return y  # Of raw texts: the preprocessor reads them.
        count = len(x["token_ids"])
        if not isinstance(y, dict) or sorted(y) != ["end", "start"]:
            raise ValueError(
                "Labels of ready tensors must be a dict of `start` and `end`, "
                f"the positions of tokens. Received: {type(y).__name__}."
            )
        y = {name: keras.ops.convert_to_numpy(y[name]) for name in y}
        for name, positions in y.items():
            if positions.shape != (count,) or positions.dtype.kind not in "iu":
                raise ValueError(
                    "Positions must be integers, one a row, shape "
                    f"({count},). Received: `{name}` of shape "
                    f"{positions.shape}, dtype {positions.dtype}."
                )
        return {name: y[name].astype("int32") for name in y}
