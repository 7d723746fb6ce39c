"""Checkpoints of other projects, in and out."""

from keras_electra.converters.inspection import inspect
from keras_electra.converters.loading import load_foreign
from keras_electra.converters.to_transformers import export_to_transformers

__all__ = ["export_to_transformers", "inspect", "load_foreign"]
