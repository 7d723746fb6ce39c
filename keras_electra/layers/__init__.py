"""The layers ELECTRA is made of."""

from keras_electra.layers.activations import get_activation
from keras_electra.layers.attention import ElectraAttention
from keras_electra.layers.block_details import ElectraBlockDetails
from keras_electra.layers.choice_scores import ElectraChoiceScores
from keras_electra.layers.dropout import ElectraDropout
from keras_electra.layers.embeddings import ElectraEmbeddings
from keras_electra.layers.encoder_block import ElectraEncoderBlock
from keras_electra.layers.flatten_choices import ElectraFlattenChoices
from keras_electra.layers.joint_span_head import ElectraJointSpanHead
from keras_electra.layers.masked_lm_head import ElectraMaskedLMHead
from keras_electra.layers.pair_dense import ElectraPairDense
from keras_electra.layers.sequence_pooling import ElectraSequencePooling

__all__ = [
    "ElectraAttention",
    "ElectraBlockDetails",
    "ElectraChoiceScores",
    "ElectraDropout",
    "ElectraEmbeddings",
    "ElectraEncoderBlock",
    "ElectraFlattenChoices",
    "ElectraJointSpanHead",
    "ElectraMaskedLMHead",
    "ElectraPairDense",
    "ElectraSequencePooling",
    "get_activation",
]
