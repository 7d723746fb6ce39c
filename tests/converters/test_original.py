"""Checkpoints of the 2020 code."""

import json
import shutil

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraQuestionAnswerer,
    ElectraReplacedTokenDetector,
    ElectraTextClassifier,
    ElectraTokenizer,
)
from keras_electra.converters.heads import held_heads
from keras_electra.converters.inspection import inspect
from keras_electra.converters.original import find_checkpoint, open_original
from keras_electra.converters.readers import StoredTensor
from tests.converters.checkpoints import (
    GOLDEN,
    TOLERANCE,
    arrays,
    difference,
    golden,
)

SMALL, BASE = GOLDEN / "tf1_small", GOLDEN / "tf1_base_style"
# Folder, tower, heads where nothing tells them.
TOWERS = [
    ("tf1_small", "discriminator", 4),
    ("tf1_small", "generator", None),
    ("tf1_base_style", "discriminator", 3),
    ("tf1_base_style", "generator", None),
]


def inputs(numbers, ids):
    return {
        "token_ids": numbers[ids],
        "segment_ids": numbers["segment_ids"],
        "padding_mask": numbers["padding_mask"],
    }


@pytest.mark.parametrize(("name", "tower", "num_heads"), TOWERS)
def test_sequence_output(name, tower, num_heads):
    numbers, _ = golden(name)
    given = {"num_heads": num_heads} if num_heads else {}
    model = ElectraBackbone.from_preset(GOLDEN / name, tower=tower, **given)
    short = {"discriminator": "disc", "generator": "gen"}[tower]
    ids = {"discriminator": "corrupted_ids", "generator": "input_ids"}[tower]
    ours = model(inputs(numbers, ids))
    assert difference(ours, numbers[f"{short}_sequence_output"]) < TOLERANCE


@pytest.mark.parametrize(
    ("name", "num_heads"), [("tf1_small", 4), ("tf1_base_style", 3)]
)
def test_detector(name, num_heads):
    numbers, _ = golden(name)
    model = ElectraReplacedTokenDetector.from_preset(
        GOLDEN / name, num_heads=num_heads
    )
    batch = inputs(numbers, "corrupted_ids")
    logits = keras.ops.convert_to_numpy(model(batch))
    ours = 1 / (1 + np.exp(-logits))
    assert difference(ours, numbers["disc_probs"]) < TOLERANCE
    model.compile(run_eagerly=True)
    loss = model.evaluate(
        batch,
        numbers["is_fake"],
        batch_size=len(logits),
        verbose=0,
        return_dict=True,
    )["loss"]
    mask = numbers["padding_mask"]
    # The 2020 loss is a mean for each sequence.
    theirs = (numbers["disc_loss"] * mask.sum(1)).sum() / mask.sum()
    assert abs(loss - theirs) < TOLERANCE


def test_both_towers_share_embeddings():
    first, second = (
        arrays(ElectraBackbone.from_preset(BASE, tower=tower, num_heads=2))
        for tower in ("discriminator", "generator")
    )
    for path in (p for p in first if p.startswith("embeddings/")):
        np.testing.assert_array_equal(first[path], second[path])


def test_heads_that_nothing_tells():
    with pytest.raises(ValueError, match="must be given.*hidden_dim=32"):
        ElectraBackbone.from_preset(SMALL)
    ElectraTokenizer.from_preset(SMALL)  # Needs no heads.


def test_the_class_chooses_the_tower():
    assert ElectraBackbone.from_preset(SMALL, num_heads=4).hidden_dim == 32
    assert (
        open_original(SMALL, wanted="generator").backbone()["hidden_dim"] == 16
    )


def test_what_is_left_has_a_reason():
    left = open_original(SMALL, "discriminator").left
    assert "tower='generator'" in left["generator_predictions/output_bias"]
    assert not any("embeddings/" in name for name in left)


def test_an_unknown_tower():
    with pytest.raises(ValueError, match='"discriminator" or "generator"'):
        open_original(SMALL, "teacher")


# === A configuration beside the checkpoint ===
SIZES = {
    "vocab_size": 146,
    "embedding_size": 16,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
}


def with_config(folder, **changes):
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**SIZES, **changes}))
    return folder


