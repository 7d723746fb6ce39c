"""Every row of the guide's tables, held against the real library."""

import inspect
import pathlib
import runpy
import shutil

import pytest

import keras_electra

GUIDE = pathlib.Path(__file__).parents[1] / "guides"
GUIDE = runpy.run_path(str(GUIDE / "coming_from_transformers.py"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return GUIDE["write_models"](tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize(
    "theirs, ours",
    [row[1:] for row in GUIDE["TABLE"]],
    ids=[row[0] for row in GUIDE["TABLE"]],
)
def test_both_columns_give_the_same(folders, theirs, ours):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    expected = GUIDE["evaluate"](theirs, GUIDE["their_names"](folders))
    result = GUIDE["evaluate"](ours, GUIDE["our_names"](folders))
    # Two empty lists would be equal as well.
    assert len(GUIDE["leaves"](expected))
    assert GUIDE["difference"](expected, result) < 5e-5


CONFIGURATION = GUIDE["CONFIGURATION"]


def test_every_setting_of_transformers_has_a_row():
    transformers = pytest.importorskip("transformers")
    names = {theirs for theirs, _, _ in CONFIGURATION}
    of_electra = transformers.ElectraConfig.__annotations__
    missing = set(of_electra) - names - {"model_type"}
    assert not missing
    assert names <= set(transformers.ElectraConfig().to_dict()) | {"num_labels"}


# No value is the default one.
VALUES = {
    "vocab_size": len(GUIDE["PIECES"]),
    "embedding_size": 8,
    "hidden_size": 12,
    "num_hidden_layers": 1,
    "num_attention_heads": 3,
    "intermediate_size": 20,
    "hidden_act": "gelu_new",
    "hidden_dropout_prob": 0.11,
    "attention_probs_dropout_prob": 0.12,
    "max_position_embeddings": 21,
    "type_vocab_size": 3,
    "initializer_range": 0.03,
    "layer_norm_eps": 1e-7,
    "is_decoder": True,
    "add_cross_attention": True,
    "id2label": {0: "x", 1: "y", 2: "z"},
    "num_labels": 3,
    "problem_type": "multi_label_classification",
    "classifier_dropout": 0.13,
    "summary_type": "mean",
    "summary_use_proj": False,
    "summary_activation": "tanh",
    "summary_last_dropout": 0.14,
    "tie_word_embeddings": False,
}
MODELS = {
    "ElectraBackbone": ("ElectraModel", {"is_decoder", "add_cross_attention"}),
    "ElectraTextClassifier": ("ElectraForSequenceClassification", set()),
    "ElectraMultipleChoice": ("ElectraForMultipleChoice", set()),
    "ElectraMaskedLM": ("ElectraForMaskedLM", {"tie_word_embeddings"}),
}


@pytest.mark.parametrize("owner", MODELS)
def test_settings_have_our_names(folders, owner, tmp_path):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    name, used = MODELS[owner]
    others = set.union(*(names for _, names in MODELS.values())) - used
    config = {key: x for key, x in VALUES.items() if key not in others}
    model = getattr(transformers, name)(transformers.ElectraConfig(**config))
    model.save_pretrained(tmp_path)
    shutil.copy(f"{folders['folder']}/vocab.txt", tmp_path)
    ours = getattr(keras_electra, owner).from_preset(str(tmp_path))
    found = ours.get_config()
    rows = [row for row in CONFIGURATION if row[1] == owner]
    assert rows
    for theirs, _, argument in rows:
        value = VALUES[theirs]
        if theirs == "id2label":
            value = list(value.values())
        elif theirs == "problem_type":
            value = value.removesuffix("_classification")
        assert found[argument] == value, theirs


def test_every_argument_exists():
    for theirs, owner, argument in CONFIGURATION:
        thing = keras_electra
        for part in owner.split("."):
            thing = getattr(thing, part, None)
        if argument and thing is not None:  # "every class" is none.
            assert argument in inspect.signature(thing).parameters, theirs
