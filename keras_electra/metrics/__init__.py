"""Metrics of GLUE, SQuAD and CoNLL, and callbacks that compute them.

The scores need neither Keras nor a backend.
"""

from keras_electra.registration import lazy_names

__all__, __getattr__, __dir__ = lazy_names(
    __name__,
    {
        "EntityCallback": "entity_callback",
        "MatthewsCorrelation": "matthews",
        "PearsonCorrelation": "pearson",
        "SpearmanCallback": "spearman_callback",
        "SquadCallback": "squad_callback",
        "entity_scores": "entities",
        "spearman": "spearman_callback",
        "squad_scores": "squad",
    },
)
