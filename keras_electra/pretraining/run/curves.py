"""Plot the metrics of a training run."""

import math

from keras_electra.pretraining.run.training_log import read_log

_COLUMNS = 3
_NOT_CURVES = ("step", "time", "steps_per_second")


def plot_curves(log, path, title=None):
    """Plot each metric of a log in its own panel.

    Training is drawn as a line, validation as a line with dots. If a loss
    starts far above its final value, the top of the curve is clipped.

    Args:
        log: path of a log that `TrainingLog` has written.
        path: path of the image, for example `.png`, `.svg` or `.pdf`.
        title: string or `None`.

    Raises:
        ImportError: if matplotlib is not installed.
        ValueError: if the file is not a log, or has no rows.

    Example:
    ```python
    keras_electra.plot_curves("run/log.jsonl", "run/curves.png")
    ```
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "Plots need matplotlib. Install it with "
            "`pip install keras-electra[plots]`."
        ) from error
    rows = read_log(log)
    names = list(
        dict.fromkeys(
            name.removeprefix("val_")
            for row in rows
            for name in row
            if name not in _NOT_CURVES
        )
    )
    if not names:
        raise ValueError(
            "A log must contain rows with metrics to be plotted. Received: "
            f"log={str(log)!r} with {len(rows)} rows."
        )
    names.sort(key=lambda n: n in ("learning_rate", "tokens_per_second"))
    lines = math.ceil(len(names) / _COLUMNS)
    figure = Figure(figsize=(4 * _COLUMNS, 2.8 * lines), layout="constrained")
    panels = figure.subplots(lines, _COLUMNS, squeeze=False).ravel()
    for panel, name in zip(panels, names, strict=False):
        _draw(panel, name, rows)
    for panel in panels[len(names) :]:
        panel.set_axis_off()
    if title:
        figure.suptitle(title)
    figure.savefig(path, dpi=120)


def _draw(panel, name, rows):
    drawn = []
    for column, style in (
        (name, {"label": "training", "linewidth": 1.2}),
        (f"val_{name}", {"label": "validation", "marker": "o", "ms": 3}),
    ):
        points = [
            (row["step"], row[column])
            for row in rows
            if row.get(column) is not None
        ]
        if points:
            panel.plot(*zip(*points, strict=True), **style)
            drawn.append([value for _, value in points])
    panel.set_title(name.replace("_", " "), fontsize=10)
    panel.set_xlabel("step", fontsize=8)
    panel.tick_params(labelsize=8)
    panel.grid(alpha=0.3)
    if len(drawn) > 1:
        panel.legend(fontsize=8)
    if name == "tokens_per_second":
        panel.set_ylim(bottom=0)
    if "loss" in name and drawn:
        values = sorted(value for line in drawn for value in line)
        # Clip the steep start.
        high, low = values[int(0.95 * (len(values) - 1))], values[0]
        if values[-1] > high + 2 * (high - low) > low:
            panel.set_ylim(low - 0.05 * (high - low), high + (high - low) / 4)
