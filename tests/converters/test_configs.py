import json

import pytest

from keras_electra.converters import config_keys, configs, names
from keras_electra.converters.label_names import class_names_of
from tests.converters.checkpoints import GOLDEN

ELECTRA = {"model_type": "electra"}


def config(folder):
    return json.loads((GOLDEN / "hf" / folder / "config.json").read_text())


FOLDERS = sorted(path.name for path in (GOLDEN / "hf").iterdir())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_key_is_known(folder):
    configs.check_config(config(folder), folder)


def test_no_key_is_in_two_tables():
    tables = [config_keys.BACKBONE, config_keys.FIXED, config_keys.IGNORED]
    keys = [key for table in tables for key in table]
    assert len(keys) == len(set(keys))
    for task in config_keys.TASKS.values():
        # Read by some tasks, so ignored by the others, with that reason.
        assert set(task) <= set(config_keys.IGNORED)
    assert all(config_keys.IGNORED.values())


def test_every_key_that_transformers_writes_is_known(tmp_path):
    transformers = pytest.importorskip("transformers")
    theirs = transformers.ElectraConfig()
    theirs.save_pretrained(tmp_path)
    for content in (
        json.loads((tmp_path / "config.json").read_text()),
        theirs.to_dict(),
    ):
        configs.check_config(content, "here")
    assert configs.backbone_arguments({}) == configs.backbone_arguments(
        theirs.to_dict()
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "t5"}, "`model_type` in .* Received: .*'t5'"),
        ({"model_type": None}, "must be one of electra"),
        ({"hidden_act": "mish"}, "hidden_act='mish', where only gelu"),
        (
            {"position_embedding_type": "relative_key"},
            "position_embedding_type='relative_key', where only 'absolute'",
        ),
        ({"pruned_heads": {"0": [1]}}, "pruned_heads"),
        ({"is_encoder_decoder": True}, "is_encoder_decoder=True"),
        ({"quantization_config": {}}, "quantization_config={}, where only"),
        ({"per_layer_config": {"0": {}}}, "per_layer_config="),
        ({"summary_proj_to_labels": True}, "summary_proj_to_labels=True"),
    ],
)
def test_what_is_not_implemented_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        configs.check_config({**ELECTRA, **change}, "here")


def test_all_problems_at_once_and_the_way_out():
    content = {**ELECTRA, "pruned_heads": 1, "vocab_size": "b", "hidden_act": 0}
    with pytest.raises(ValueError, match=r"ignore=\[") as error:
        configs.check_config(content, "here")
    for part in (
        "pruned_heads=1, where only {} is",
        "vocab_size='b', which must be an integer",
        "hidden_act=0, which must be a string",
    ):
        assert part in str(error.value)


# Of the wrong JSON type; every one is read by some model.
WRONG_TYPES = [
    *((key, wrong) for key in config_keys.TYPES for wrong in (None, {}, True)),
    ("hidden_size", 16.5),
    ("hidden_size", "16"),
    ("layer_norm_eps", "1e-12"),
    ("architectures", 1.5),
    ("architectures", "ElectraModel"),
    ("model_type", 5),
    ("is_decoder", "false"),
]


@pytest.mark.parametrize(("key", "value"), WRONG_TYPES)
def test_values_of_the_wrong_type(key, value):
    with pytest.raises(ValueError, match=rf"{key}=.* which must be "):
        configs.check_config({**ELECTRA, key: value}, "here")


@pytest.mark.parametrize(
    ("task", "key", "value"),
    [
        (task, key, value)
        for task, keys in config_keys.TASKS.items()
        for key in (*keys, "id2label", "num_labels")
        for value in ([1], {"a": "b"})
        if key in keys or task in config_keys.LABELLED
        if (key, value) != ("id2label", {"a": "b"})
    ],
)
def test_values_of_the_wrong_type_for_a_task(task, key, value):
    config = {"architectures": [names.HEADS[task].architecture], key: value}
    with pytest.raises(ValueError, match=rf"{task} can read.*{key}=.* must be"):
        configs.task_arguments(task, config)
    if task == TASK and not key.startswith(("id2", "num")):  # Not read here.
        assert configs.task_arguments("ElectraQuestionAnswerer", config) == {}


def test_unknown_keys():
    content = {**ELECTRA, "rope_theta": 1e4, "generator_size": "0.25", "a": {}}
    configs.check_config(content, "here")
    assert configs.unknown_keys(content) == ["rope_theta", "a"]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("gelu", "gelu"),
        ("gelu_new", "gelu_new"),
        ("gelu_pytorch_tanh", "gelu_new"),
        ("relu", "relu"),
        ("swish", "silu"),
    ],
)
def test_activations(theirs, ours):
    arguments = configs.backbone_arguments({"hidden_act": theirs})
    assert arguments["activation"] == ours


# === Tasks ===
TASK = "ElectraTextClassifier"


