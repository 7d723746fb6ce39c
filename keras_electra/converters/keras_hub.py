"""Presets of KerasHub's own `ElectraBackbone`."""

from keras_electra.converters import dialects, readers
from keras_electra.converters.checkpoint import Checkpoint
from keras_electra.json_file import read_json

_ARGUMENTS = {
    "vocab_size": "vocabulary_size",
    "num_layers": "num_layers",
    "num_heads": "num_heads",
    "hidden_dim": "hidden_dim",
    "embedding_dim": "embedding_dim",
    "intermediate_dim": "intermediate_dim",
    "dropout": "dropout",
    "max_sequence_length": "max_sequence_length",
    "num_segments": "num_segments",
}
_VOCABULARY = ("assets", "tokenizer", "vocabulary.txt")


def open_keras_hub(folder):
    """Open a preset that KerasHub's ELECTRA wrote.

    The presets that KerasHub publishes are Google's weights, which were
    trained with the erf form of GELU; KerasHub runs them with the tanh form.
    They are loaded as Google meant them. For a model that was trained in
    KerasHub, pass `activation="gelu_new"`.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A `Checkpoint`.

    Raises:
        ValueError: if a JSON file is broken.
    """
    config = read_json(folder / "config.json").get("config", {})
    vocabulary = folder.joinpath(*_VOCABULARY)

    def stored():
        import keras
        import keras_hub

        model = keras_hub.models.ElectraBackbone.from_preset(
            str(folder), dtype="float32"
        )
        return {
            variable.path: readers.StoredTensor(
                tuple(variable.shape),
                lambda value=variable: keras.ops.convert_to_numpy(value.value),
                folder,
            )
            for variable in model.weights
        }

    def tokenizer(cls, **kwargs):
        settings = read_json(folder / "tokenizer.json").get("config", {})
        kwargs.setdefault("lowercase", settings.get("lowercase", False))
        kwargs.setdefault("strip_accents", settings.get("strip_accents", False))
        return cls(str(vocabulary), **kwargs)

    return Checkpoint(
        folder=folder,
        format="KerasHub",
        backbone=lambda: {_ARGUMENTS[key]: config[key] for key in _ARGUMENTS},
        dialect=dialects.KERAS_HUB,
        stored=stored,
        task=lambda task: {},
        tokenizer=tokenizer if vocabulary.is_file() else None,
    )
