"""Any class from any folder: what fits is loaded, what does not is named."""

import json
import logging
import shutil

import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraCausalLM,
    ElectraMaskedLM,
    ElectraReplacedTokenDetector,
    ElectraTextClassifier,
    ElectraTextClassifierPreprocessor,
    ElectraTokenizer,
)
from keras_electra.converters import load_foreign, readers
from tests.converters.checkpoints import GOLDEN, arrays, copy

DISCRIMINATOR = GOLDEN / "hf" / "discriminator"
CLASSIFIER = GOLDEN / "hf" / "text_classification"
GENERATOR = GOLDEN / "hf" / "generator"
FILE = "model.safetensors"


def rewrite(folder, change):
    """Change the tensors of a folder's `model.safetensors`."""
    import safetensors.numpy

    path = folder / FILE
    tensors = {n: t.read() for n, t in readers.read_weights(path).items()}
    change(tensors)
    safetensors.numpy.save_file(tensors, path)


def encoder(model):
    backbone = getattr(model, "backbone", model)
    return arrays(backbone)


def assert_encoder(model, folder):
    expected = encoder(ElectraBackbone.from_preset(folder))
    for path, array in encoder(model).items():
        np.testing.assert_array_equal(array, expected[path])


# === Heads ===
def test_a_classifier_from_a_discriminator():
    with pytest.warns(UserWarning, match="has no head for it") as caught:
        model = ElectraTextClassifier.from_preset(DISCRIMINATOR, num_classes=3)
    (message,) = [str(warning.message) for warning in caught]
    for path in ("pooled_dense/kernel", "logits/bias"):
        assert path in message
    assert "discriminator_predictions.dense_prediction.weight" in message
    assert "GENERATOR" not in message
    assert_encoder(model, DISCRIMINATOR)
    assert model.num_classes == 3


def test_a_classifier_from_a_generator_is_warned_of():
    with pytest.warns(UserWarning, match="THIS IS A GENERATOR.*discriminator"):
        model = ElectraTextClassifier.from_preset(GENERATOR, num_classes=2)
    assert_encoder(model, GENERATOR)


def test_a_detector_from_a_generator_is_warned_of():
    with pytest.warns(UserWarning, match="THIS IS A GENERATOR") as caught:
        ElectraReplacedTokenDetector.from_preset(GENERATOR)
    assert "detector_dense/kernel" in str(caught[0].message)
    assert "generator_lm_head.bias" in str(caught[0].message)


def test_a_masked_lm_from_a_discriminator_is_warned_of():
    with pytest.warns(
        UserWarning, match="THIS IS A DISCRIMINATOR.*only the encoder fits"
    ) as caught:
        model = ElectraMaskedLM.from_preset(DISCRIMINATOR)
    (message,) = [str(warning.message) for warning in caught]
    for part in (
        "masked_lm_head/dense/kernel",
        "masked_lm_head/output_bias",
        "discriminator_predictions.dense.weight",
    ):
        assert part in message
    assert_encoder(model, DISCRIMINATOR)


def test_a_backbone_leaves_heads_quietly(caplog):
    with caplog.at_level(logging.INFO, "keras_electra"):
        ElectraBackbone.from_preset(DISCRIMINATOR)
    assert "discriminator_predictions.dense.weight: not loaded" in caplog.text
    assert "ElectraReplacedTokenDetector" in caplog.text


def test_a_decoder_is_warned_of():
    folder = GOLDEN / "hf" / "causal_lm"
    with pytest.warns(UserWarning, match="trained as a decoder.*differ.*Pass"):
        detector = ElectraReplacedTokenDetector.from_preset(folder)
    assert not detector.backbone.is_decoder
    for given in (True, False):
        with pytest.warns(UserWarning, match="start random") as caught:
            detector = ElectraReplacedTokenDetector.from_preset(
                folder, is_decoder=given
            )
        assert "trained as a decoder" not in str(caught[0].message)
        assert detector.backbone.is_decoder is given
    assert ElectraBackbone.from_preset(folder).is_decoder


def test_an_encoder_is_no_decoder_yet():
    with pytest.warns(UserWarning, match="trained as an encoder.*further"):
        causal_lm = ElectraCausalLM.from_preset(GENERATOR)
    assert causal_lm.backbone.is_decoder
    # Said to be meant: no warning. The head of the generator is its own.
    expected = arrays(causal_lm)
    causal_lm = ElectraCausalLM.from_preset(GENERATOR, is_decoder=True)
    for path, array in arrays(causal_lm).items():
        np.testing.assert_array_equal(array, expected[path])