@pytest.mark.parametrize(
    ("folder", "problem_type", "class_names"),
    [
        ("text_classification", "single_label", ["NEG", "NEU", "POS"]),
        (
            "text_classification_multilabel",
            "multi_label",
            ["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"],
        ),
        ("text_classification_regression", "regression", ["LABEL_0"]),
    ],
)
def test_classifiers(folder, problem_type, class_names):
    arguments = configs.task_arguments(TASK, config(folder))
    assert arguments["problem_type"] == problem_type
    assert arguments["class_names"] == class_names
    assert arguments["num_classes"] == len(class_names)


def test_two_classes_may_go_unsaid():
    said = {"architectures": ["ElectraForSequenceClassification"]}
    arguments = configs.task_arguments(TASK, said)
    assert arguments["class_names"] == ["LABEL_0", "LABEL_1"]
    assert arguments["problem_type"] == "single_label"
    assert configs.task_arguments(TASK, {"num_labels": 1}) == {
        "dropout": None,
        "problem_type": "regression",
        "num_classes": 1,
        "class_names": ["LABEL_0"],
    }


def test_a_discriminator_says_nothing_of_classes():
    arguments = configs.task_arguments(TASK, config("discriminator"))
    assert arguments == {"dropout": None}


def test_other_tasks_have_other_arguments():
    assert configs.task_arguments("ElectraReplacedTokenDetector", {}) == {}
    arguments = configs.task_arguments(
        "ElectraMultipleChoice", config("multiple_choice")
    )
    assert arguments["summary_type"] == "first"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"id2label": {"0": "a", "2": "b"}}, "without a gap"),
        ({"id2label": {"1": "a", "2": "b"}}, "number the classes 0, 1, 2"),
        ({"id2label": {"a": 0, "b": 1}}, "number the classes 0, 1, 2"),
        ({"id2label": {"0": "a", "1": None}}, "give each a name"),
        (
            {"id2label": {"0": "a"}, "problem_type": "ranking"},
            "`problem_type` must be one of",
        ),
    ],
)
def test_labels_that_contradict_each_other(labels, message):
    with pytest.raises(ValueError, match=message):
        configs.task_arguments(TASK, labels)


@pytest.mark.parametrize(
    ("labels", "inverse", "expected", "problems"),
    [
        ("ab", {"a": 0, "b": 1}, "ab", []),
        ("ab", {"a": "0", "b": "1"}, "ab", []),
        ("ab", None, "ab", []),
        ("ab", {"LABEL_0": 0, "LABEL_1": 1}, "ab", ["not the inverse"]),
        (["a", ""], {"a": 0, "": 1}, ["a", "LABEL_1"], ["an empty name"]),
        ("abc", {"a": 0, "b": 1}, "abc", ["not the inverse"]),
        ("ab", {"a": 1, "b": 0}, "ab", ["not the inverse"]),
        ("ab", ["a", "b"], "ab", ["not the inverse"]),
        ("aa", {"a": 1}, ["a", "a_1"], ["one name to several"]),
        (["a", "a", "a_1"], None, ["a", "a_1_", "a_1"], ["one name"]),
        ([1, 2.5], {"1": 0, "2.5": 1}, ["1", "2.5"], []),
    ],
)
def test_class_names(labels, inverse, expected, problems):
    config = {
        "id2label": {str(i): name for i, name in enumerate(labels)},
        "label2id": inverse,
    }
    found, said = class_names_of(config)
    assert found == list(expected)
    for problem, text in zip(problems, said, strict=True):
        assert problem in text
    assert len(set(found)) == len(labels)


def test_another_number_of_labels():
    labels = {"id2label": {"0": "a", "1": "b"}, "num_labels": 3}
    assert class_names_of(labels) == (
        ["a", "b"],
        ["does not have num_labels=3 classes"],
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_there_and_back(folder):
    theirs = config(folder)
    task = {
        "ElectraForSequenceClassification": TASK,
        "ElectraForPreTraining": "ElectraReplacedTokenDetector",
        "ElectraForMultipleChoice": "ElectraMultipleChoice",
        "ElectraForTokenClassification": "ElectraTokenClassifier",
        "ElectraForCausalLM": "ElectraCausalLM",
    }.get(theirs["architectures"][0], "ElectraBackbone")
    ours = configs.huggingface_config(
        task,
        configs.backbone_arguments(theirs),
        configs.task_arguments(task, theirs),
    )
    for key, value in ours.items():
        if key != "architectures" or task != "ElectraBackbone":
            assert theirs.get(key, value) == value, key


def test_the_number_of_classes_in_files_of_2020():
    arguments = configs.task_arguments(
        "ElectraTextClassifier", {"_num_labels": 3}
    )
    assert arguments["num_classes"] == 3
    with pytest.raises(ValueError, match="_num_labels='3', which must be an i"):
        configs.task_arguments("ElectraTextClassifier", {"_num_labels": "3"})
