"""Folders of Hugging Face Transformers."""

from keras_electra.converters import configs, dialects, names, readers
from keras_electra.converters.checkpoint import Checkpoint
from keras_electra.converters.sentence_transformers import embedder_arguments
from keras_electra.json_file import read_json

_DIALECTS = {
    "tf_model.h5": dialects.HUGGINGFACE_TENSORFLOW,
    "flax_model.msgpack": dialects.HUGGINGFACE_FLAX,
}
_VOCABULARIES = ("vocab.txt", "tokenizer.json")


def open_huggingface(folder, ignore=()):
    """Open a folder with a Transformers `config.json`.

    Args:
        folder: `pathlib.Path`.
        ignore: keys of `config.json` known not to matter.

    Returns:
        A `Checkpoint`.

    Raises:
        ValueError: if the configuration is broken or says what is not
            implemented.
    """
    config = read_json(folder / "config.json")
    configs.check_config(config, folder, ignore)
    weights = readers.find_weights(folder)

    def stored():
        if weights is None:
            raise FileNotFoundError(
                f"`{folder}` must hold one of "
                f"{', '.join(readers.WEIGHTS_FILES)}; without weights, pass "
                "`load_weights=False`. Received: a folder with "
                f"{', '.join(sorted(p.name for p in folder.iterdir()))}."
            )
        return readers.read_weights(weights)

    def task_arguments(task):
        if task == "ElectraTextEmbedder":
            return embedder_arguments(folder)
        return configs.task_arguments(task, config)

    def tokenizer(cls, **kwargs):
        return cls.from_huggingface(folder, **kwargs)

    dialect = _DIALECTS.get(weights and weights.name, dialects.HUGGINGFACE)
    if config["model_type"] == "bert":
        dialect = dialect._replace(
            ignored=dialect.ignored + dialects.BERT_IGNORED
        )
    known = {head.architecture for head in names.HEADS.values()}
    architectures = config.get("architectures") or [None]
    return Checkpoint(
        folder=folder,
        format="Hugging Face" + (f" ({weights.name})" if weights else ""),
        backbone=lambda: configs.backbone_arguments(config),
        dialect=dialect,
        stored=stored,
        task=task_arguments,
        tokenizer=(
            tokenizer
            if any((folder / name).is_file() for name in _VOCABULARIES)
            else None
        ),
        architecture=next((a for a in architectures if a in known), None),
        causal=bool(config.get("is_decoder")),
    )
