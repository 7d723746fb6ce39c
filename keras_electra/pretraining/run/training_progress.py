"""Progress of a training run."""

import datetime
import sys

from keras_electra.argument_checks import check_integers
from keras_electra.pretraining.run.step_counter import StepCounter

# Maximum number of metrics in the progress bar; the log has all of them.
_SHOWN = 4


class TrainingProgress(StepCounter):
    """Show steps, tokens per second, remaining time and losses.

    Shows a progress bar on a terminal, and prints lines to other streams. Use
    it with `fit(verbose=0)`.

    Args:
        total_steps: int. The last step of the run.
        tokens_per_step: int or `None`. Tokens in a step, padding included.
        first_step: int, default `0`. Steps completed before this `fit`.
        every: int, default `100`. Steps between two lines, or between two
            updates of the losses.
        stream: text file. Standard error by default.

    Raises:
        ValueError: if `every` is not a positive integer.

    Example:
    ```python
    progress = keras_electra.TrainingProgress(10_000, 128 * 128)
    pretrainer.fit(
        batches, steps_per_epoch=10_000, verbose=0, callbacks=[progress]
    )
    ```
    """

    def __init__(
        self,
        total_steps,
        tokens_per_step=None,
        first_step=0,
        every=100,
        stream=None,
    ):
        super().__init__(first_step, tokens_per_step)
        check_integers(every=every)
        self.total_steps = total_steps
        self.every = every
        self.stream = stream or sys.stderr
        self._bar = self._task = None
        self._last_line = first_step
        self._before_test = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if not self.stream.isatty():
            return
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[state]}"),
            console=Console(file=self.stream),
        )
        self._task = self._bar.add_task(
            "", total=self.total_steps, completed=self.step, state=""
        )
        self._bar.start()

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        if self._bar is not None:
            self._bar.update(self._task, completed=self.step)
        if self.step - self._last_line >= self.every:
            self._show(logs)

    def on_test_begin(self, logs=None):
        # The speed must not include the validation.
        self._before_test = self.rates()

    def on_epoch_end(self, epoch, logs=None):
        rates, self._before_test = self._before_test, None
        self._show(logs, rates)
        self.mark()

    def on_train_end(self, logs=None):
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, logs, rates=None):
        steps, tokens = rates or self.rates()
        if not steps or self.step == self._last_line and rates is None:
            return
        self._last_line = self.step
        left = max(self.total_steps - self.step, 0)
        parts = [f"{tokens:,.0f} tokens/s"] if tokens else []
        parts += [f"{steps:.2f} steps/s", f"{_as_time(left / steps)} left"]
        # Losses first; among them, those of validation.
        names = sorted(
            logs or (), key=lambda n: ("loss" not in n, not n.startswith("val"))
        )
        parts += [f"{n} {float(logs[n]):.4f}" for n in names[:_SHOWN]]
        if self._bar is not None:
            self._bar.update(self._task, state="  ".join(parts))
            return
        share = self.step / self.total_steps
        line = f"step {self.step:,} of {self.total_steps:,} ({share:.0%})"
        print("  ".join([line, *parts]), file=self.stream, flush=True)


def _as_time(seconds):
    return str(datetime.timedelta(seconds=round(seconds)))