def test_cross_attention_comes_new():
    with pytest.warns(UserWarning, match="start random.*cross_attention/key"):
        causal_lm = ElectraCausalLM.from_preset(
            GENERATOR, is_decoder=True, add_cross_attention=True
        )
    assert causal_lm.backbone.add_cross_attention


def test_another_number_of_classes():
    with pytest.warns(UserWarning, match="start random"):
        model = ElectraTextClassifier.from_preset(CLASSIFIER, num_classes=5)
    assert model.num_classes == 5
    assert list(model.class_names) == [f"LABEL_{i}" for i in range(5)]
    assert_encoder(model, CLASSIFIER)


def test_names_of_another_number_of_classes():
    with pytest.warns(UserWarning, match="start random"):
        model = ElectraTextClassifier.from_preset(
            CLASSIFIER, class_names=["a", "b"]
        )
    assert list(model.class_names) == ["a", "b"]
    assert_encoder(model, CLASSIFIER)


def test_a_length_for_no_preprocessor():
    with pytest.raises(
        ValueError, match="'sequence_length'. must go to a prep"
    ):
        ElectraTextClassifier.from_preset(
            CLASSIFIER, preprocessor=None, sequence_length=12
        )


def test_the_same_number_of_classes_keeps_the_head():
    expected = arrays(ElectraTextClassifier.from_preset(CLASSIFIER))
    model = ElectraTextClassifier.from_preset(
        CLASSIFIER, class_names=["a", "b", "c"]
    )
    assert list(model.class_names) == ["a", "b", "c"]
    for path, array in arrays(model).items():
        np.testing.assert_array_equal(array, expected[path])


def test_the_number_of_classes_has_to_come_from_somewhere():
    with pytest.raises(ValueError, match="`num_classes` must be given"):
        ElectraTextClassifier.from_preset(DISCRIMINATOR)


def test_half_a_head_is_an_error(tmp_path):
    copy("text_classification", tmp_path, FILE)
    rewrite(tmp_path, lambda t: t.pop("classifier.out_proj.bias"))
    with pytest.raises(ValueError, match="missing: classifier.out_proj.bias"):
        ElectraTextClassifier.from_preset(tmp_path)


def test_class_names():
    model = ElectraTextClassifier.from_preset(CLASSIFIER)
    assert list(model.class_names) == ["NEG", "NEU", "POS"]
    assert model.problem_type == "single_label"


# === Keywords ===
def test_keywords_find_their_constructor():
    model = ElectraTextClassifier.from_preset(
        CLASSIFIER,
        dtype="bfloat16",
        max_sequence_length=20,
        sequence_length=12,
        lowercase=False,
        attention_dropout=0.3,
        dropout=0.4,
        name="mine",
    )
    assert model.backbone.dtype_policy.name == "bfloat16"
    assert model.backbone.max_sequence_length == 20
    assert model.backbone.attention_dropout == 0.3
    assert model.backbone.dropout == 0.1
    assert model.dropout == 0.4
    assert model.preprocessor.sequence_length == 12
    assert not model.preprocessor.tokenizer.options.lowercase
    assert model.name == "mine"


def test_shorter_positions_are_the_first_ones():
    short = ElectraBackbone.from_preset(CLASSIFIER, max_sequence_length=20)
    path = "embeddings/position_embedding/embeddings"
    whole = arrays(ElectraBackbone.from_preset(CLASSIFIER))[path]
    np.testing.assert_array_equal(arrays(short)[path], whole[:20])


def test_texts_are_cut_to_the_positions():
    model = ElectraTextClassifier.from_preset(CLASSIFIER)
    assert model.preprocessor.sequence_length == 48


def test_a_size_that_is_not_the_checkpoints():
    with pytest.raises(ValueError, match="misshapen: .*intermediate"):
        ElectraBackbone.from_preset(CLASSIFIER, intermediate_dim=65)


def test_an_unknown_keyword():
    for cls, takers in (
        (ElectraBackbone, "ElectraBackbone"),
        (ElectraTokenizer, "ElectraTokenizer"),
        (ElectraTextClassifierPreprocessor, "ElectraTokenizer"),
        (ElectraTextClassifier, "ElectraTextClassifier, ElectraBackbone"),
    ):
        with pytest.raises(TypeError, match=f"{takers}.*Received: colour"):
            cls.from_preset(CLASSIFIER, colour="red")


