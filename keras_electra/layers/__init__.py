"""The layers ELECTRA is made of."""

from keras_electra.layers.activations import get_activation
from keras_electra.layers.attention import ElectraAttention
from keras_electra.layers.block_details import ElectraBlockDetails
from keras_electra.layers.embeddings import ElectraEmbeddings
from keras_electra.layers.encoder_block import ElectraEncoderBlock
from keras_electra.layers.masked_lm_head import ElectraMaskedLMHead

__all__ = [
    "ElectraAttention",
    "ElectraBlockDetails",
    "ElectraEmbeddings",
    "ElectraEncoderBlock",
    "ElectraMaskedLMHead",
    "get_activation",
]
