"""Training on several devices or processes."""

from keras_electra.distribution.layout_map import layout_map
from keras_electra.distribution.torch_data_parallel import torch_data_parallel

__all__ = ["layout_map", "torch_data_parallel"]