def test_parts_that_are_given_are_used():
    tokenizer = ElectraTokenizer.from_preset(CLASSIFIER, lowercase=False)
    preprocessor = ElectraTextClassifierPreprocessor.from_preset(
        CLASSIFIER, tokenizer=tokenizer, sequence_length=9
    )
    assert preprocessor.tokenizer is tokenizer
    backbone = ElectraBackbone.from_preset(DISCRIMINATOR)
    model = ElectraTextClassifier.from_preset(
        CLASSIFIER, backbone=backbone, preprocessor=preprocessor
    )
    assert model.backbone is backbone
    assert model.preprocessor is preprocessor


def test_no_preprocessor_is_wanted():
    model = ElectraTextClassifier.from_preset(CLASSIFIER, preprocessor=None)
    assert model.preprocessor is None


def test_without_weights(tmp_path):
    copy("text_classification", tmp_path)
    model = ElectraTextClassifier.from_preset(tmp_path, load_weights=False)
    assert model.num_classes == 3
    with pytest.raises(FileNotFoundError, match="must hold one of model.safe"):
        ElectraTextClassifier.from_preset(tmp_path)


def test_settings_of_a_known_preset():
    from keras_electra import presets

    source = presets.Source(
        CLASSIFIER, "huggingface", "x", {"lowercase": False}
    )
    model = load_foreign(ElectraTextClassifier, source)
    assert not model.preprocessor.tokenizer.options.lowercase
    tokenizer = load_foreign(ElectraTokenizer, source, lowercase=True)
    assert tokenizer.options.lowercase
    load_foreign(ElectraBackbone, source)
    load_foreign(ElectraBackbone, str(CLASSIFIER))


def test_tower_is_for_files_with_towers():
    with pytest.raises(ValueError, match="file that holds it.*holds one model"):
        ElectraBackbone.from_preset(CLASSIFIER, tower="generator")


# === Broken folders ===
def test_no_vocabulary(tmp_path):
    copy("text_classification", tmp_path, FILE)
    for name in ("vocab.txt", "tokenizer.json"):
        (tmp_path / name).unlink()
    with pytest.warns(UserWarning, match="holds no vocabulary"):
        model = ElectraTextClassifier.from_preset(tmp_path)
    assert model.preprocessor is None
    with pytest.raises(ValueError, match="must hold a vocabulary"):
        ElectraTokenizer.from_preset(tmp_path)


def test_a_vocabulary_larger_than_the_embedding(tmp_path):
    copy("text_classification", tmp_path, FILE)
    (tmp_path / "tokenizer.json").unlink()
    with open(tmp_path / "vocab.txt", "a") as file:
        file.write("one\nmore\n")
    with pytest.raises(ValueError, match="148 pieces and `vocabulary_size`"):
        ElectraTextClassifier.from_preset(tmp_path)


def test_everything_that_does_not_fit_is_named_at_once(tmp_path):
    copy("discriminator", tmp_path, FILE)
    base = "electra.encoder.layer.1.attention."

    def spoil(tensors):
        del tensors[f"{base}self.key.bias"]
        tensors[f"{base}output.dense.weight"] = np.zeros((32, 31), "float32")
        tensors["electra.other.dense.weight"] = np.zeros((2, 2), "float32")

    rewrite(tmp_path, spoil)
    with pytest.raises(ValueError) as error:
        ElectraBackbone.from_preset(tmp_path)
    message = str(error.value)
    for part in (
        "missing: encoder.layer.1.attention.self.key.bias",
        f"misshapen: {base}output.dense.weight has shape (32, 31)",
        "unused: electra.other.dense.weight",
    ):
        assert part in message


def test_what_does_not_matter_can_be_ignored_knowingly(tmp_path):
    copy("discriminator", tmp_path, FILE, config={"use_bfloat16": True})
    rewrite(tmp_path, lambda t: t.update(extra=np.zeros(1, "float32")))
    with pytest.raises(ValueError, match="use_bfloat16=True"):
        ElectraBackbone.from_preset(tmp_path)
    with pytest.raises(ValueError, match="unused: extra"):
        ElectraBackbone.from_preset(tmp_path, ignore=["use_bfloat16"])
    ElectraBackbone.from_preset(tmp_path, ignore=["use_bfloat16", "extra"])


