"""What is to be written."""

from typing import NamedTuple


class Order(NamedTuple):
    """How a task is to be exported.

    Args:
        format: string. One of `formats.FORMATS`.
        inputs: `"tokens"` or `"text"`.
        quantization: `None`, `"float16"` or `"int8"`.
        representative_data: list of dicts of int arrays, or `None`.
    """

    format: str = "tf_saved_model"
    inputs: str = "tokens"
    quantization: str | None = None
    representative_data: list | None = None
