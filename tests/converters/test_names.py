"""The table covers every tensor of every head in every format."""

import pytest

from keras_electra.converters import (
    dialects,
    heads,
    names,
    readers,
    tf_checkpoint,
    transfer,
)
from tests.converters.checkpoints import GOLDEN

DIALECTS = {
    "model.safetensors": dialects.HUGGINGFACE,
    "pytorch_model.bin": dialects.HUGGINGFACE,
    "tf_model.h5": dialects.HUGGINGFACE_TENSORFLOW,
    "flax_model.msgpack": dialects.HUGGINGFACE_FLAX,
}
# Folder to our class; each class has its head in one of the folders.
CLASSES = {
    "backbone": "ElectraBackbone",
    "discriminator": "ElectraReplacedTokenDetector",
    "generator": "ElectraMaskedLM",
    "causal_lm_cross_attention": "ElectraCausalLM",
    "text_classification": "ElectraTextClassifier",
    "token_classification": "ElectraTokenClassifier",
    "question_answering": "ElectraQuestionAnswerer",
    "multiple_choice": "ElectraMultipleChoice",
}
CASES = [
    (folder, file)
    for folder in CLASSES
    for file in DIALECTS
    if (GOLDEN / "hf" / folder / file).is_file()
]


def paths(task, layers=3):
    """Our variable paths, as the table spells them."""
    return {
        f"{row.ours}/{leaf}".replace("{n}", str(n)): None
        for row in names.BACKBONE + names.HEADS[task].rows
        for leaf in row.leaves
        for n in (range(layers) if "{n}" in row.ours else [0])
    }


def read(folder, file):
    if file.endswith(".bin"):
        pytest.importorskip("torch")
    return readers.read_weights(GOLDEN / "hf" / folder / file)


@pytest.mark.parametrize(("folder", "file"), CASES)
def test_every_tensor_has_one_place(folder, file):
    task, dialect, stored = CLASSES[folder], DIALECTS[file], read(folder, file)
    rows = names.BACKBONE + names.HEADS[task].rows
    found = transfer.plan(paths(task), rows, stored, dialect)
    transfer.check(found, stored, folder)
    claimed = [name for source in found.sources.values() for name in source]
    assert sorted(claimed) == sorted(stored)


@pytest.mark.parametrize(("folder", "file"), CASES)
def test_the_head_is_recognized(folder, file):
    task = CLASSES[folder]
    held = heads.held_heads(
        read(folder, file), DIALECTS[file], names.HEADS[task].architecture
    )
    like = names.HEADS[task].like or "ElectraCausalLM"
    expected = {task} if folder != "backbone" else set()
    if task in ("ElectraMaskedLM", "ElectraCausalLM"):
        expected |= {like}
    assert set(held) == expected


@pytest.mark.parametrize("tower", ["discriminator", "generator"])
def test_original(tower):
    from keras_electra.converters.original import open_original

    checkpoint = open_original(GOLDEN / "tf1_small", tower)
    task = {
        "discriminator": "ElectraReplacedTokenDetector",
        "generator": "ElectraMaskedLM",
    }[tower]
    ours = paths(task)
    if tower == "generator":  # As wide as the embedding.
        del ours["embeddings_projection/kernel"]
        del ours["embeddings_projection/bias"]
    rows = names.BACKBONE + names.HEADS[task].rows
    stored = checkpoint.stored()
    found = transfer.plan(ours, rows, stored, checkpoint.dialect)
    transfer.check(found, stored, tower)
    everything = tf_checkpoint.read(GOLDEN / "tf1_small" / "model.ckpt-7")
    placed = len(found.sources) + len(found.ignored) + len(checkpoint.left)
    assert placed == len(everything)


def test_all_heads_have_an_example():
    untested = set(names.HEADS) - set(CLASSES.values())
    assert untested == {"ElectraTextEmbedder"}  # It has no weights.


def test_architectures_decide_where_names_cannot():
    stored = ["classifier.weight", "classifier.bias"]
    dialect = dialects.HUGGINGFACE
    assert set(heads.held_heads(stored, dialect)) == {
        "ElectraTokenClassifier",
        "ElectraMultipleChoice",
    }
    for task in ("ElectraTokenClassifier", "ElectraMultipleChoice"):
        architecture = names.HEADS[task].architecture
        held = heads.held_heads(stored, dialect, architecture)
        assert set(held) == {task}
