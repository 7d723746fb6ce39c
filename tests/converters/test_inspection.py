import shutil
import warnings

import numpy as np
import pytest

import keras_electra
from keras_electra import converters, registration
from keras_electra.converters import names, readers
from keras_electra.converters.variable_shapes import variable_shapes
from tests import tiny
from tests.converters.checkpoints import GOLDEN, copy, edit_json

FILE = "model.safetensors"


def test_huggingface():
    found = converters.inspect(GOLDEN / "hf" / "discriminator")
    assert found.format == "Hugging Face (model.safetensors)"
    assert found.sizes["hidden_dim"] == 32
    assert found.sizes["num_heads"] == 4
    assert found.heads == ["ElectraReplacedTokenDetector"]
    assert found.tokenizer["lowercase"] is True
    assert found.missing["ElectraReplacedTokenDetector"] == []
    assert found.unused["ElectraReplacedTokenDetector"] == []
    assert found.missing["ElectraBackbone"] == []
    assert (
        "discriminator_predictions.dense.bias"
        in (found.unused["ElectraBackbone"])
    )
    assert (
        "classifier.out_proj.weight" in (found.missing["ElectraTextClassifier"])
    )


def test_parameters_are_those_of_the_model():
    from keras_electra import ElectraReplacedTokenDetector

    folder = GOLDEN / "hf" / "discriminator"
    model = ElectraReplacedTokenDetector.from_preset(folder)
    assert converters.inspect(folder).parameters == model.count_params()


def test_no_projection(tmp_path):
    found = converters.inspect(GOLDEN / "tf1_base_style")
    assert found.missing["ElectraBackbone"] == []


def test_original():
    found = converters.inspect(GOLDEN / "tf1_small", num_heads=4)
    assert found.format == "2020 TensorFlow (discriminator)"
    assert found.sizes["num_heads"] == 4
    assert "the generator" in found.ignored["generator_predictions/output_bias"]
    assert found.ignored["global_step"]
    assert converters.inspect(GOLDEN / "tf1_small").sizes["num_heads"] is None
    found = converters.inspect(GOLDEN / "tf1_small", tower="generator")
    assert "ElectraMaskedLM" in found.heads


def test_a_folder_without_vocabulary(tmp_path):
    copy("backbone", tmp_path, "model.safetensors")
    (tmp_path / "vocab.txt").unlink()
    (tmp_path / "tokenizer.json").unlink()
    assert converters.inspect(tmp_path).tokenizer == {}


def test_a_preset_of_ours(tmp_path):
    from keras_electra import (
        ElectraTextClassifier,
        ElectraTextClassifierPreprocessor,
    )

    preprocessor = ElectraTextClassifierPreprocessor(tiny.tokenizer())
    model = ElectraTextClassifier(tiny.backbone(), 2, preprocessor=preprocessor)
    model.save_to_preset(tmp_path / "preset")
    found = converters.inspect(tmp_path / "preset")
    assert found.format == "Keras preset"
    assert found.heads == ["ElectraTextClassifier"]
    assert found.sizes["hidden_dim"] == 16
    assert found.parameters == model.count_params()
    assert found.tokenizer["lowercase"] is True
    model.backbone.save_to_preset(tmp_path / "backbone")
    found = converters.inspect(tmp_path / "backbone")
    assert found.heads == [] and found.tokenizer == {}
    preprocessor.tokenizer.save_to_preset(tmp_path / "tokenizer")
    found = converters.inspect(tmp_path / "tokenizer")
    assert found.heads == [] and found.missing == {} and not found.parameters
    assert found.tokenizer["lowercase"] is True


@pytest.mark.parametrize(
    "given", [{"tower": "generator"}, {"num_heads": 2}, {"ignore": ["x"]}]
)
def test_arguments_for_checkpoints_of_other_projects(tmp_path, given):
    tiny.tokenizer().save_to_preset(tmp_path)
    with pytest.raises(ValueError, match="of another project") as error:
        converters.inspect(tmp_path, **given)
    ((name, value),) = given.items()
    assert f"Received: {name}={value!r} for " in str(error.value)
    assert converters.inspect(tmp_path, ignore=[]).tokenizer


def test_what_a_preset_of_ours_lacks(tmp_path):
    """As loading it says in its warning."""
    generator = keras_electra.ElectraMaskedLM(tiny.backbone())
    generator.save_to_preset(tmp_path)
    found = converters.inspect(tmp_path)
    complete = {task for task, lacking in found.missing.items() if not lacking}
    assert complete == {
        "ElectraMaskedLM", "ElectraCausalLM", "ElectraTextEmbedder",
        "ElectraBackbone",
    }  # fmt: skip
    for task in set(found.missing) - complete:
        cls = getattr(keras_electra, task)
        classes = {"num_classes": 2} if "Classifier" in task else {}
        with pytest.warns(UserWarning, match="start random") as caught:
            cls.from_preset(tmp_path, **classes)
        for path in found.missing[task]:
            assert path in str(caught[0].message)


@pytest.mark.parametrize("name", ["task.weights.h5", "model.weights.h5"])
def test_errors_of_presets_are_those_of_loading(tmp_path, name):
    generator = keras_electra.ElectraMaskedLM(tiny.backbone())
    generator.save_to_preset(tmp_path)
    for change in (lambda p: p.write_bytes(b"x"), lambda p: p.unlink()):
        change(tmp_path / name)
        messages = []
        for load in (
            converters.inspect,
            keras_electra.ElectraMaskedLM.from_preset,
        ):
            with pytest.raises((ValueError, FileNotFoundError)) as error:
                load(tmp_path)
            messages.append(str(error.value))
        assert messages[0] == messages[1] and name in messages[0]


