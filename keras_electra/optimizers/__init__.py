"""Optimizers, learning rate schedules and layer-wise learning rates."""

from keras_electra.optimizers.adamw import ElectraAdamW
from keras_electra.optimizers.lamb import ElectraLamb
from keras_electra.optimizers.layer_decay import layer_rate_multipliers
from keras_electra.optimizers.linear_warmup_decay import LinearWarmupDecay

__all__ = [
    "ElectraAdamW",
    "ElectraLamb",
    "LinearWarmupDecay",
    "layer_rate_multipliers",
]
