"""`fit`, `evaluate`, `predict` and checkpoints of every task."""

import contextlib

import keras

from keras_electra import resizing
from keras_electra.data import class_weights, raw_inputs, ready_inputs
from keras_electra.data.mapped_batches import MappedBatches
from keras_electra.data.text_batches import TextBatches
from keras_electra.inference.sorted_predict import (
    predict_batches,
    predict_texts,
)
from keras_electra.inference.traced_forward import TracedForward
from keras_electra.keras_internals import called_by_fit
from keras_electra.model_mixin import ModelMixin
from keras_electra.tasks.export_mixin import ExportMixin
from keras_electra.tasks.task_hooks import TaskHooks
from keras_electra.tokenizer.texts import listed
from keras_electra.training.fine_tuning import warn_of_low_precision
from keras_electra.training.state_guard import keep_state
from keras_electra.training.tensorflow_fit import TensorFlowFit


class TaskMixin(TensorFlowFit, TaskHooks, ExportMixin, ModelMixin):
    """`fit`, `evaluate` and `predict` on raw texts and on ready tensors.

    Goes before a KerasHub task class in the bases. Takes texts in lists, numpy
    arrays, columns of data frames, `tf.data` and grain data sets and
    `keras.utils.PyDataset`; and dicts of token ids, which skip the
    preprocessor. Batches are as long as their longest text, on JAX and
    TensorFlow as a bucket, and `predict` returns the caller's order.
    """

    # === Training ===
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        sample_weight=None,
        validation_data=None,
        validation_split=None,
        shuffle=True,
        **kwargs,
    ):
        """Train on raw texts, ready tensors or data sets.

        Args:
            x: a list of strings, or another sequence or column of texts; a
                tuple of two of these for pairs; a dict of ready tensors, int
                `(B, T)`; or a `tf.data`, grain or `keras.utils.PyDataset` data
                set, whose elements are batches `(x, y, sample_weight)`.
            y: labels; class names or ids where a label is a class. Must not be
                given with a data set.
            batch_size: int, default `32`.
            sample_weight: float, `(N,)`; finite. For ready tensors with a
                label for each token also `(N, T)`.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or a data set.
            validation_split: float in (0, 1). Share of the samples, at the end,
                to validate on.
            shuffle: bool, default `True`. Whether to shuffle samples at every
                epoch. Batches of texts get texts of similar length.
            **kwargs: other arguments of `keras.Model.fit`. Keys of
                `class_weight` may be class names.

        Returns:
            `keras.callbacks.History`.

        Raises:
            ValueError: if texts, labels or weights do not fit the task. The
                model keeps its weights after any error.

        Example:
        ```python
        classifier.fit(["Amazing food!", "Never again."], [1, 0], epochs=1)
        ```
        """
        warn_of_low_precision(self)
        weigh = class_weights.take(self, x, kwargs)
        raw_inputs.refuse(
            x,
            y=y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            validation_split=validation_split,
        )
        if raw_inputs.is_stream(x):
            kwargs["shuffle"] = False
            other = x if validation_data is None else validation_data
            with keep_state(self):
                if raw_inputs.is_stream(other):
                    return super().fit(
                        x, validation_data=validation_data, **kwargs
                    )
                # KerasHub would make one tensor of validation texts in pairs.
                return keras.Model.fit(
                    self,
                    self._prepared(x, None),
                    validation_data=self._prepared(validation_data, None),
                    **kwargs,
                )
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = ready_inputs.split(
                x, y, sample_weight, validation_split
            )
        if validation_data is not None:
            validation_data = self._prepared(validation_data, batch_size)
        data = self._data(x, y, sample_weight, batch_size, shuffle, weigh)
        # Ready tensors are Keras' to shuffle, texts have been.
        shuffle = shuffle and "y" in data
        with keep_state(self):
            return keras.Model.fit(
                self,
                **data,
                validation_data=validation_data,
                shuffle=shuffle,
                **kwargs,
            )

    def evaluate(
        self, x=None, y=None, batch_size=None, sample_weight=None, **kwargs
    ):
        """Compute the loss and the metrics of labelled data.

        Args:
            x: as for `fit`.
            y: as for `fit`.
            batch_size: int, default `32`.
            sample_weight: as for `fit`.
            **kwargs: other arguments of `keras.Model.evaluate`.

        Returns:
            As `keras.Model.evaluate`.

        Raises:
            ValueError: if texts, labels or weights do not fit the task.
        """
        if called_by_fit(kwargs):  # Called by `fit`.
            return keras.Model.evaluate(
                self, x, y, batch_size, sample_weight=sample_weight, **kwargs
            )
        raw_inputs.refuse(
            x, y=y, sample_weight=sample_weight, batch_size=batch_size
        )
        if raw_inputs.is_stream(x):
            with keep_state(self):
                return super().evaluate(x, **kwargs)
        data = self._data(x, y, sample_weight, batch_size)
        with keep_state(self):
            return keras.Model.evaluate(self, **data, **kwargs)

    def _data(self, x, y, weight, batch_size, shuffle=False, weigh=None):
        """Arguments for Keras' own `fit` and `evaluate`."""
        y = listed(y)
        if isinstance(x, keras.utils.PyDataset) or raw_inputs.is_stream(x):
            batches = MappedBatches(self._preprocess_item, x)
            if self.preprocessor is None:
                return {"x": batches}
        elif self.preprocessor is None or ready_inputs.are_ready(x):
            raw_inputs.refuse_raw(self, x)
            x = self._check_ready(x)
            weight = raw_inputs.check_weights(weight, self, x)
            y = self._check_labels(y, x)
            if weigh is not None:
                x, y, weight = weigh(x, y, weight)
            data = {"x": x, "y": y, "sample_weight": weight}
            return {**data, "batch_size": batch_size}
        else:
            if y is None and self.needs_labels:
                raise ValueError(
                    "Raw texts need labels to be learned from or compared "
                    "with. Received: y=None. For labels alone call `predict`."
                )
            weight = raw_inputs.check_weights(weight, self)
            batches = self._text_batches(x, y, weight, batch_size, shuffle)
            if weigh is not None:
                batches = MappedBatches(lambda item: weigh(*item), batches)
        if keras.config.backend() == "tensorflow":
            from keras_electra.data.tf_dataset import as_tf_dataset

            batches = as_tf_dataset(batches)
        return {"x": batches}

    def _text_batches(self, x, y, sample_weight, batch_size, shuffle):
        """A `PyDataset` of texts in memory. For tasks to refine."""
        return TextBatches(
            self._pack_samples,
            self._as_columns(x),
            self._check_labels(y),
            sample_weight,
            batch_size=batch_size,
            shuffle=shuffle,
        )

    def _prepared(self, data, batch_size):
        if raw_inputs.is_stream(data) and not hasattr(data, "__getitem__"):
            return data.map(self._preprocess_item)
        if raw_inputs.is_data_set(data):
            return self._data(data, None, None, batch_size)["x"]
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        data = self._data(x, y, sample_weight, batch_size)
        return keras.utils.pack_x_y_sample_weight(
            data["x"], data.get("y"), data.get("sample_weight")
        )

    def preprocess_samples(self, x, y=None, sample_weight=None):
        """Turn one batch of texts or ready tensors into the model's inputs.

        Args:
            x: raw texts, or ready tensors, which pass.
            y: labels, or `None`.
            sample_weight: weights, or `None`.

        Returns:
            `x`, `(x, y)` or `(x, y, sample_weight)`.

        Raises:
            ValueError: if inputs are not a batch or not the model's, labels do
                not fit the task, weights are not finite or of another shape, or
                a sequence is longer than the model allows.
        """
        raw_inputs.refuse_raw(self, x)
        raw_inputs.check_batch(x, y, self.input)
        ready = None
        if ready_inputs.are_ready(x):
            x = ready = self._check_ready(x)
        weights = raw_inputs.check_weights(sample_weight, self, ready)
        y = raw_inputs.refuse_strings(self._check_labels(listed(y), ready))
        return self._pack_samples(x, y, weights)

    def _pack_samples(self, x, y=None, sample_weight=None):
        """`preprocess_samples` with labels and weights that were checked."""
        if ready_inputs.are_ready(x):
            return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)
        batch = super().preprocess_samples(x, y, sample_weight)
        inputs = keras.utils.unpack_x_y_sample_weight(batch)[0]
        ready_inputs.check_length(inputs["token_ids"], self.backbone)
        return batch

    def _preprocess_item(self, *item):
        """One element of a data set: `x`, `(x, y)` or `(x, y, weight)`."""
        return self.preprocess_samples(*self._unpack_item(*item))

    # === Prediction ===
    def predict(
        self,
        x=None,
        batch_size=None,
        verbose="auto",
        steps=None,
        callbacks=None,
    ):
        """Compute the outputs of the model, in the order of the inputs.

        Args:
            x: as for `fit`, without labels. Raw texts are sorted by length, so
                that batches hold little padding.
            batch_size: int, default `32`.
            verbose: `"auto"`, 0, 1 or 2, as in Keras.
            steps: int. Number of batches to take; default: all.
            callbacks: list of callbacks; with ready tensors only.

        Returns:
            The outputs of the model as numpy arrays. Where there is an output
            for each token, `(N, T, ...)`, T is the length of the longest batch
            and padding is 0.

        Raises:
            ValueError: if `x` does not fit the task.

        Example:
        ```python
        logits = classifier.predict(["Amazing food!", "Never again."])
        ```
        """
        if self.preprocessor is None or ready_inputs.are_ready(x):
            raw_inputs.refuse_raw(self, x)
            x = self._check_ready(x)
            if raw_inputs.is_data_set(x):
                x = raw_inputs.mapped(self._predict_item, x)
            with keep_state(self):
                return keras.Model.predict(
                    self, x, batch_size, verbose, steps, callbacks
                )
        raw_inputs.refuse(x, batch_size=batch_size)
        if callbacks:
            raise ValueError(
                "`predict` takes callbacks with ready tensors only. Received: "
                f"callbacks={callbacks} with raw texts. Pass "
                "`task.preprocessor(x)` instead of `x`."
            )
        if raw_inputs.is_data_set(x):
            batches = raw_inputs.mapped(self._predict_item, x)
            return predict_batches(self, batches, verbose, steps)
        batch_size = batch_size or 32
        columns = self._as_columns(x)
        if steps is not None:
            columns = tuple(column[: steps * batch_size] for column in columns)
        return predict_texts(self, columns, batch_size, verbose)

    def _predict_item(self, *item):
        return self.preprocess_to_predict(self._unpack_item(*item)[0])

    def predict_step(self, *args):
        if keras.config.backend() != "torch" or self.run_eagerly:
            return super().predict_step(*args)
        (data,) = args
        if getattr(self, "_traced_forward", None) is None:
            self._traced_forward = TracedForward(self)
        return self._traced_forward(
            keras.utils.unpack_x_y_sample_weight(data)[0]
        )

    def compile(self, *args, **kwargs):
        self._traced_forward = None  # As Keras drops what it has compiled.
        super().compile(*args, **kwargs)

    # === Checkpoints ===
    def save_task_weights(self, filepath):
        with self._without_optimizer():
            super().save_task_weights(filepath)

    def load_task_weights(self, filepath):
        with self._without_optimizer():
            super().load_task_weights(filepath)

    @contextlib.contextmanager
    def _without_optimizer(self):
        """Keep the optimizer out of a preset: its state is twice the weights.

        KerasHub saves it, and the next model warns that it does not fit.
        """
        optimizer = getattr(self, "optimizer", None)  # None: not compiled.
        self.optimizer = None
        try:
            yield
        finally:
            self.optimizer = optimizer

    def add_tokens(self, tokens):
        """Return a copy of this task that knows more tokens.

        Each new token gets the next id. Where the embedding has no row for
        it, a row is added: the mean of all rows, which training then moves.
        The same holds for an output table; the output bias of a new token
        is 0.

        Args:
            tokens: list of str, of dicts or of `tokenizers.AddedToken`, as
                `added_tokens` of `ElectraTokenizer`.

        Returns:
            A task of the same class, compiled with its defaults.

        Raises:
            ValueError: if there is no tokenizer, or if the model has
                quantized layers or adapters.

        Example:
        ```python
        classifier = classifier.add_tokens(["covid", "mrna"])
        ```
        """
        return resizing.add_tokens(self, tokens)

    def compile_from_config(self, config):
        # Keras leaves a class with a `compile` of its own uncompiled on
        # loading, and then loses the state of the optimizer.
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)
