"""Open folders of Hugging Face Transformers."""

import contextlib
import functools
import re

import numpy as np

from keras_electra.converters import (
    configs,
    dialects,
    generator_and_discriminator,
    names,
    readers,
    transfer,
)
from keras_electra.converters.checkpoint import Checkpoint
from keras_electra.converters.label_names import class_names_of
from keras_electra.converters.sentence_transformers import embedder_arguments
from keras_electra.json_file import naming, read_json

_DIALECTS = {
    "tf_model.h5": dialects.HUGGINGFACE_TENSORFLOW,
    "flax_model.msgpack": dialects.HUGGINGFACE_FLAX,
}
_VOCABULARIES = ("vocab.txt", "tokenizer.json")
_CLASSIFIER = "ElectraTextClassifier"
_LINEAR = re.compile(r"((?:^|[./])classifier([./]))(weight|kernel|bias)$")


def open_huggingface(
    folder, ignore=(), tower=None, task="ElectraBackbone", weights=True
):
    """Open a folder with a Transformers `config.json`.

    Args:
        folder: `pathlib.Path`.
        ignore: keys of `config.json` and names of tensors known not to matter.
        tower: which half of a file that holds two, or `None`.
        task: string, the name of the class that will be built.
        weights: bool, default `True`. Whether the weights may be opened to
            tell what `config.json` does not.

    Returns:
        A `Checkpoint`.

    Raises:
        ValueError: if the configuration is broken or says what is not
            implemented. Without a `config.json`, only a tokenizer is loaded.
    """
    if not (folder / "config.json").is_file():
        return _tokenizer_alone(folder)
    config = read_json(folder / "config.json")
    config = {k: v for k, v in config.items() if k not in ignore}
    configs.check_config(config, folder)
    file = readers.find_weights(folder)
    notes, left, head = {}, {}, {}
    if unknown := configs.unknown_keys(config):
        notes["ignore"] = (
            f"`config.json` of {folder} has keys that change nothing here: "
            f"{', '.join(unknown)}. Name them in `ignore=[...]` to be silent."
        )
    known = {head.architecture for head in names.HEADS.values()}
    architectures = config.get("architectures") or []
    architecture = next(
        (a for a in architectures if isinstance(a, str) and a in known), None
    )

    @functools.cache
    def stored():
        if file is None:
            raise FileNotFoundError(
                f"`{folder}` must hold one of "
                f"{', '.join(readers.WEIGHTS_FILES)}; without weights, pass "
                "`load_weights=False`. Received: a folder with "
                f"{', '.join(sorted(p.name for p in folder.iterdir()))}."
            )
        tensors = readers.read_weights(file)
        tensors = {n: t for n, t in tensors.items() if n not in ignore}
        tensors, others = generator_and_discriminator.choose_tower(
            tensors, tower, names.HEADS[task].tower, file
        )
        left.update(others)
        is_classifier = names.HEADS[_CLASSIFIER].architecture == (
            architecture or names.HEADS[task].architecture
        )
        if is_classifier and configs.model_type(config) == "electra":
            if _has_linear_head(tensors):
                head["head"] = "2020"
                if architecture is None:
                    notes["head"] = (
                        f"`config.json` of {folder} has no `architectures` "
                        "with a known class, so the dense layer `classifier` "
                        "is taken for a text classifier's head on [CLS]. If it "
                        "labels tokens, load `ElectraTokenClassifier`; else "
                        'pass `head="2020"` to be silent.'
                    )
                tensors = {
                    _LINEAR.sub(r"\g<1>out_proj\2\3", n): t
                    for n, t in tensors.items()
                }
        return tensors

    can_open = weights and file is not None

    def backbone():
        sizes = configs.backbone_arguments(config)
        if can_open:
            tensors = stored()
            if left:
                sizes = generator_and_discriminator.tower_sizes(tensors, sizes)
        return sizes

    def task_arguments(task):
        if task == "ElectraTextEmbedder":
            return embedder_arguments(folder)
        with naming(folder / "config.json"):
            arguments = configs.task_arguments(task, config)
        if "class_names" in arguments:
            _, problems = class_names_of(config)
            if problems:
                notes["class_names"] = (
                    f"`id2label` in `config.json` of {folder} "
                    f"{', and '.join(problems)}. The classes are "
                    f"{arguments['class_names']}; pass `class_names=` for "
                    "others."
                )
        if task == _CLASSIFIER and file is not None:
            # Without torch, which reads some files, nobody can compare heads.
            with contextlib.suppress(ImportError):
                stored()
            arguments.update(head)
        if can_open and arguments.get("tie_word_embeddings"):
            if difference := _differing_tables(folder, stored(), dialect):
                arguments["tie_word_embeddings"] = False
                notes["tie_word_embeddings"] = difference
        return arguments

    def tokenizer(cls, **kwargs):
        return cls.from_huggingface(folder, **kwargs)

    dialect = _DIALECTS.get(file and file.name, dialects.HUGGINGFACE)
    if configs.model_type(config) == "bert":
        dialect = dialect._replace(
            ignored=dialect.ignored + dialects.BERT_IGNORED
        )
    return Checkpoint(
        folder=folder,
        format="Hugging Face" + (f" ({file.name})" if file else ""),
        backbone=backbone,
        dialect=dialect,
        stored=stored,
        task=task_arguments,
        tokenizer=(
            tokenizer
            if any((folder / name).is_file() for name in _VOCABULARIES)
            else None
        ),
        architecture=architecture,
        causal=bool(config.get("is_decoder")),
        left=left,
        notes=notes,
        settings=configs.kept_settings(config),
    )


def _has_linear_head(tensors):
    """Whether the head is one dense layer on [CLS], as in the 2020 code.

    With a pooler or a summary, it would read that instead of [CLS].
    """
    others = re.compile(
        r"(^|[./])(pooler[./]dense|classifier[./](dense|out_proj)"
        r"|sequence_summary[./]summary)[./]"
    )
    return any(_LINEAR.search(name) for name in tensors) and not any(
        others.search(name) for name in tensors
    )


def _tokenizer_alone(folder):
    def no_model(*_):
        raise ValueError(
            f"`{folder}` must hold `config.json` to build a model. Received: "
            "a folder with a tokenizer only, which "
            "`ElectraTokenizer.from_preset` loads. To load a preprocessor "
            "from it, pass `sequence_length=`."
        )

    return Checkpoint(
        folder=folder,
        format="Hugging Face (tokenizer only)",
        backbone=no_model,
        dialect=dialects.HUGGINGFACE,
        stored=no_model,
        task=no_model,
        tokenizer=lambda cls, **kwargs: cls.from_huggingface(folder, **kwargs),
    )


def _differing_tables(folder, stored, dialect):
    """Say which two word tables of a file differ; `None` if none do.

    Transformers does not tie tables that differ, even if the configuration
    asks for it.
    """
    path = "embeddings/token_embedding/embeddings"
    rows = (names.BACKBONE[0], names.TIED_TABLE)
    found = transfer.plan({path: None}, rows, stored, dialect)
    copies = found.sources.get(path, [])
    if len(copies) != 2 or np.array_equal(*(stored[n].read() for n in copies)):
        return None
    return (
        f"{' and '.join(copies)} of {folder} differ, so the head gets an "
        "output table of its own, as in Transformers. Say "
        '`"tie_word_embeddings": false` in `config.json`, or name one of them '
        "in `ignore=[...]`."
    )
