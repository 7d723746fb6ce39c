"""Base class of callbacks that count steps."""

import time

import keras


class StepCounter(keras.callbacks.Callback):
    """Count steps across epochs, starting at `first_step`.

    Args:
        first_step: int. Steps completed before this `fit`.
        tokens_per_step: int or `None`. Tokens of a step on all devices, padding
            included.
    """

    def __init__(self, first_step=0, tokens_per_step=None):
        super().__init__()
        self.first_step = first_step
        self.tokens_per_step = tokens_per_step
        self.step = first_step
        self._epoch_start = first_step
        self._mark = None

    def on_train_begin(self, logs=None):
        self.mark()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = self.step

    def on_train_batch_end(self, batch, logs=None):
        # With `steps_per_execution`, one call stands for several steps.
        self.step = self._epoch_start + batch + 1

    def mark(self):
        """Restart the measurement of the speed."""
        self._mark = self.step, time.perf_counter()

    def rates(self):
        """Steps per second, and tokens per second or `None`, since `mark`."""
        step, start = self._mark
        seconds = max(time.perf_counter() - start, 1e-9)
        steps = (self.step - step) / seconds
        tokens = self.tokens_per_step
        return steps, None if tokens is None else steps * tokens
