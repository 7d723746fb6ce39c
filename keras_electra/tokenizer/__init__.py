"""The tokenizer, and functions that read, write and train vocabularies."""

from keras_electra.registration import lazy_names

__all__, __getattr__, __dir__ = lazy_names(
    __name__,
    {
        "ElectraTokenizer": "tokenizer",
        "read_vocabulary": "vocabulary",
        "train_vocabulary": "vocabulary",
        "write_vocabulary": "vocabulary",
    },
)
