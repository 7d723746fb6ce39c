"""Language models whose output table is not the embedding of the encoder."""

import json

import keras
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraCausalLM,
    ElectraMaskedLM,
    converters,
)
from keras_electra.converters import readers
from tests import tiny
from tests.converters.checkpoints import (
    GOLDEN,
    TOLERANCE,
    arrays,
    copy,
    difference,
)

TABLE = "masked_lm_head/output_embedding/embeddings"
CLASSES = {
    "ElectraForMaskedLM": ElectraMaskedLM,
    "ElectraForCausalLM": ElectraCausalLM,
}
INPUTS = {
    "token_ids": np.array([[2, 5, 9, 4, 3], [2, 7, 3, 0, 0]], "int32"),
    "segment_ids": np.zeros((2, 5), "int32"),
    "padding_mask": np.array([[1] * 5, [1, 1, 1, 0, 0]], "int32"),
}


@pytest.fixture(params=CLASSES)
def folder(request, tmp_path):
    """A folder that Transformers wrote, its class of ours, its logits."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    config = transformers.ElectraConfig(
        vocab_size=31,
        embedding_size=12,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=32,
        max_position_embeddings=20,
        is_decoder="Causal" in request.param,
        tie_word_embeddings=False,
    )
    model = write(getattr(transformers, request.param)(config), tmp_path)
    return tmp_path, CLASSES[request.param], logits(model)


def write(model, folder):
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(std=0.5)
            if name.endswith("LayerNorm.weight"):
                parameter += 1
    model.save_pretrained(folder)
    return model


def logits(model):
    import torch

    with torch.no_grad():
        return (
            model.eval()(
                input_ids=torch.from_numpy(INPUTS["token_ids"]).long(),
                attention_mask=torch.from_numpy(INPUTS["padding_mask"]),
            )
            .logits.float()
            .numpy()
        )


def load(cls, folder, **kwargs):
    with pytest.warns(UserWarning, match="holds no vocabulary"):
        return cls.from_preset(folder, **kwargs)


def ours(model):
    return model(model._check_ready(INPUTS))


def test_in_and_out(folder, tmp_path):
    import transformers

    folder, cls, expected = folder
    model = load(cls, folder)
    assert not model.tie_word_embeddings
    assert difference(ours(model), expected) < TOLERANCE
    # The encoder alone, and what inspection says of the folder.
    assert arrays(load_backbone(folder)).keys() < arrays(model).keys()
    found = converters.inspect(folder)
    assert found.missing[cls.__name__] == found.unused[cls.__name__] == []
    model.export_to_transformers(tmp_path / "out")
    mine = readers.read_weights(tmp_path / "out" / "model.safetensors")
    theirs = readers.read_weights(folder / "model.safetensors")
    assert set(mine) == set(theirs)
    for name in theirs:
        np.testing.assert_array_equal(mine[name].read(), theirs[name].read())
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["tie_word_embeddings"] is False
    again, info = getattr(
        transformers, config["architectures"][0]
    ).from_pretrained(tmp_path / "out", output_loading_info=True)
    assert not any(info.values())
    assert np.abs(logits(again) - expected).max() < TOLERANCE


def load_backbone(folder):
    return ElectraBackbone.from_preset(folder)


def test_presets_and_files_keep_it(folder, tmp_path):
    folder, cls, expected = folder
    model = load(cls, folder)
    model.save_to_preset(tmp_path / "preset")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    for again in (
        cls.from_preset(tmp_path / "preset"),
        keras.models.load_model(tmp_path / "model.keras"),
    ):
        assert not again.tie_word_embeddings
        assert difference(ours(again), expected) < TOLERANCE


def test_the_other_task_has_the_same_head(folder, tmp_path):
    folder, cls, _ = folder
    (other,) = set(CLASSES.values()) - {cls}
    decoder = {"is_decoder": True} if other is ElectraCausalLM else {}
    expected = arrays(load(cls, folder))
    load(cls, folder).save_to_preset(tmp_path / "preset")
    models = []
    with pytest.warns(UserWarning) as caught:
        models.append(other.from_preset(folder, **decoder))
        models.append(other.from_preset(tmp_path / "preset", **decoder))
    assert "start random" not in " ".join(str(w.message) for w in caught)
    for model in models:
        assert not model.tie_word_embeddings
        for path, array in arrays(model).items():
            np.testing.assert_array_equal(array, expected[path], err_msg=path)


def test_tables_that_differ_are_not_tied(tmp_path):
    """Whatever the configuration says; as in Transformers."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    source = GOLDEN / "hf" / "generator"
    untie = {"tie_word_embeddings": False}
    model = transformers.ElectraForMaskedLM.from_pretrained(source, **untie)
    copy("generator", tmp_path)
    tied = (tmp_path / "config.json").read_text()
    write(model, tmp_path)
    (tmp_path / "config.json").write_text(tied)
    theirs = transformers.ElectraForMaskedLM.from_pretrained(tmp_path)
    with pytest.warns(UserWarning, match="generator_lm_head.weight .* differ"):
        model = ElectraMaskedLM.from_preset(tmp_path)
    assert difference(ours(model), logits(theirs)) < TOLERANCE
    # Without that table it is the tied model, knowingly.
    ignored = {"ignore": ["generator_lm_head.weight"]}
    model = ElectraMaskedLM.from_preset(tmp_path, **ignored)
    assert model.tie_word_embeddings
    (tmp_path / "config.json").write_text(
        json.dumps({**json.loads(tied), **untie})
    )
    with pytest.raises(ValueError, match="missing: generator_lm_head.weight"):
        ElectraMaskedLM.from_preset(tmp_path, **ignored)


def test_a_tied_checkpoint_has_no_table_to_untie():
    with pytest.raises(ValueError, match=f"generator_lm_head.weight .*{TABLE}"):
        ElectraMaskedLM.from_preset(
            GOLDEN / "hf" / "generator", tie_word_embeddings=False
        )


def test_the_table_is_trained_alone():
    model = tiny.spread_weights(
        ElectraMaskedLM(tiny.backbone(), tie_word_embeddings=False)
    )
    paths = [weight.path for weight in model.trainable_weights]
    assert TABLE in paths and len(set(paths)) == len(paths)
    before = arrays(model)
    x = tiny.inputs()
    model.fit(x, np.where(x["padding_mask"], x["token_ids"], -100), verbose=0)
    after = arrays(model)
    for path in (TABLE, "embeddings/token_embedding/embeddings"):
        assert np.abs(after[path] - before[path]).max() > 0
    assert np.abs(after[TABLE] - after[paths[0]]).max() > 1e-3
