"""Folders that Transformers loads: the same numbers, or a reason why not."""

import importlib.util
import json
import warnings

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from keras_electra import (
    ElectraBackbone,
    ElectraMultipleChoice,
    ElectraReplacedTokenDetector,
    ElectraTextClassifier,
    ElectraTokenClassifier,
    converters,
)
from tests import tiny
from tests.converters.checkpoints import (
    TOLERANCE,
    difference,
    edit_json,
    transformers_model,
    transformers_output,
)

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
CONFIG = "config.json"


def save(folder, name, **kwargs):
    """A random model of Transformers, in a folder without a vocabulary."""
    model = transformers_model(name, **kwargs)
    model.save_pretrained(folder)
    return model


def assert_same(ours, theirs, inputs=None):
    inputs = inputs or tiny.inputs()
    assert difference(ours(inputs), transformers_output(theirs, inputs)) < (
        TOLERANCE
    )


def load(cls, folder, **kwargs):
    """A model, and the warnings of loading it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = cls.from_preset(folder, preprocessor=None, **kwargs)
    # Said of the line that called.
    assert {w.filename for w in caught} <= {__file__}
    return model, [str(w.message) for w in caught]


# === Keys ===
def test_unknown_keys_are_one_warning(tmp_path):
    save(tmp_path, "ElectraForTokenClassification", num_labels=3)
    edit_json(
        tmp_path / CONFIG,
        generator_size="0.25",
        _attn_implementation_autoset=True,
        max_seq_length=128,
        label_list=["a"],
    )
    theirs = transformers.ElectraForTokenClassification.from_pretrained(
        tmp_path
    )
    ours, said = load(ElectraTokenClassifier, tmp_path)
    assert_same(ours, theirs.eval())
    assert len(said) == 1
    assert "change nothing here: max_seq_length, label_list. Name" in said[0]
    assert str(tmp_path) in said[0]
    _, said = load(ElectraTokenClassifier, tmp_path, ignore=["max_seq_length"])
    assert "here: label_list." in said[0]
    _, said = load(
        ElectraTokenClassifier,
        tmp_path,
        ignore=["max_seq_length", "label_list"],
    )
    assert said == []
    with pytest.warns(UserWarning, match="label_list") as caught:
        ElectraBackbone.from_preset(tmp_path)
    assert caught[0].filename == __file__


def test_an_ignored_key_is_as_if_it_were_absent(tmp_path):
    theirs = save(tmp_path, "ElectraModel")
    edit_json(tmp_path / CONFIG, hidden_act="made_up")
    ours = ElectraBackbone.from_preset(tmp_path, ignore=["hidden_act"])
    assert_same(ours, theirs)


# === Labels ===
@pytest.mark.parametrize(
    ("labels", "inverse", "said"),
    [
        (["a", "b", "c"], {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2}, "inver"),
        (["a", "b", "c"], {"NEG": 0, "POS": 1}, "is not the inverse"),
        (["a", "a", "c"], {"a": 1, "c": 2}, "one name to several classes"),
    ],
)
@pytest.mark.parametrize("kind", ["Sequence", "Token"])
def test_labels(tmp_path, kind, labels, inverse, said):
    theirs = save(tmp_path, f"ElectraFor{kind}Classification", num_labels=3)
    edit_json(
        tmp_path / CONFIG,
        id2label={str(i): name for i, name in enumerate(labels)},
        label2id=inverse,
    )
    read = transformers.AutoConfig.from_pretrained(tmp_path)
    assert [read.id2label[i] for i in range(3)] == labels
    cls = {"Sequence": ElectraTextClassifier, "Token": ElectraTokenClassifier}
    ours, warned = load(cls[kind], tmp_path)
    (warning,) = warned
    assert said in warning and str(list(ours.class_names)) in warning
    second = "b" if "b" in labels else "a_1"
    assert list(ours.class_names) == ["a", second, "c"]
    assert_same(ours, theirs)
    names = ["x", "y", "z"]
    ours, warned = load(cls[kind], tmp_path, class_names=names)
    assert warned == [] and list(ours.class_names) == names
    assert_same(ours, theirs)
    ElectraBackbone.from_preset(tmp_path)  # Has no labels: no warning.


def test_labels_that_nobody_can_number(tmp_path):
    theirs = save(tmp_path, "ElectraForSequenceClassification", num_labels=3)
    labels = {str(i): f"class {i}" for i in (1, 2, 3)}
    edit_json(tmp_path / CONFIG, id2label=labels)
    with pytest.raises(ValueError, match="0, 1, 2.*`num_classes=`. Received"):
        load(ElectraTextClassifier, tmp_path)
    ours, _ = load(
        ElectraTextClassifier, tmp_path, ignore=["id2label"], num_classes=3
    )
    assert_same(ours, theirs)


# === Configurations of 2020 ===
def test_no_model_type_and_no_architectures(tmp_path):
    theirs = save(tmp_path, "ElectraForPreTraining")
    edit_json(tmp_path / CONFIG, model_type=None, architectures=None)
    cls = transformers.ElectraForPreTraining
    assert_same(
        load(ElectraReplacedTokenDetector, tmp_path)[0],
        cls.from_pretrained(tmp_path).eval(),
    )
    edit_json(tmp_path / CONFIG, architectures=["ElectraForPreTraining"])
    assert_same(load(ElectraReplacedTokenDetector, tmp_path)[0], theirs)


def test_no_sign_of_electra(tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps({"architectures": ["X"]}))
    with pytest.raises(ValueError, match='add `"model_type": "electra"`'):
        ElectraBackbone.from_preset(tmp_path)


# === Decoders ===
@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (ElectraTextClassifier, "ElectraForSequenceClassification"),
        (ElectraTokenClassifier, "ElectraForTokenClassification"),
        (ElectraReplacedTokenDetector, "ElectraForPreTraining"),
    ],
)
def test_causal_attention_under_any_head(tmp_path, cls, name):
    theirs = save(tmp_path, name, is_decoder=True)
    ours, said = load(cls, tmp_path, is_decoder=True)
    assert_same(ours, theirs)
    assert said == []
    ours, said = load(cls, tmp_path)
    assert not ours.backbone.is_decoder and "is_decoder=True" in said[0]
    theirs = getattr(transformers, name).from_pretrained(
        tmp_path, is_decoder=False
    )
    assert_same(ours, theirs.eval())
    assert load(cls, tmp_path, is_decoder=False)[1] == []


# === Heads ===
def linear_head(folder, **config):
    """A classifier of one dense layer on [CLS], and its logits."""
    model = save(
        folder, "ElectraForSequenceClassification", num_labels=3, **config
    )
    path = folder / "model.safetensors"
    tensors = load_file(path)
    kernel = tensors["classifier.out_proj.weight"]  # (C, D)
    bias = tensors["classifier.out_proj.bias"]
    tensors = {n: t for n, t in tensors.items() if "classifier" not in n}
    tensors |= {"classifier.weight": kernel, "classifier.bias": bias}
    save_file(tensors, path, {"format": "pt"})
    states = transformers_output(model.electra, tiny.inputs())
    return states[:, 0] @ kernel.T + bias


def test_a_linear_head_is_that_of_2020(tmp_path):
    expected = linear_head(tmp_path)
    ours, said = load(ElectraTextClassifier, tmp_path)
    assert said == [] and ours.head == "2020"
    assert difference(ours(tiny.inputs()), expected) < TOLERANCE
    found = converters.inspect(tmp_path)
    assert found.heads == ["ElectraTextClassifier"]
    assert found.missing["ElectraTextClassifier"] == []
    assert found.unused["ElectraTextClassifier"] == []
    # Another number of classes starts the same head anew.
    ours, said = load(ElectraTextClassifier, tmp_path, num_classes=5)
    assert ours.head == "2020" and "start random" in said[0]
    new, said = load(ElectraTextClassifier, tmp_path, load_weights=False)
    assert said == [] and new.head == "2020"


@pytest.mark.parametrize("architectures", [None, ["Other"]])
def test_a_linear_head_without_a_known_architecture(tmp_path, architectures):
    expected = linear_head(tmp_path)
    edit_json(tmp_path / CONFIG, model_type=None, architectures=architectures)
    ours, said = load(ElectraTextClassifier, tmp_path)
    assert difference(ours(tiny.inputs()), expected) < TOLERANCE
    assert "has no `architectures` with a known class" in said[0]
    new, same = load(ElectraTextClassifier, tmp_path, load_weights=False)
    assert same == said and len(said) == 1
    assert new.get_config()["head"] == ours.get_config()["head"] == "2020"
    assert [w.path for w in new.weights] == [w.path for w in ours.weights]
    assert load(ElectraTextClassifier, tmp_path, head="2020")[1] == []
    found = converters.inspect(tmp_path)
    for task in ("ElectraTextClassifier", "ElectraTokenClassifier"):
        assert not found.missing[task] and not found.unused[task]
    # The same names are a tagger's.
    tagger, said = load(ElectraTokenClassifier, tmp_path)
    cls = transformers.ElectraForTokenClassification
    assert_same(tagger, cls.from_pretrained(tmp_path).eval())
    assert said == []


def test_the_head_of_multiple_choice_is_not_a_linear_one(tmp_path):
    save(tmp_path, "ElectraForMultipleChoice")
    edit_json(tmp_path / CONFIG, architectures=None)
    ours, said = load(ElectraTextClassifier, tmp_path, num_classes=1)
    assert ours.head == "dense" and "start random" in said[0]


def test_a_head_that_only_torch_can_read(tmp_path, monkeypatch):
    linear_head(tmp_path)
    path = tmp_path / "model.safetensors"
    state = {n: torch.from_numpy(t) for n, t in load_file(path).items()}
    torch.save(state, tmp_path / "pytorch_model.bin")
    path.unlink()
    options = {"preprocessor": None, "load_weights": False}
    new = ElectraTextClassifier.from_preset(tmp_path, **options)
    assert new.head == "2020"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    new = ElectraTextClassifier.from_preset(tmp_path, **options)
    assert new.head == "dense"


def test_a_linear_head_on_a_pooler_is_another_one(tmp_path):
    """As in BERT: on [CLS] it would be wrong. The pooler itself is left."""
    linear_head(tmp_path)
    path = tmp_path / "model.safetensors"
    tensors = load_file(path)
    tensors["electra.pooler.dense.weight"] = np.zeros((16, 16), "float32")
    tensors["electra.pooler.dense.bias"] = np.zeros(16, "float32")
    save_file(tensors, path, {"format": "pt"})
    ours, said = load(ElectraTextClassifier, tmp_path)
    assert ours.head == "dense"
    assert "pooled_dense/kernel" in said[0]
    assert "Not loaded: classifier." in said[0]
    theirs = transformers.ElectraModel.from_pretrained(tmp_path)
    assert_same(ElectraBackbone.from_preset(tmp_path), theirs.eval())
    ignored = converters.inspect(tmp_path).ignored
    assert "ELECTRA has not" in ignored["electra.pooler.dense.weight"]


def test_half_of_the_usual_head_is_not_a_linear_one(tmp_path):
    save(tmp_path, "ElectraForSequenceClassification", num_labels=3)
    path = tmp_path / "model.safetensors"
    tensors = {n: t for n, t in load_file(path).items() if ".dense." not in n}
    tensors |= {n: t for n, t in load_file(path).items() if "electra" in n}
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(ValueError, match="missing: classifier.dense.weight"):
        load(ElectraTextClassifier, tmp_path)


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu", ""])
def test_summary_activation(tmp_path, activation):
    theirs = save(
        tmp_path, "ElectraForMultipleChoice", summary_activation=activation
    )
    ours, said = load(ElectraMultipleChoice, tmp_path)
    assert said == []
    inputs = {k: np.stack([v, v[::-1]]) for k, v in tiny.inputs().items()}
    assert_same(ours, theirs, inputs)
