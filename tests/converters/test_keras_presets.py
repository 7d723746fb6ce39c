"""Keras presets of one task, loaded as another."""

import warnings

import keras
import keras_hub
import numpy as np
import pytest

import keras_electra
from tests import tiny


def make(name, **backbone):
    preprocessor = getattr(keras_electra, f"{name}Preprocessor")
    task = getattr(keras_electra, name)(
        tiny.backbone(**backbone),
        preprocessor=preprocessor(tiny.tokenizer(), sequence_length=16),
    )
    return tiny.spread_weights(task, 0.3)


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """Folders of a generator, a discriminator, a decoder, and the models."""
    folder = tmp_path_factory.mktemp("presets")
    tasks = {
        "generator": make("ElectraMaskedLM"),
        "discriminator": make("ElectraReplacedTokenDetector"),
        "decoder": make("ElectraCausalLM", is_decoder=True),
    }
    for name, task in tasks.items():
        task.save_to_preset(folder / name)
    return folder, tasks


def load(name, folder, **kwargs):
    """The model, and the text of the one warning, or an empty one."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        task = getattr(keras_electra, name).from_preset(folder, **kwargs)
    caught = [w for w in caught if issubclass(w.category, UserWarning)]
    assert len(caught) <= 1
    if caught:
        assert caught[0].filename == __file__
    return task, str(caught[0].message) if caught else ""


def assert_equal(one, other):
    for a, b in zip(one.weights, other.weights, strict=True):
        a, b = map(keras.ops.convert_to_numpy, (a, b))
        np.testing.assert_array_equal(a, b, err_msg=str(a.shape))


@pytest.mark.parametrize(
    "name, kind, wrong_half",
    [
        ("ElectraMaskedLM", "discriminator", "THIS IS A DISCRIMINATOR"),
        ("ElectraReplacedTokenDetector", "generator", "THIS IS A GENERATOR"),
        ("ElectraQuestionAnswerer", "generator", "THIS IS A GENERATOR"),
        ("ElectraQuestionAnswerer", "discriminator", ""),
        ("ElectraMultipleChoice", "discriminator", ""),
    ],
)
def test_a_head_that_is_not_there_is_named(presets, name, kind, wrong_half):
    folder, tasks = presets
    task, warning = load(name, folder / kind)
    assert_equal(task.backbone, tasks[kind].backbone)
    encoder = {variable.path for variable in task.backbone.weights}
    head = [v.path for v in task.weights if v.path not in encoder]
    assert head and all(path in warning for path in head)
    assert f"the head of {type(tasks[kind]).__name__}" in warning
    assert ("THIS IS A" in warning) == bool(wrong_half)
    assert wrong_half in warning


def test_nothing_is_said_where_nothing_is_missing(presets):
    folder, tasks = presets
    for name, kind in (
        ("ElectraMaskedLM", "generator"),
        ("ElectraCausalLM", "decoder"),
        ("ElectraTextEmbedder", "discriminator"),
    ):
        task, warning = load(name, folder / kind)
        assert not warning
        assert_equal(task.backbone, tasks[kind].backbone)
    _, warning = load(
        "ElectraMaskedLM", folder / "discriminator", load_weights=False
    )
    assert not warning


def test_a_generator_becomes_a_decoder(presets):
    """With its head, which is the same."""
    folder, tasks = presets
    task, warning = load(
        "ElectraCausalLM", folder / "generator", is_decoder=True
    )
    assert not warning
    assert task.backbone.is_decoder
    assert_equal(task, tasks["generator"])
    task, warning = load("ElectraCausalLM", folder / "generator")
    assert "was trained as an encoder" in warning
    assert task.backbone.is_decoder
    assert len(task.generate("the quick", max_length=8)) > len("the quick")


def test_a_decoder_becomes_a_masked_lm(presets):
    folder, tasks = presets
    task, warning = load("ElectraMaskedLM", folder / "decoder")
    assert "was trained as a decoder" in warning
    assert not task.backbone.is_decoder
    assert_equal(task, tasks["decoder"])


def test_arguments_of_the_backbone(presets):
    folder, tasks = presets
    task, _ = load(
        "ElectraCausalLM", folder / "decoder", is_decoder=True, dropout=0.3
    )
    assert task.backbone.dropout == 0.3
    assert_equal(task, tasks["decoder"])
    task, _ = load(
        "ElectraMaskedLM", folder / "generator", dropout=0.3, dtype="float16"
    )
    assert task.backbone.dropout == 0.3
    assert task.backbone.dtype_policy.name == "float16"
    assert task.masked_lm_head.dtype_policy.name == "float16"


def test_a_subclass(presets, tmp_path):
    """Loads like its base, settings and head included."""
    folder, tasks = presets

    class Mine(keras_electra.ElectraMaskedLM):
        pass

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        task = Mine.from_preset(folder / "generator")
    assert_equal(task, tasks["generator"])

    class MyClassifier(keras_electra.ElectraTextClassifier):
        pass

    classifier = keras_electra.ElectraTextClassifier(
        tiny.backbone(), class_names=["no", "yes", "maybe"], dropout=0.2
    )
    classifier.save_to_preset(tmp_path / "preset")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        task = MyClassifier.from_preset(tmp_path / "preset")
    assert_equal(task, classifier)
    assert task.class_names == ["no", "yes", "maybe"]
    assert task.dropout == 0.2
    task = MyClassifier.from_preset(tmp_path / "preset", num_classes=2)
    assert task.num_classes == 2


def test_arguments_that_change_weights(presets):
    folder, tasks = presets
    task, warning = load(
        "ElectraMaskedLM", folder / "generator", max_sequence_length=16
    )
    assert not warning
    expected = tasks["generator"].backbone.embeddings.weights
    for mine, theirs in zip(
        task.backbone.embeddings.weights, expected, strict=True
    ):
        array = keras.ops.convert_to_numpy(mine)
        whole = keras.ops.convert_to_numpy(theirs)
        np.testing.assert_array_equal(array, whole[: len(array)])
    task, warning = load(
        "ElectraCausalLM",
        folder / "generator",
        is_decoder=True,
        add_cross_attention=True,
    )
    assert "has no cross-attention for it" in warning
    assert task.backbone.add_cross_attention
    with pytest.raises(ValueError, match="must fit the arguments.*Received"):
        load("ElectraMaskedLM", folder / "generator", intermediate_dim=48)
    task, _ = load(
        "ElectraMaskedLM",
        folder / "generator",
        intermediate_dim=48,
        load_weights=False,
    )
    assert task.backbone.intermediate_dim == 48
    with pytest.raises(TypeError, match="must not be given with a `backbone`"):
        load(
            "ElectraMaskedLM",
            folder / "generator",
            backbone=tiny.backbone(),
            dropout=0.3,
        )


def test_other_class_names_make_another_head(tmp_path):
    classifier = keras_electra.ElectraTextClassifier(
        tiny.backbone(), class_names=["no", "yes"]
    )
    classifier.save_to_preset(tmp_path / "preset")
    for count in (2, 3):
        names = list("abc"[:count])
        task, warning = load(
            "ElectraTextClassifier", tmp_path / "preset", class_names=names
        )
        assert not warning
        assert task.class_names == names
        assert task.output.shape[-1] == count
        assert_equal(task.backbone, classifier.backbone)
        if count == 2:  # The same classes by other names.
            assert_equal(task, classifier)


def test_a_head_of_another_form(tmp_path):
    dense = make("ElectraQuestionAnswerer")
    dense.save_to_preset(tmp_path / "dense")
    joint, warning = load(
        "ElectraQuestionAnswerer", tmp_path / "dense", head="2020"
    )
    assert "start random" in warning and "span_head" in warning
    assert_equal(joint.backbone, dense.backbone)
    joint.save_to_preset(tmp_path / "joint")
    back, warning = load(
        "ElectraQuestionAnswerer", tmp_path / "joint", head="dense"
    )
    assert "start random" in warning
    assert_equal(back.backbone, dense.backbone)
    same, warning = load(
        "ElectraQuestionAnswerer", tmp_path / "joint", head="2020"
    )
    assert not warning
    assert_equal(same, joint)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_what_was_trained_in_mixed_precision(tmp_path, dtype):
    """Any KerasHub loads it, in whatever dtype is asked for."""
    task = make("ElectraMaskedLM", dtype=dtype)
    task.save_to_preset(tmp_path / "preset")
    assert task.backbone.dtype_policy.name == dtype
    copy, warning = load("ElectraMaskedLM", tmp_path / "preset")
    assert not warning
    assert copy.backbone.dtype_policy.name == "float32"
    assert_equal(copy, task)
    copy, _ = load("ElectraMaskedLM", tmp_path / "preset", dtype=dtype)
    assert copy.masked_lm_head.dtype_policy.name == dtype
    copy = keras_hub.models.MaskedLM.from_preset(str(tmp_path / "preset"))
    assert_equal(copy, task)
