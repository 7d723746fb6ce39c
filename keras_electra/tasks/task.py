"""What every task does: data in, predictions out, checkpoints both ways."""

import contextlib

import keras
import numpy as np

from keras_electra.preprocessors.mapped_batches import MappedBatches
from keras_electra.preprocessors.packing_mixin import split_pair
from keras_electra.preprocessors.text_batches import TextBatches
from keras_electra.preset_mixin import PresetMixin
from keras_electra.tasks import ready_inputs
from keras_electra.tasks.bucketed_predict import predict_batches, predict_texts
from keras_electra.tasks.traced_forward import TracedForward
from keras_electra.tokenizer.texts import as_texts


class TaskMixin(PresetMixin):
    """`fit`, `evaluate` and `predict` on raw texts and on ready tensors.

    Goes before a KerasHub task class in the bases. Takes whatever carries
    texts: lists, numpy arrays, `tf.data` and grain data sets, generators,
    `keras.utils.PyDataset`; and dicts of token ids, which skip the
    preprocessor. Batches are padded to their longest text, rounded up to a
    bucket, and `predict` sorts texts by length and returns the caller's order.
    """

    # Whether the output has a row a token, `(B, T, ...)`.
    outputs_per_token = False

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
        if _is_stream(x):
            return super().fit(
                x, validation_data=validation_data, shuffle=False, **kwargs
            )
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = ready_inputs.split(
                x, y, sample_weight, validation_split
            )
        if validation_data is not None:
            validation_data = self._validation(validation_data, batch_size)
        data = self._data(x, y, sample_weight, batch_size, shuffle)
        # Ready tensors are Keras' to shuffle, texts have been.
        shuffle = shuffle and "y" in data
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
        if kwargs.get("_use_cached_eval_dataset"):  # Called by `fit`.
            return keras.Model.evaluate(
                self, x, y, batch_size, sample_weight=sample_weight, **kwargs
            )
        if _is_stream(x):
            return super().evaluate(x, **kwargs)
        data = self._data(x, y, sample_weight, batch_size)
        return keras.Model.evaluate(self, **data, **kwargs)

    def _data(self, x, y, sample_weight, batch_size, shuffle=False):
        """Arguments for Keras' own `fit` and `evaluate`."""
        if self.preprocessor is None or ready_inputs.are_ready(x):
            x = ready_inputs.check(x, self.backbone)
            x, y, sample_weight = self._label_ready(
                x, self._check_labels(y), sample_weight
            )
            return {
                "x": x,
                "y": y,
                "sample_weight": sample_weight,
                "batch_size": batch_size,
            }
        if isinstance(x, keras.utils.PyDataset) or _is_stream(x):
            batches = MappedBatches(self._preprocess_item, x)
        else:
            batches = TextBatches(
                self.preprocess_samples,
                _columns(x),
                self._check_labels(y),
                None if sample_weight is None else np.asarray(sample_weight),
                batch_size=batch_size,
                shuffle=shuffle,
            )
        if keras.config.backend() == "tensorflow":
            from keras_electra.preprocessors.tf_dataset import as_tf_dataset

            batches = as_tf_dataset(batches)
        return {"x": batches}

    def _validation(self, data, batch_size):
        is_stream = _is_stream(data)
        if is_stream and not hasattr(data, "__getitem__"):
            return data.map(self._preprocess_item)
        if is_stream or isinstance(data, keras.utils.PyDataset):
            return self._data(data, None, None, batch_size)["x"]
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        data = self._data(x, y, sample_weight, batch_size)
        return keras.utils.pack_x_y_sample_weight(
            data["x"], data.get("y"), data.get("sample_weight")
        )

    def _preprocess_item(self, *item):
        """One element of a data set: `x`, `(x, y)` or `(x, y, weight)`."""
        item = item[0] if len(item) == 1 else item
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(item)
        return self.preprocess_samples(x, y, sample_weight)

    def _check_labels(self, y):
        """Check labels and turn them into an array. For tasks to refine."""
        return y

    def _label_ready(self, x, y, sample_weight):
        """Complete the labels of ready tensors. For tasks to refine."""
        return x, y, sample_weight

    # === Prediction ===
    def predict(
        self,
        x=None,
        batch_size=None,
        verbose="auto",
        steps=None,
        callbacks=None,
    ):
        if self.preprocessor is None or ready_inputs.are_ready(x):
            x = ready_inputs.check(x, self.backbone)
            return keras.Model.predict(
                self, x, batch_size, verbose, steps, callbacks
            )
        if callbacks:
            raise ValueError(
                "`predict` takes callbacks with ready tensors only. Received: "
                f"callbacks={callbacks} with raw texts. Pass "
                "`task.preprocessor(x)` instead of `x`."
            )
        if _is_stream(x):
            batches = x.map(self._preprocess_item)
            return predict_batches(self, batches, verbose, steps)
        if isinstance(x, keras.utils.PyDataset):
            batches = MappedBatches(self._preprocess_item, x)
            return predict_batches(self, batches, verbose, steps)
        return predict_texts(self, _columns(x), batch_size or 32, verbose)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # The backbone's blocks do it, one at a time.

    def predict_step(self, *args):
        if keras.config.backend() != "torch" or self.run_eagerly:
            return super().predict_step(*args)
        (data,) = args
        if getattr(self, "_traced_forward", None) is None:
            self._traced_forward = TracedForward(self)
        return self._traced_forward(
            keras.utils.unpack_x_y_sample_weight(data)[0]
        )

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
        optimizer, self.optimizer = self.optimizer, None
        try:
            yield
        finally:
            self.optimizer = optimizer

    def compile_from_config(self, config):
        # Keras leaves a class with a `compile` of its own uncompiled on
        # loading, and then loses the state of the optimizer.
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def export_to_transformers(self, path):
        """Save a folder that Hugging Face Transformers loads.

        Args:
            path: string or path. The folder; written whole or not at all.

        Example:
        ```python
        classifier.export_to_transformers("./for_transformers")
        ```
        """
        from keras_electra import converters

        converters.export_to_transformers(self, path)


def _is_stream(x):
    """Whether `x` is a `tf.data` or grain data set."""
    return all(callable(getattr(x, name, None)) for name in ("map", "batch"))


def _columns(x):
    """Raw texts as a tuple of one or two lists of strings."""
    if isinstance(x, (str, bytes)):
        raise ValueError(
            "`x` must be a batch of texts. Received a single one: "
            f"x={x[:50]!r}. Wrap it in a list."
        )
    if hasattr(x, "__next__"):
        raise ValueError(
            "`x` must be texts or a data set. Received: a generator, which "
            "has no length and no second epoch. Wrap it in a "
            "`keras.utils.PyDataset`."
        )
    first, second = split_pair(x)
    columns = (as_texts(first, "x")[0],)
    if second is not None:
        columns += (as_texts(second, "x")[0],)
    if len({len(column) for column in columns}) > 1:
        raise ValueError(
            "The two texts of a pair must be equally many. Received: "
            f"{len(columns[0])} and {len(columns[1])}."
        )
    return columns
