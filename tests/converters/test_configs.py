import json

import pytest

from keras_electra.converters import config_keys, configs
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
        ({"rope_theta": 1e4}, "rope_theta=10000.0, which is not understood"),
    ],
)
def test_what_is_not_implemented_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        configs.check_config({**ELECTRA, **change}, "here")


def test_all_problems_at_once_and_the_way_out():
    content = {**ELECTRA, "a": 1, "b": 2, "hidden_act": "mish"}
    with pytest.raises(ValueError, match=r"ignore=\[") as error:
        configs.check_config(content, "here")
    assert "a=1" in str(error.value) and "b=2" in str(error.value)
    configs.check_config({**ELECTRA, "a": 1}, "here", ignore=["a"])


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
    ("folder", "problem_type", "names"),
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
def test_classifiers(folder, problem_type, names):
    arguments = configs.task_arguments(TASK, config(folder))
    assert arguments["problem_type"] == problem_type
    assert arguments["class_names"] == names
    assert arguments["num_classes"] == len(names)


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
        (
            {"id2label": {"0": "a", "1": "b"}, "label2id": {"a": 1, "b": 0}},
            "must be the inverse",
        ),
        (
            {"id2label": {"0": "a"}, "problem_type": "ranking"},
            "`problem_type` must be one of",
        ),
    ],
)
def test_labels_that_contradict_each_other(labels, message):
    with pytest.raises(ValueError, match=message):
        configs.task_arguments(TASK, labels)


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
