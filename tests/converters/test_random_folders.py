"""Random Transformers models of every task, written, loaded and compared."""

import warnings

import numpy as np
import pytest

import keras_electra
from tests import tiny
from tests.converters.checkpoints import TOLERANCE, difference

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

CLASSES = {
    "ElectraModel": "ElectraBackbone",
    "ElectraForPreTraining": "ElectraReplacedTokenDetector",
    "ElectraForMaskedLM": "ElectraMaskedLM",
    "ElectraForCausalLM": "ElectraCausalLM",
    "ElectraForSequenceClassification": "ElectraTextClassifier",
    "ElectraForTokenClassification": "ElectraTokenClassifier",
    "ElectraForQuestionAnswering": "ElectraQuestionAnswerer",
    "ElectraForMultipleChoice": "ElectraMultipleChoice",
}
FOLDERS_PER_CLASS = 8
COUNTS = {"folders": 0, "comparisons": 0, "largest": 0.0}


@pytest.fixture(scope="module", autouse=True)
def print_counts():
    yield
    print("\n{folders} folders, {comparisons} comparisons, "
          "largest difference {largest:.1e}".format(**COUNTS))  # fmt: skip


def random_config(architecture, rng):
    """A configuration in which every setting that changes a number varies."""
    heads = int(rng.choice([1, 2, 4]))
    settings = {
        "vocab_size": len(tiny.VOCABULARY) + int(rng.choice([0, 7])),
        "num_hidden_layers": int(rng.integers(1, 4)),
        "num_attention_heads": heads,
        "hidden_size": 8 * heads,
        "embedding_size": int(rng.choice([8, 8 * heads, 12])),
        "intermediate_size": int(rng.choice([16, 40])),
        "hidden_act": str(rng.choice(["gelu", "gelu_new", "relu", "silu"])),
        "layer_norm_eps": float(rng.choice([1e-12, 1e-5, 1e-3])),
        "max_position_embeddings": int(rng.choice([24, 40])),
        "type_vocab_size": int(rng.integers(1, 4)),
    }
    if architecture in ("ElectraForMaskedLM", "ElectraForCausalLM"):
        settings["tie_word_embeddings"] = bool(rng.integers(2))
    if architecture == "ElectraForCausalLM":
        settings["is_decoder"] = True
    if architecture in (
        "ElectraForSequenceClassification",
        "ElectraForTokenClassification",
    ):
        settings["num_labels"] = int(rng.integers(2, 6))
    if architecture == "ElectraForMultipleChoice":
        settings["summary_type"] = str(
            rng.choice(["first", "last", "mean", "cls_index"])
        )
        settings["summary_use_proj"] = bool(rng.integers(2))
        settings["summary_activation"] = ["linear", "tanh", "gelu"][
            rng.integers(3)
        ]
    return transformers.ElectraConfig(**settings)


def random_inputs(config, architecture, rng):
    shape = (3, 3, 9) if "MultipleChoice" in architecture else (3, 9)
    ids = rng.integers(5, config.vocab_size, shape)
    mask = np.ones(shape, "int64")
    mask[1, ..., 6:] = 0
    mask[2, ..., 4:] = 0
    segments = rng.integers(0, config.type_vocab_size, shape)
    return {
        "input_ids": ids * mask,
        "attention_mask": mask,
        "token_type_ids": segments,
    }


def spread(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.normal_(0, 0.5, generator=generator)
            if name.endswith("LayerNorm.weight"):
                weight += 1
    return model.eval()


def compare(ours, theirs, exact, what):
    """Ours with Transformers', and how far that is from float64.

    Where PyTorch itself has lost more than half of the tolerance to rounding,
    twice its own distance is what another order of sums may differ by.
    """
    theirs, exact = theirs.numpy(), exact.numpy()
    found = difference(ours, theirs)
    COUNTS["comparisons"] += 1
    COUNTS["largest"] = max(COUNTS["largest"], found)
    rounding = float(np.abs(theirs - exact).max())
    assert found < max(TOLERANCE, 2 * rounding), what


@pytest.mark.parametrize("number", range(FOLDERS_PER_CLASS))
@pytest.mark.parametrize("architecture", CLASSES)
def test_numbers_are_equal(tmp_path, architecture, number):
    seed = 1000 * list(CLASSES).index(architecture) + number
    rng = np.random.default_rng(seed)
    config = random_config(architecture, rng)
    theirs = spread(getattr(transformers, architecture)(config), seed)
    theirs.save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(tiny.VOCABULARY) + "\n")
    inputs = random_inputs(config, architecture, rng)
    tensors = {name: torch.tensor(array) for name, array in inputs.items()}
    with torch.no_grad():
        expected = theirs(**tensors, output_hidden_states=True)
        exact = theirs.double()(**tensors, output_hidden_states=True)
    with warnings.catch_warnings():
        # A vocabulary smaller than the embedding is part of the table.
        warnings.simplefilter("ignore", UserWarning)
        cls = getattr(keras_electra, CLASSES[architecture])
        model = cls.from_preset(tmp_path)
    ours = {
        "token_ids": inputs["input_ids"],
        "segment_ids": inputs["token_type_ids"],
        "padding_mask": inputs["attention_mask"],
    }
    ours = {name: array.astype("int32") for name, array in ours.items()}
    COUNTS["folders"] += 1
    flat = {k: array.reshape(-1, array.shape[-1]) for k, array in ours.items()}
    backbone = getattr(model, "backbone", model)
    states = backbone.call_with_details(**flat)["hidden_states"]
    for layer, triple in enumerate(
        zip(states, expected.hidden_states, exact.hidden_states, strict=True)
    ):
        compare(*triple, f"hidden states {layer} of {config}")

    def check(found, name):
        compare(found, expected[name], exact[name], f"{name} of {config}")

    if architecture == "ElectraModel":
        check(model(ours), "last_hidden_state")
    elif architecture == "ElectraForQuestionAnswering":
        check(model(ours)["start"], "start_logits")
        check(model(ours)["end"], "end_logits")
    else:
        if architecture == "ElectraForMaskedLM":
            ours["mask_positions"] = np.tile(
                np.arange(9, dtype="int32"), (3, 1)
            )
        check(model(ours), "logits")
