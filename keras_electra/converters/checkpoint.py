"""A checkpoint of another library, opened but not read."""

import dataclasses
import pathlib
from collections.abc import Callable

from keras_electra.converters.dialects import Dialect


@dataclasses.dataclass
class Checkpoint:
    """What every format comes down to before a model is built.

    Args:
        folder: `pathlib.Path`.
        format: what people call the format.
        backbone: function without arguments that returns those of
            `ElectraBackbone`; `num_heads` is `None` where nothing tells it.
        dialect: how the names are spelled.
        stored: function without arguments that returns the tensors, a dict of
            names to `StoredTensor`; nothing is opened before it is called.
        task: function from the name of our class to the arguments of that
            task.
        tokenizer: function from the tokenizer class and its keyword arguments
            to a tokenizer; `None` if the folder has no vocabulary.
        architecture: the Transformers class that the folder says it holds.
        causal: whether the model was trained as a decoder.
        left: stored names to the reason why they are not loaded; complete
            once `stored` was called.
        notes: an argument of a constructor, or `"ignore"`, to what a caller
            who does not pass it must be warned of.
        settings: settings of Transformers that are kept for an export.
    """

    folder: pathlib.Path
    format: str
    backbone: Callable
    dialect: Dialect
    stored: Callable
    task: Callable
    tokenizer: Callable | None = None
    architecture: str | None = None
    causal: bool = False
    left: dict = dataclasses.field(default_factory=dict)
    notes: dict = dataclasses.field(default_factory=dict)
    settings: dict = dataclasses.field(default_factory=dict)
