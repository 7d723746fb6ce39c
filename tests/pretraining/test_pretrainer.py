"""Losses, gradients, options and state of the pre-trainer."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_electra import (
    ElectraAdamW,
    ElectraBackbone,
    ElectraMaskedLM,
    ElectraPretrainer,
    ElectraReplacedTokenDetector,
    LinearWarmupDecay,
    converters,
)
from keras_electra.pretraining.make_generator import make_generator
from keras_electra.pretraining.objectives import detector_loss, weighted_mean
from tests import tiny
from tests.converters.checkpoints import GOLDEN, TOLERANCE, difference, golden

IDS = {"mask_token_id": 4, "special_token_ids": (0, 2, 3)}


def numpy_of(x):
    return ops.convert_to_numpy(x)


def make(seed=1, generator=True, compile=True, tie_embeddings=True, **kwargs):
    backbone = kwargs.pop("backbone", {})
    discriminator = ElectraReplacedTokenDetector(
        tiny.backbone(**backbone), compile=False
    )
    maker = {"width": 1.0, "depth": 0.5, "tie_embeddings": tie_embeddings}
    generator = make_generator(discriminator, **maker) if generator else None
    model = ElectraPretrainer(
        discriminator,
        generator,
        tie_embeddings=tie_embeddings,
        seed=seed,
        **IDS,
        **kwargs,
    )
    tiny.spread_weights(discriminator, 0.3)
    if generator is not None:
        tiny.spread_weights(model.generator, 0.3, seed=1)
    if compile:
        model.compile(optimizer=ElectraAdamW(LinearWarmupDecay(1e-2, 30, 3)))
    return model


# === The 2020 code ===


@pytest.mark.parametrize(
    ("name", "heads"), [("tf1_small", 4), ("tf1_base_style", 3)]
)
def test_losses_of_the_2020_code(name, heads):
    numbers, _ = golden(name)
    model = ElectraPretrainer(
        ElectraReplacedTokenDetector.from_preset(
            GOLDEN / name, num_heads=heads
        ),
        ElectraMaskedLM.from_preset(GOLDEN / name),
        **IDS,
    )
    assert (
        model.generator.backbone.embeddings
        is model.discriminator.backbone.embeddings
    )
    sampled = numbers["sampled_tokids"].copy()
    for ids, places in zip(
        sampled, numbers["masked_lm_positions"], strict=True
    ):
        # The 2020 code draws positions with replacement, and writes the mean
        # of the ids where one is drawn twice. Ours differ.
        for place in places[places > 0]:
            ids[places == place] = ids[places == place].mean()
    outputs = model.call_on_masked(
        *(
            ops.convert_to_tensor(numbers[key])
            for key in (
                "original_ids",
                "input_ids",
                "segment_ids",
                "padding_mask",
                "masked_lm_positions",
                "masked_lm_weights",
            )
        ),
        sampled_ids=ops.convert_to_tensor(sampled),
    )
    ids = numpy_of(outputs["corrupted_ids"])
    np.testing.assert_array_equal(ids, numbers["corrupted_ids"])
    np.testing.assert_array_equal(
        numpy_of(outputs["replaced"]), numbers["is_fake"]
    )
    logits = outputs["generator_logits"]
    assert difference(logits, numbers["gen_logits"]) < TOLERANCE
    probabilities = ops.sigmoid(outputs["detector_logits"])
    assert difference(probabilities, numbers["disc_probs"]) < TOLERANCE
    lm = weighted_mean(outputs["generator_losses"], outputs["mask_weights"])
    assert difference(lm, numbers["mlm_loss_mean"]) < TOLERANCE
    detector = detector_loss(
        outputs["detector_logits"],
        outputs["replaced"],
        outputs["padding_mask"],
    )
    mask = numbers["padding_mask"]
    theirs = (numbers["disc_loss"] * mask.sum(1)).sum() / mask.sum()
    assert difference(detector, theirs) < TOLERANCE
    total = model.compute_loss(y_pred=outputs)
    assert difference(total, numbers["total_loss"]) < TOLERANCE


# === Gradients ===


def test_towers_share_embeddings_and_nothing_else():
    model = make()
    paths = [id(v) for v in model.trainable_variables]
    assert len(paths) == len(set(paths))
    shared = {id(v) for v in model.discriminator.trainable_variables} & {
        id(v) for v in model.generator.trainable_variables
    }
    embeddings = model.discriminator.backbone.embeddings
    assert shared == {id(v) for v in embeddings.trainable_variables}


@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.0, 50.0)])
def test_each_loss_moves_its_tower_and_the_embeddings(weights):
    """One step without momentum: what has no gradient does not move."""
    model = make(
        compile=False,
        generator_loss_weight=weights[0],
        discriminator_loss_weight=weights[1],
    )
    model.compile(optimizer=keras.optimizers.SGD(1.0))
    before = {id(v): numpy_of(v) for v in model.trainable_variables}
    model.fit(tiny.inputs(8, 16), batch_size=8, epochs=1, verbose=0)

    def moved(variables):
        return [np.any(numpy_of(v) != before[id(v)]) for v in variables]

    shared = model.discriminator.backbone.embeddings.trainable_variables
    names = {id(v) for v in shared}
    generator, discriminator = (
        [v for v in tower.trainable_variables if id(v) not in names]
        for tower in (model.generator, model.discriminator)
    )
    table = model.discriminator.backbone.token_embedding.trainable_variables
    assert all(moved(table))
    trained, untouched = (
        (generator, discriminator) if weights[0] else (discriminator, generator)
    )
    assert sum(moved(trained)) > 0.8 * len(trained)
    assert not any(moved(untouched))


@pytest.mark.skipif(
    keras.config.backend() != "torch", reason="only PyTorch keeps gradients"
)
def test_no_gradient_is_left_for_the_next_step():
    model = make()
    model.fit(tiny.inputs(8, 16), batch_size=8, epochs=1, verbose=0)
    model.zero_grad()
    assert all(v.value.grad is None for v in model.trainable_variables)


# === Options ===


def test_a_uniform_generator_and_a_masked_lm_alone():
    inputs = tiny.inputs(8, 16)
    model = make(generator=False)
    outputs = model(inputs)
    assert "generator_logits" not in outputs
    assert numpy_of(outputs["replaced"]).sum() > 0
    history = model.fit(inputs, batch_size=8, epochs=1, verbose=0).history
    assert "detector_auc" in history and "masked_lm_loss" not in history

    joint = make()
    alone = ElectraPretrainer(None, joint.generator, **IDS)
    alone.compile(optimizer="sgd")
    history = alone.fit(inputs, batch_size=8, epochs=1, verbose=0).history
    assert "masked_lm_loss" in history and "detector_auc" not in history


def test_one_encoder_for_both():
    backbone = tiny.backbone()
    model = ElectraPretrainer(
        ElectraReplacedTokenDetector(backbone, compile=False),
        ElectraMaskedLM(backbone, compile=False),
        **IDS,
    )
    assert model.generator.backbone is model.discriminator.backbone
    heads = len(model.generator.trainable_variables) + len(
        model.discriminator.trainable_variables
    )
    shared = len(backbone.trainable_variables)
    assert len(model.trainable_variables) == heads - shared


def test_disallow_correct():
    model = make(compile=False, disallow_correct=True)
    outputs = model(tiny.inputs(8, 16))
    weights = numpy_of(outputs["mask_weights"]) > 0
    same = numpy_of(outputs["sampled_ids"]) == numpy_of(outputs["original_ids"])
    assert not same[weights].any()


def test_untied_embeddings():
    model = make(tie_embeddings=False)
    ours, theirs = (
        tower.backbone.token_embedding.embeddings
        for tower in (model.generator, model.discriminator)
    )
    assert ours is not theirs


def test_embeddings_that_do_not_match_are_not_tied():
    discriminator = ElectraReplacedTokenDetector(tiny.backbone(), compile=False)
    generator = ElectraMaskedLM(tiny.backbone(), compile=False)
    with pytest.raises(ValueError, match="embeddings of generator and"):
        ElectraPretrainer(discriminator, generator, **IDS)


def test_a_shared_block_must_have_the_sizes_of_the_backbone():
    with pytest.raises(ValueError, match="`embeddings` to share"):
        tiny.backbone(embedding_dim=4, embeddings=tiny.backbone().embeddings)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"mask_rate": 0.0}, "`mask_rate` must be above 0"),
        (
            {"mask_token_rate": 1.5},
            "`mask_token_rate` must be at least 0",
        ),
        ({"temperature": 0}, "`temperature` must be above 0"),
        ({"mask_token_id": None}, "Without a preprocessor"),
    ],
)
def test_bad_arguments(kwargs, message):
    detector = ElectraReplacedTokenDetector(tiny.backbone(), compile=False)
    with pytest.raises(ValueError, match=message):
        ElectraPretrainer(detector, None, **{**IDS, **kwargs})


def test_bad_towers():
    with pytest.raises(ValueError, match="At least one of"):
        ElectraPretrainer(None, None, **IDS)
    detector = ElectraReplacedTokenDetector(tiny.backbone(), compile=False)
    other = ElectraMaskedLM(tiny.backbone(vocabulary_size=50), compile=False)
    with pytest.raises(ValueError, match="must have the same vocabulary"):
        ElectraPretrainer(detector, other, **IDS)
    with pytest.raises(ValueError, match="`width` must be above 0"):
        make_generator(detector, width=0)


def test_a_generator_of_a_quarter():
    detector = ElectraReplacedTokenDetector(
        ElectraBackbone(
            **{
                **tiny.CONFIG,
                "hidden_dim": 32,
                "num_heads": 4,
                "num_layers": 2,
            }
        ),
        compile=False,
    )
    config = make_generator(detector, width=1 / 4).backbone.get_config()
    assert config["hidden_dim"] == 8 and config["num_heads"] == 1
    assert config["intermediate_dim"] == 8 and config["num_layers"] == 2


# === Training and state ===


def test_evaluation_repeats_and_leaves_training_alone():
    model = make()
    inputs = tiny.inputs(8, 16)
    first = model.evaluate(inputs, batch_size=8, verbose=0, return_dict=True)
    seed = numpy_of(model.training_seed.state)
    again = model.evaluate(inputs, batch_size=8, verbose=0, return_dict=True)
    assert first == again
    np.testing.assert_array_equal(seed, numpy_of(model.training_seed.state))


def test_towers_save_and_load(tmp_path):
    model = make()
    model.discriminator.save_to_preset(tmp_path / "discriminator")
    model.generator.save_to_preset(tmp_path / "generator")
    again = ElectraPretrainer(
        ElectraReplacedTokenDetector.from_preset(tmp_path / "discriminator"),
        ElectraMaskedLM.from_preset(tmp_path / "generator"),
        seed=1,
        **IDS,
    )
    inputs = tiny.inputs(4, 8)
    ours, theirs = (
        numpy_of(each(inputs)["detector_logits"]) for each in (model, again)
    )
    assert difference(ours, theirs) == 0


@pytest.mark.filterwarnings("ignore:.* holds no vocabulary")
def test_a_trained_pair_in_transformers_and_back(tmp_path):
    """Both compute there what they do here, and are a pair again."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    model = make()
    inputs = tiny.inputs(8, 16)
    model.fit(inputs, batch_size=8, verbose=0)
    peers = {
        "generator": transformers.ElectraForMaskedLM,
        "discriminator": transformers.ElectraForPreTraining,
    }
    named = {
        "input_ids": inputs["token_ids"],
        "token_type_ids": inputs["segment_ids"],
        "attention_mask": inputs["padding_mask"],
    }
    for name, kind in peers.items():
        tower = getattr(model, name)
        converters.export_to_transformers(tower, tmp_path / name)
        peer = kind.from_pretrained(tmp_path / name).eval()
        with torch.no_grad():
            tensors = {k: torch.tensor(v).long() for k, v in named.items()}
            theirs = peer(**tensors).logits.numpy()
        places = np.tile(np.arange(16, dtype="int32"), (8, 1))
        more = {"mask_positions": places} if name == "generator" else {}
        ours = numpy_of(tower({**inputs, **more}))
        seen = inputs["padding_mask"] > 0
        assert difference(ours[seen], theirs[seen]) < TOLERANCE
    again = ElectraPretrainer(
        ElectraReplacedTokenDetector.from_preset(tmp_path / "discriminator"),
        ElectraMaskedLM.from_preset(tmp_path / "generator"),
        seed=1,
        **IDS,
    )
    for mine, theirs in zip(model.weights, again.weights, strict=True):
        if mine.dtype == "float32":
            np.testing.assert_array_equal(
                numpy_of(theirs), numpy_of(mine), err_msg=mine.path
            )


