"""Defaults of tasks, and checks of their backbones and preprocessors."""

import keras

from keras_electra.backbone import ElectraBackbone
from keras_electra.data import raw_inputs, ready_inputs
from keras_electra.inference.sorted_predict import predict_sorted
from keras_electra.input_names import NamedInputs
from keras_electra.keras_internals import register_parameters
from keras_electra.tasks.details import DetailsMixin
from keras_electra.text.raw_text import are_texts


class TaskHooks(DetailsMixin, NamedInputs):
    """Defaults of what `TaskMixin` asks a task, and checks of its parts."""

    # Whether the output has a row a token, `(B, T, ...)`; of several outputs
    # the names of those that have.
    outputs_per_token = False
    # What stands where a batch's output is narrower than others'.
    missing_output = 0.0
    # What has a label: `"text"`, or each `"token"`.
    label_kind = "text"
    # How many classes a label is one of; `None` where labels are no classes.
    num_label_classes = None
    # Whether raw texts need labels, or are their own.
    needs_labels = True

    # Why a task cannot be exported, and what to do; empty where it can.
    export_obstacle = ""
    # Whether a text never comes alone, but with a context or with choices.
    always_pairs = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        register_parameters(self)

    def __setattr__(self, name, value):
        if name == "backbone":
            _check_backbone(value)
        elif name == "preprocessor":
            _check_preprocessor(value, self)
        super().__setattr__(name, value)

    @classmethod
    def from_preset(cls, preset, **kwargs):
        # KerasHub has no way to hand these on to a preprocessor.
        own = {
            name: kwargs.pop(name)
            for name in ("sequence_length", "truncation")
            if name in kwargs
        }
        task = super().from_preset(preset, **kwargs)
        if own and task.preprocessor is None:
            message = "must go to a preprocessor. Received: a task without one"
            raise ValueError(f"{sorted(own)} {message}. Leave them out.")
        for name, value in own.items():
            setattr(task.preprocessor, name, value)
        task.preprocessor = task.preprocessor  # Checks the length.
        task.loaded_from = str(preset)
        return task

    @classmethod
    def from_config(cls, config):
        parts = {
            name: keras.layers.deserialize(part)
            for name in ("backbone", "preprocessor")
            if isinstance(part := config.get(name), dict)
        }
        config = {**config, **parts}
        if hasattr(parts.get("preprocessor"), "limit_length"):
            # Earlier versions saved lengths that the encoder cannot take.
            made, longest = parts["preprocessor"], config["backbone"]
            longest = longest.max_sequence_length
            made.sequence_length = min(made.sequence_length, longest)
        return super().from_config(config)

    @property
    def max_sequence_length(self):
        """int. Tokens that the encoder takes at most."""
        return self.backbone.max_sequence_length

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # The backbone's blocks do it, one at a time.

    def predict_rows(self, lengths, batch, batch_size):
        """Predict for rows that are made when needed, the shortest first.

        Args:
            lengths: int array, `(N,)`. How long each row is.
            batch: function of an int array of row numbers to model inputs.
            batch_size: int.

        Returns:
            The model's outputs in the order of the rows, as `predict`.
        """
        return predict_sorted(self, lengths, batch, batch_size)

    def preprocess_to_predict(self, x):
        """As `preprocess_samples`, where nothing is to be learned.

        Args:
            x: raw texts, or ready tensors, which pass.

        Returns:
            The inputs of the model.
        """
        return self.preprocess_samples(x)

    def _unpack_item(self, *item):
        """One element of a data set as `(x, y, sample_weight)`."""
        item = item[0] if len(item) == 1 else item
        if self.always_pairs and isinstance(item, tuple) and len(item) == 2:
            # The second text of a bare pair is no label.
            item = (item,) if are_texts(item[1]) else item
        return keras.utils.unpack_x_y_sample_weight(item)

    def _as_columns(self, x):
        """Raw input in memory as a tuple of equally long lists."""
        return raw_inputs.as_columns(x)

    def _check_ready(self, x):
        """Check ready tensors and complete them; see `ready_inputs.check`."""
        return ready_inputs.check(x, self.backbone, self.input_names)

    def _check_labels(self, y, x=None):
        """Check labels and turn them into an array.

        Args:
            y: labels as the caller gave them, or `None`.
            x: the ready tensors they belong to; `None` for raw texts.

        Returns:
            The labels.
        """
        return y


def _check_backbone(value):
    if not isinstance(value, ElectraBackbone):
        raise ValueError(
            "`backbone` must be an `ElectraBackbone`. Received: "
            f"backbone={value!r}."
        )


def _check_preprocessor(value, task):
    if value is not None and (isinstance(value, type) or not callable(value)):
        raise ValueError(
            f"`preprocessor` must be an `{task.preprocessor_cls.__name__}`, "
            f"another layer, or None. Received: preprocessor={value!r}."
        )
    if hasattr(value, "limit_length"):
        value.limit_length(task.max_sequence_length)
    ready_inputs.check_vocabulary(value, task.backbone)
