"""What callbacks that count steps have in common."""

import time

import keras


class StepCounter(keras.callbacks.Callback):
    """Counts steps across epochs, from wherever training was resumed.

    Args:
        first_step: int, default `0`. Steps done before this `fit`.
        tokens_per_step: int or `None`. Tokens of one step on all devices,
            padding counted.
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
        # Not one more: with `steps_per_execution` several steps are one call.
        self.step = self._epoch_start + batch + 1

    def mark(self):
        """Starts measuring the speed anew."""
        self._mark = self.step, time.perf_counter()

    def rates(self):
        """The speed since `mark`.

        Returns:
            Tuple of steps a second, and tokens a second or `None`.
        """
        step, start = self._mark
        seconds = max(time.perf_counter() - start, 1e-9)
        steps = (self.step - step) / seconds
        tokens = self.tokens_per_step
        return steps, None if tokens is None else steps * tokens
