"""Extractive question answering."""

import keras
import keras_hub

from keras_electra.backbone import ElectraBackbone
from keras_electra.data.span_data import SpanData
from keras_electra.layers.head_layers import (
    check_head,
    head_dense,
    joint_span_head,
)
from keras_electra.postprocessing import answer_search
from keras_electra.preprocessors.question_answerer import (
    ElectraQuestionAnswererPreprocessor,
)
from keras_electra.tasks.task import TaskMixin
from keras_electra.training.fine_tuning import fine_tuning_optimizer
from keras_electra.training.span_loss import SpanLoss


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraQuestionAnswerer(SpanData, TaskMixin, keras_hub.models.Task):
    """Extractive question answering: an answer is a span of the context.

    `fit` and `evaluate` on lists read a long context whole, in overlapping
    windows of the preprocessor's `sequence_length`; `predict`, and streams of
    batches, have a row a question, whose context is cut.

    Args:
        backbone: `ElectraBackbone`.
        preprocessor: `ElectraQuestionAnswererPreprocessor`, or `None` for a
            model that takes ready tensors only.
        head: string, default `"dense"`: one dense layer, as in Transformers;
            or `"2020"`: ends are scored together with a start, and a
            classifier says whether there is no answer, as in the 2020
            fine-tuning code; see `layers.ElectraJointSpanHead`.
        **kwargs: `name`, `compile` and other arguments of the KerasHub class.

    Call arguments:
        inputs: dict of `token_ids`, `segment_ids`, `padding_mask`, int
            `(B, T)`. `fit`, `evaluate` and `predict` take questions and
            contexts too, a tuple of two lists.

    Returns:
        A dict of `start` and `end`, logits, float, `(B, T)`: for each token,
        whether the answer begins or ends with it; at [CLS], whether there is
        none. Where `padding_mask` is 0 they mean nothing. With the 2020 head
        `end` is `(B, T, 20)`, for each of the best starts; `top_starts`,
        `(B, 20)`, says which these are, and `impossible`, `(B, 1)`, is the
        logit of there being no answer.

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
    `qa_outputs` in Hugging Face, `task_specific/squad` in the 2020 code.
    """

    backbone_cls = ElectraBackbone
    preprocessor_cls = ElectraQuestionAnswererPreprocessor
    outputs_per_token = ("start", "end")
    always_pairs = True

    def __init__(self, backbone, preprocessor=None, head="dense", **kwargs):
        check_head(head)
        # === Layers ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.head = head  # Read by `compile`, which Keras calls early.
        if head == "2020":
            self.span_head = joint_span_head(backbone)
        else:
            self.span_logits = head_dense(backbone, 2, name="span_logits")

        # === Functional Model ===
        inputs = backbone.input
        outputs = self.head_outputs(backbone(inputs), inputs)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

    @property
    def export_obstacle(self):
        if self.head == "dense":
            return ""
        return (
            'with head="2020" the best starts may differ by a rounding error, '
            'and outputs cannot be compared. Train one with head="dense".'
        )

    def head_outputs(self, x, inputs, training=None):
        with keras.RematScope(mode=None):  # See `head_layers.py`.
            if self.head == "2020":
                return self.span_head(
                    x,
                    inputs["segment_ids"],
                    inputs["padding_mask"],
                    inputs.get("start_positions"),
                )
            x = self.span_logits(x)  # (B, T, 2)
            return {"start": x[..., 0], "end": x[..., 1]}

    @property
    def input_names(self):
        starts = ["start_positions"] if self.head == "2020" else []
        return super().input_names + starts

    # The joint head learns ends from true starts, which only training has.
    def call(self, inputs, training=None, mask=None):
        if self.head == "dense" or "start_positions" not in inputs:
            return super().call(inputs, training=training, mask=mask)
        own = {name: inputs[name] for name in self.backbone.input}
        return self.head_outputs(self.backbone(own, training=training), inputs)

    def compute_output_spec(self, inputs, training=None, mask=None):
        if self.head == "dense" or "start_positions" not in inputs:
            return super().compute_output_spec(
                inputs, training=training, mask=mask
            )
        return keras.Operation.compute_output_spec(
            self, inputs, training=training
        )

    def compile(
        self, optimizer="auto", loss="auto", *, metrics="auto", **kwargs
    ):
        """Configure training; every `"auto"` fits the task.

        Args:
            optimizer: `"auto"`: Adam with the fine-tuning rate of the paper,
                1e-4 (5e-5 for the large size), clipping at 1.
            loss: `"auto"`: the mean of `SpanLoss` for starts and for ends;
                with the 2020 head, half the cross-entropy of `impossible`
                besides.
            metrics: `"auto"`: accuracy of each output; that of the 2020 head's
                ends is for the true starts, as its loss. For exact match
                and F1 see `keras_electra.metrics.SquadCallback`.
            **kwargs: other arguments of `keras.Model.compile`.
        """
        if loss == "auto":
            loss = {"start": SpanLoss(), "end": SpanLoss()}
            if self.head == "2020":
                loss["impossible"] = keras.losses.BinaryCrossentropy(
                    from_logits=True
                )
            kwargs.setdefault("loss_weights", dict.fromkeys(loss, 0.5))
        if metrics == "auto":
            metrics = {
                name: keras.metrics.SparseCategoricalAccuracy(name="accuracy")
                for name in ("start", "end")
            }
            if self.head == "2020":
                metrics["impossible"] = keras.metrics.BinaryAccuracy(
                    name="accuracy", threshold=0.0
                )
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
        stride=None,
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
            stride: int. Tokens that two windows of a context share. Default:
                128, but no more than half of a window, or half of the room
                that a long question leaves for the context.
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
        return answer_search.answer(
            self,
            question,
            context,
            top_k,
            max_sequence_length,
            stride,
            max_answer_length,
            handle_impossible_answer,
            no_answer_threshold,
            batch_size,
        )

    def best_answers(
        self,
        question,
        context,
        max_sequence_length=384,
        stride=None,
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
            stride: int.
            max_answer_length: int, default `15`.
            batch_size: int, default `32`.

        Returns:
            A list of `{"score", "start", "end", "answer", "no_answer_score"}`,
            the last from -1 to 1: the probability that there is no answer,
            less that of the answer; with the 2020 head less 0.5. It is what
            `answer` compares with `no_answer_threshold`.

        Raises:
            ValueError: as `answer`.
        """
        return answer_search.best_answers(
            self,
            question,
            context,
            max_sequence_length,
            stride,
            max_answer_length,
            batch_size,
        )

    def get_config(self):
        return {**super().get_config(), "head": self.head}