@pytest.mark.parametrize("changes", [{}, {"model_type": "electra"}])
def test_a_configuration_tells_the_heads(tmp_path, changes):
    folder = with_config(tmp_path, **changes)
    numbers, _ = golden("tf1_small")
    model = ElectraBackbone.from_preset(folder)
    ours = model(inputs(numbers, "corrupted_ids"))
    assert difference(ours, numbers["disc_sequence_output"]) < TOLERANCE
    # The generator is smaller, and has heads of its own number.
    model = ElectraBackbone.from_preset(folder, tower="generator")
    ours = model(inputs(numbers, "input_ids"))
    assert difference(ours, numbers["gen_sequence_output"]) < TOLERANCE
    assert inspect(folder).sizes["num_heads"] == 4


def test_a_configuration_tells_the_activation(tmp_path):
    folder = with_config(tmp_path, hidden_act="relu", layer_norm_eps=1e-6)
    for tower in ("discriminator", "generator"):
        model = ElectraBackbone.from_preset(folder, tower=tower)
        assert model.activation == "relu"
        assert model.layer_norm_epsilon == 1e-6


def test_the_configuration_of_another_model(tmp_path):
    folder = with_config(tmp_path, hidden_size=64)
    with pytest.raises(ValueError, match="hidden_dim=64 instead of 32"):
        ElectraBackbone.from_preset(folder)
    folder = with_config(tmp_path, hidden_act="mish")
    with pytest.raises(ValueError, match="hidden_act='mish'"):
        ElectraBackbone.from_preset(folder)


def test_weights_of_transformers_come_first(tmp_path):
    shutil.copytree(GOLDEN / "hf" / "discriminator", tmp_path / "both")
    for file in SMALL.glob("model.ckpt*"):
        shutil.copy(file, tmp_path / "both")
    found = inspect(tmp_path / "both")
    assert found.format == "Hugging Face (model.safetensors)"


def test_a_checkpoint_of_tensorflow_2(tmp_path):
    tf = pytest.importorskip("tensorflow")
    names = ["model/layer/kernel/.ATTRIBUTES/VARIABLE_VALUE", "_GRAPH"]
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "ckpt-1"),
        tensor_names=names,
        shape_and_slices=["", ""],
        tensors=[np.zeros(3, "float32"), np.array(b"text")],
    )
    with pytest.raises(ValueError, match="postprocess_pretrained_ckpt.py"):
        ElectraBackbone.from_preset(tmp_path)


# === Which checkpoint ===
@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_the_path_of_another_machine(folder):
    (folder / "checkpoint").write_text(
        'model_checkpoint_path: "/data/../electra/model.ckpt-7"\n'
        'all_model_checkpoint_paths: "/data/electra/model.ckpt-7"\n'
    )
    assert find_checkpoint(folder) == folder / "model.ckpt-7"


def test_no_state_file(folder):
    (folder / "checkpoint").unlink()
    assert find_checkpoint(folder) == folder / "model.ckpt-7"
    shutil.copy(folder / "model.ckpt-7.index", folder / "other.index")
    with pytest.raises(ValueError, match="must hold one checkpoint"):
        find_checkpoint(folder)
    assert find_checkpoint(folder / "nothing") is None


def test_a_vocabulary_is_optional(folder):
    (folder / "vocab.txt").unlink()
    ElectraBackbone.from_preset(folder, num_heads=4)
    with pytest.raises(ValueError, match="must hold a vocabulary"):
        ElectraTokenizer.from_preset(folder)


# === Other shapes of checkpoints, made of the tensors of this one ===
@pytest.fixture
def variables(monkeypatch):
    """The variables of a checkpoint, to be changed before they are opened."""
    from keras_electra.converters import tf_checkpoint

    stored = tf_checkpoint.read(SMALL / "model.ckpt-7")
    monkeypatch.setattr(tf_checkpoint, "read", lambda prefix: stored)
    return stored


def tensor(*shape):
    array = np.full(shape, 0.5, "float32")
    return StoredTensor(shape, lambda: array)


def test_optimizer_slots_are_skipped(variables):
    for name in list(variables):
        shape = variables[name].shape
        for slot in ("adam_m", "adam_v"):
            variables[f"{name}/{slot}"] = tensor(*shape)
    ElectraReplacedTokenDetector.from_preset(SMALL, num_heads=4)


def test_one_tower_only(variables):
    for name in list(variables):
        if name.startswith("generator"):
            del variables[name]
    with pytest.raises(ValueError, match="tower='generator'; there is discr"):
        open_original(SMALL, "generator")
    opened = open_original(SMALL, wanted="generator")
    assert opened.backbone()["hidden_dim"] == 32
    ElectraBackbone.from_preset(SMALL, num_heads=4)


