"""A callback to which all rows of a run are one training."""

import keras

from keras_electra.distribution.processes import process_count


class WholeRunCallback(keras.callbacks.Callback):
    """Tell a callback once that training begins, and once that it ends.

    `pretrain` calls `fit` for each row of its log. Callbacks forget when
    training begins: `EarlyStopping` how long it has waited, `CSVLogger` what
    it has written. Epochs and batches are passed on as they come.

    Args:
        callback: `keras.callbacks.Callback`.
    """

    def __init__(self, callback):
        super().__init__()
        self.callback = callback
        self._begun = False
        self._last_logs = None
        self._stop_at_end = False
        for name in dir(keras.callbacks.Callback):
            # Only what the callback has: Keras skips work for the rest.
            if name.startswith("on_") and name not in vars(type(self)):
                setattr(self, name, getattr(callback, name))

    def set_params(self, params):
        super().set_params(params)
        self.callback.set_params(params)

    def set_model(self, model):
        super().set_model(model)
        self.callback.set_model(model)

    def on_train_begin(self, logs=None):
        if not self._begun:
            self._begun = True
            self.callback.on_train_begin(logs)

    def on_train_end(self, logs=None):
        self._last_logs = logs

    def on_train_batch_end(self, batch, logs=None):
        self.callback.on_train_batch_end(batch, logs)
        if self.model.stop_training and process_count() > 1:
            # The others would wait for the gradients of this one.
            self._stop_at_end = True
            self.model.stop_training = False

    def on_epoch_end(self, epoch, logs=None):
        self.callback.on_epoch_end(epoch, logs)
        if self._stop_at_end:
            self.model.stop_training = True

    def end(self):
        """The run is over."""
        if self._begun:
            self.callback.on_train_end(self._last_logs)
