"""What a task may say about its data."""

import keras

from keras_electra.data import raw_inputs, ready_inputs
from keras_electra.text.raw_text import are_texts


class TaskHooks:
    """Defaults of what `TaskMixin` asks a task."""

    # Whether the output has a row a token, `(B, T, ...)`; of several outputs
    # the names of those that have.
    outputs_per_token = False
    # What stands where a batch's output is narrower than others'.
    missing_output = 0.0
    # What has a label: `"text"`, each `"token"`; or labels are `"position"`s.
    label_kind = "text"
    # Whether raw texts need labels, or are their own.
    needs_labels = True

    # Why a task cannot be exported, and what to do; empty where it can.
    export_obstacle = ""
    # Whether a text never comes alone, but with a context or with choices.
    always_pairs = False

    @property
    def max_sequence_length(self):
        """int. Tokens that the encoder takes at most."""
        return self.backbone.max_sequence_length

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
        return ready_inputs.check(x, self.backbone)

    def _check_labels(self, y, x=None):
        """Check labels and turn them into an array.

        Args:
            y: labels as the caller gave them, or `None`.
            x: the ready tensors they belong to; `None` for raw texts.

        Returns:
            The labels.
        """
        return y