def test_keras_file(tmp_path):
    model = make()
    model.fit(tiny.inputs(8, 16), batch_size=8, epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert (
        again.generator.backbone.embeddings
        is again.discriminator.backbone.embeddings
    )
    for mine, theirs in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))


def test_an_error_in_evaluation_costs_no_weights():
    """Keras on JAX would leave the model without any."""
    model = make()
    before = [numpy_of(weight) for weight in model.weights]

    class Broken(keras.utils.PyDataset):
        num_batches = 3

        def __getitem__(self, index):
            if index:
                raise ValueError("a bad batch")
            return (tiny.inputs(4, 16),)

    with pytest.raises(Exception, match="a bad batch"):
        model.evaluate(Broken(), verbose=0)
    seeds = {model.evaluation_seed.state.path}
    for weight, value in zip(model.weights, before, strict=True):
        if weight.path not in seeds:
            np.testing.assert_array_equal(numpy_of(weight), value)


def test_the_discriminators_table_counts():
    """Two copies may differ by the rounding of a preset."""
    first = make(tie_embeddings=False)
    table = first.generator.backbone.embeddings.weights[0]
    theirs = first.discriminator.backbone.embeddings.weights[0]
    first.generator.backbone.embeddings.set_weights(
        first.discriminator.backbone.embeddings.get_weights()
    )
    expected = numpy_of(theirs)
    table.assign(expected + 5e-4)
    tied = ElectraPretrainer(first.discriminator, first.generator, **IDS)
    assert tied.generator is not first.generator
    np.testing.assert_array_equal(
        numpy_of(tied.discriminator.backbone.embeddings.weights[0]), expected
    )


def test_unknown_inputs_are_named():
    x = tiny.inputs()
    with pytest.raises(ValueError, match="`attention_mask` is `padding_mask`"):
        make()({**x, "attention_mask": x["padding_mask"]})


def test_weights_that_are_too_coarse():
    model = make(backbone={"dtype": "bfloat16"})
    with pytest.warns(UserWarning, match='dtype="mixed_bfloat16"'):
        model.fit(tiny.inputs(), verbose=0)


def test_float16_scales_its_loss():
    model = make(backbone={"dtype": "mixed_float16"})
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    history = model.fit(tiny.inputs(8, 16), epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_a_generator_with_an_output_table_of_its_own():
    discriminator = ElectraReplacedTokenDetector(tiny.backbone())
    generator = ElectraMaskedLM(tiny.backbone(), tie_word_embeddings=False)
    generator.backbone.embeddings.set_weights(
        discriminator.backbone.embeddings.get_weights()
    )
    expected = generator.get_weights()
    tied = ElectraPretrainer(discriminator, generator, **IDS).generator
    assert tied is not generator and not tied.tie_word_embeddings
    for mine, theirs in zip(tied.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