def test_errors_are_those_of_loading(tmp_path):
    copy("backbone", tmp_path, config={"hidden_act": "mish"})
    with pytest.raises(ValueError, match="hidden_act='mish'"):
        converters.inspect(tmp_path)


# === What inspection says is what loading does ===
def golden(name, **config):
    return lambda folder: copy(name, folder, FILE, config=config)


def spoiled(name, change, **config):
    """A folder whose tensors `change` has changed."""

    def make(folder):
        import safetensors.numpy

        copy(name, folder, FILE, config=config)
        tensors = readers.read_weights(folder / FILE)
        tensors = {n: t.read() for n, t in tensors.items()}
        change(tensors)
        safetensors.numpy.save_file(tensors, folder / FILE)

    return make


def original(*without, **config):
    def make(folder):
        shutil.copytree(GOLDEN / "tf1_small", folder, dirs_exist_ok=True)
        for name in without:
            (folder / name).unlink()

    return make


def no_vocabulary(folder):
    copy("text_classification", folder, FILE)
    (folder / "vocab.txt").unlink()
    (folder / "tokenizer.json").unlink()


def foreign_tokenizer(folder):
    copy("text_classification", folder, FILE)
    edit_json(folder / "tokenizer_config.json", tokenizer_class="Mecab")


def both_towers(folder):
    import safetensors.numpy

    tensors = {}
    for tower in ("discriminator", "generator"):
        copy(tower, folder)
        stored = readers.read_weights(GOLDEN / "hf" / tower / FILE)
        tensors |= {f"{tower}.{n}": t.read() for n, t in stored.items()}
    copy("discriminator", folder)
    safetensors.numpy.save_file(tensors, folder / FILE)


def zeros(*shape):
    return np.zeros(shape, "float32")


LAYER = "electra.encoder.layer.1.output.dense.weight"
FOLDERS = {
    "discriminator": golden("discriminator"),
    "generator": golden("generator"),
    "classifier": golden("text_classification"),
    "tagger": golden("token_classification"),
    "choices": golden("multiple_choice"),
    "questions": golden("question_answering"),
    "decoder": golden("causal_lm_cross_attention"),
    "labels": golden(
        "text_classification", id2label={"1": "a", "2": "b", "3": "c"}
    ),
    "summary": golden("multiple_choice", summary_activation="mish"),
    "problem": golden("text_classification", problem_type="ranking"),
    "unknown": golden("discriminator", something=1),
    "foreign tokenizer": foreign_tokenizer,
    "no vocabulary": no_vocabulary,
    "both towers": both_towers,
    "2020": original(),
    "2020 without vocabulary": original("vocab.txt"),
    "missing": spoiled("discriminator", lambda t: t.pop(LAYER)),
    "misshapen": spoiled(
        "discriminator", lambda t: t.update({LAYER: zeros(2, 3)})
    ),
    "more": spoiled("discriminator", lambda t: t.update(more=zeros(1))),
    "half a head": spoiled(
        "text_classification", lambda t: t.pop("classifier.out_proj.bias")
    ),
    "head of another size": spoiled(
        "text_classification",
        lambda t: t.update({"classifier.out_proj.bias": zeros(9)}),
    ),
    "damaged": spoiled(
        "question_answering", lambda t: t["qa_outputs.bias"].fill(np.nan)
    ),
    "pooler": spoiled(
        "discriminator",
        lambda t: t.update({"electra.pooler.dense.bias": zeros(32)}),
    ),
    "smaller vocabulary": golden("discriminator", vocab_size=100),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_it_says_what_loading_does(tmp_path, name):
    FOLDERS[name](tmp_path)
    found = converters.inspect(tmp_path)
    for task in names.HEADS:
        error, said = None, []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                registration.load(task).from_preset(tmp_path)
            except ValueError as problem:
                error = str(problem)
            said = [str(warning.message) for warning in caught]
        assert found.errors.get(task) == error, task
        if error is None:
            is_new = any("start random" in text for text in said)
            assert is_new == bool(found.missing[task]), (task, said)
            assert set(found.warnings) <= set(said)
    if "ElectraTokenizer" in found.errors:
        with pytest.raises(ValueError, match="The tokenizer in"):
            registration.load("ElectraTokenizer").from_preset(tmp_path)
    if name == "unknown":
        assert "nothing here: something." in found.warnings[0]


@pytest.mark.parametrize("task", names.HEADS)
def test_shapes_are_those_of_the_model(task):
    cls = registration.load(task)
    forms = {
        "ElectraTextClassifier": [{}, {"head": "2020"}],
        "ElectraQuestionAnswerer": [{}, {"head": "2020"}],
        "ElectraMultipleChoice": [{}, {"summary_projection": False}],
    }
    backbones = [{}, {"embedding_dim": 16}]
    if task in ("ElectraBackbone", "ElectraCausalLM"):
        backbones.append({"is_decoder": True, "add_cross_attention": True})
    for own in forms.get(task, [{}]):
        for settings in backbones:
            if "Classifier" in task:
                own = {"num_classes": 3, **own}
            if task == "ElectraCausalLM":
                settings = {"is_decoder": True, **settings}
            model = tiny.backbone(**settings)
            sizes = model.get_config()
            if task != "ElectraBackbone":
                model = cls(model, **own)
            assert variable_shapes(task, sizes, own) == {
                variable.path: tuple(variable.shape)
                for variable in model.weights
            }
