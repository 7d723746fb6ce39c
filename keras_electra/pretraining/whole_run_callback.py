"""A callback to which all rows of a run are one training."""

import keras


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
        for name in dir(keras.callbacks.Callback):
            # Only what the callback has: Keras skips work for the rest.
            if name.startswith("on_") and name not in (
                "on_train_begin",
                "on_train_end",
            ):
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

    def end(self):
        """The run is over."""
        if self._begun:
            self.callback.on_train_end(self._last_logs)