def test_no_tower(variables):
    variables.clear()
    with pytest.raises(ValueError, match="tower=None; there is none"):
        open_original(SMALL)


def test_untied_generator(variables):
    for leaf in (
        "word_embeddings",
        "token_type_embeddings",
        "position_embeddings",
        "LayerNorm/beta",
        "LayerNorm/gamma",
    ):
        shape = variables[f"electra/embeddings/{leaf}"].shape
        variables[f"generator/embeddings/{leaf}"] = tensor(*shape)
    model = ElectraBackbone.from_preset(SMALL, tower="generator")
    table = arrays(model)["embeddings/token_embedding/embeddings"]
    assert (table == 0.5).all()


def test_a_generator_that_is_the_discriminator(variables):
    """One encoder for both: there is no scope `generator/`."""
    for name in list(variables):
        if name.startswith("generator/"):
            del variables[name]
    shape = variables["electra/encoder/layer_0/output/dense/bias"].shape
    assert shape == (32,)
    opened = open_original(SMALL, "generator")
    assert opened.backbone()["hidden_dim"] == 32


def test_a_size_that_cannot_be_told(variables):
    del variables["electra/encoder/layer_0/intermediate/dense/kernel"]
    with pytest.raises(ValueError, match="must hold encoder/layer_0/interm"):
        ElectraBackbone.from_preset(SMALL, num_heads=4)


@pytest.mark.parametrize("num_classes", [3, 1])
def test_a_fine_tuned_classifier(variables, num_classes):
    for name in list(variables):
        if name.startswith(("generator", "discriminator")):
            del variables[name]
    variables["task_specific/mnli/dense/kernel"] = tensor(32, num_classes)
    variables["task_specific/mnli/dense/bias"] = tensor(num_classes)
    model = ElectraTextClassifier.from_preset(SMALL, num_heads=4)
    assert model.head == "2020"
    assert model.num_classes == num_classes
    assert (model.problem_type == "regression") == (num_classes == 1)
    assert (arrays(model)["logits/kernel"] == 0.5).all()
    with pytest.raises(ValueError, match="a head without pooled_dense"):
        model.export_to_transformers("nowhere")


def test_a_fine_tuned_question_answerer(variables):
    """Layers of the 2020 code: two have names, three have numbers."""
    for name in list(variables):
        if name.startswith(("generator", "discriminator")):
            del variables[name]
    shapes = {
        "dense": (32, 1),
        "qa_hidden": (64, 512),
        "dense_1": (512, 1),
        "dense_2": (64, 512),
        "dense_3": (512, 1),
    }
    for number, (layer, shape) in enumerate(shapes.items(), start=1):
        for leaf, size in (("kernel", shape), ("bias", shape[1:])):
            value = np.full(size, number, "float32")
            variables[f"task_specific/squad/{layer}/{leaf}"] = StoredTensor(
                size, lambda value=value: value
            )
    model = ElectraQuestionAnswerer.from_preset(SMALL, num_heads=4)
    assert model.head == "2020"
    ours = ("start", "end_hidden", "end", "impossible_hidden", "impossible")
    for number, layer in enumerate(ours, start=1):
        for leaf in ("kernel", "bias"):
            assert (arrays(model)[f"span_head/{layer}/{leaf}"] == number).all()
    with pytest.raises(ValueError, match="a head without span_logits"):
        model.export_to_transformers("nowhere")
    found = inspect(SMALL, num_heads=4)
    assert found.missing["ElectraQuestionAnswerer"] == []
    assert found.missing["ElectraMultipleChoice"] != []
    opened = open_original(SMALL)
    assert list(held_heads(opened.stored(), opened.dialect)) == [
        "ElectraQuestionAnswerer"
    ]


def test_a_head_that_only_the_2020_code_has(variables):
    variables["task_specific/chunk/crf/kernel"] = tensor(32, 1)
    ElectraBackbone.from_preset(SMALL, num_heads=4)


def test_something_else_is_an_error(variables):
    variables["bert/pooler/dense/kernel"] = tensor(2)
    with pytest.raises(ValueError, match="unused: bert/pooler/dense/kernel"):
        ElectraBackbone.from_preset(SMALL, num_heads=4)