def test_broken_weights(tmp_path):
    copy("discriminator", tmp_path, FILE)
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content[:-100])
    with pytest.raises(ValueError, match="truncated"):
        ElectraBackbone.from_preset(tmp_path)


@pytest.mark.parametrize("content", ["{", "[1]", "\ufeffx"])
def test_broken_configuration(tmp_path, content):
    shutil.copytree(DISCRIMINATOR, tmp_path, dirs_exist_ok=True)
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match="`config.json` must"):
        ElectraBackbone.from_preset(tmp_path)


def test_a_subclass_loads_like_its_base():
    class Mine(ElectraTextClassifier):
        pass

    assert Mine.from_preset(CLASSIFIER).num_classes == 3


def test_json_is_read_once_more(tmp_path):
    """A `config.json` of an old release has no `architectures`."""
    copy(
        "text_classification",
        tmp_path,
        FILE,
        config={"architectures": None, "dtype": None},
    )
    content = json.loads((tmp_path / "config.json").read_text())
    assert "architectures" not in content
    assert ElectraTextClassifier.from_preset(tmp_path).num_classes == 3


# === Tokenizers ===
@pytest.mark.parametrize("left_out", ["tokenizer.json", "vocab.txt"])
def test_a_folder_with_a_tokenizer_only(tmp_path, left_out):
    copy("discriminator", tmp_path)
    (tmp_path / "config.json").unlink()
    (tmp_path / left_out).unlink()
    expected = ElectraTokenizer.from_preset(DISCRIMINATOR)
    tokenizer = ElectraTokenizer.from_preset(tmp_path)
    assert tokenizer.get_vocabulary() == expected.get_vocabulary()
    upper = ElectraTokenizer.from_preset(tmp_path, lowercase=False)
    assert not upper.options.lowercase
    preprocessor = ElectraTextClassifierPreprocessor.from_preset(
        tmp_path, sequence_length=16
    )
    assert preprocessor.sequence_length == 16
    for cls in (
        ElectraTextClassifierPreprocessor,
        ElectraBackbone,
        ElectraTextClassifier,
    ):
        with pytest.raises(ValueError, match="a folder with a tokenizer only"):
            cls.from_preset(tmp_path)


# === Vocabularies that are cut off ===
def cut_last_line(path):
    path.write_text("\n".join(path.read_text().split("\n")[:-2]) + "\n")


def test_a_cut_vocabulary_is_warned_of(tmp_path):
    copy("text_classification", tmp_path, FILE)
    (tmp_path / "tokenizer.json").unlink()
    ElectraTextClassifier.from_preset(tmp_path)  # As warnings are errors.
    cut_last_line(tmp_path / "vocab.txt")
    with pytest.warns(UserWarning, match="145 tokens.*146 rows.*cut off"):
        ElectraTextClassifier.from_preset(tmp_path)


@pytest.mark.parametrize("rows", [152, 160, 192, 256])
def test_an_embedding_that_is_rounded_up_is_not(tmp_path, rows):
    copy("backbone", tmp_path, config={"vocab_size": rows})
    ElectraMaskedLM.from_preset(tmp_path, load_weights=False)


@pytest.mark.parametrize("part", ["tokenizer", "preprocessor", "task"])
def test_a_preset_with_a_cut_vocabulary_is_refused(tmp_path, part):
    ElectraTextClassifier.from_preset(CLASSIFIER).save_to_preset(tmp_path / "p")
    cut_last_line(tmp_path / "p" / "assets" / "tokenizer" / "vocabulary.txt")
    cls = {
        "tokenizer": ElectraTokenizer,
        "preprocessor": ElectraTextClassifierPreprocessor,
        "task": ElectraTextClassifier,
    }[part]
    with pytest.raises(
        ValueError, match="`vocabulary.txt` must be the file that was saved"
    ):
        cls.from_preset(tmp_path / "p")


def test_an_export_with_a_cut_vocabulary_is_refused(tmp_path):
    model = ElectraTextClassifier.from_preset(CLASSIFIER)
    model.export_to_transformers(tmp_path)
    cut_last_line(tmp_path / "vocab.txt")
    with pytest.warns(UserWarning, match="hold different pieces"):
        again = ElectraTextClassifier.from_preset(tmp_path)
    assert again.preprocessor.tokenizer.vocabulary_size() == 146
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(ValueError, match="must hold the 146 pieces.*145"):
        ElectraTextClassifier.from_preset(tmp_path)
