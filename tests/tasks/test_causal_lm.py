"""Decoding, with and without a cache, from prompts of every form."""

import contextlib

import keras
import keras_hub
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraCausalLM,
    ElectraCausalLMPreprocessor,
)
from keras_electra.preprocessors.causal_lm import shift_labels
from tests import tiny
from tests.converters.checkpoints import GOLDEN, difference, golden

FOLDER = GOLDEN / "hf" / "causal_lm"
PROMPTS = ["the quick brown", "food", "this is not"]


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


def make(spread=0.3, **kwargs):
    backbone = tiny.backbone(is_decoder=True, **kwargs)
    preprocessor = ElectraCausalLMPreprocessor(
        tiny.tokenizer(), sequence_length=16
    )
    task = ElectraCausalLM(backbone, preprocessor)
    tiny.spread_weights(task, spread)
    task.compile(sampler="greedy")
    return task


@pytest.fixture(scope="module")
def causal_lm():
    return make()


@pytest.fixture(scope="module")
def with_encoder():
    return make(add_cross_attention=True)


@contextlib.contextmanager
def on_tokens(task):
    """Without its preprocessor, a model takes and gives token ids."""
    preprocessor, task.preprocessor = task.preprocessor, None
    try:
        yield
    finally:
        task.preprocessor = preprocessor


@pytest.fixture(scope="module")
def greedy(causal_lm):
    """Prompts, and what greedy generation makes of them to the last place."""
    x = causal_lm.preprocessor.generate_preprocess(PROMPTS)
    with on_tokens(causal_lm):
        return x, causal_lm.generate(x, stop_token_ids=None)


def encoder_output(batch, dim=16, seed=0):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(batch, 5, dim)).astype("float32")
    mask = (np.arange(5) < rng.integers(1, 6, (batch, 1))).astype("int32")
    return {"encoder_hidden_states": states, "encoder_padding_mask": mask}


def slowly(task, ids, **encoder):
    """Greedy decoding by the definition: the whole model for each token."""
    x = np.zeros((1, 16), "int32")
    mask = x.copy()
    x[0, : len(ids)] = ids
    mask[0, : len(ids)] = 1
    for place in range(len(ids), 16):
        inputs = {"token_ids": x, "segment_ids": x * 0, "padding_mask": mask}
        logits = task.predict({**inputs, **encoder}, verbose=0)
        x[0, place] = logits[0, place - 1].argmax()
        mask[0, place] = 1
    return x[0].tolist()


# === The same as Transformers, and as without a cache ===
def test_greedy_generation_equals_transformers():
    task = ElectraCausalLM.from_preset(FOLDER)
    task.compile(sampler="greedy")
    numbers, _ = golden("hf", "causal_lm")
    expected = numbers["generate_greedy"]
    with on_tokens(task):
        output = task.generate(
            {"token_ids": numbers["generate_prompt"]},
            max_length=expected.shape[1],
            stop_token_ids=None,
        )
    np.testing.assert_array_equal(output["token_ids"], expected)
    assert output["padding_mask"].all()


def test_cached_equals_uncached(with_encoder):
    task = with_encoder
    inputs = {**tiny.inputs(2, 8), **encoder_output(2)}
    expected = numpy_of(task(inputs))
    empty = {**inputs, "token_ids": inputs["token_ids"] * 0}
    _, cache = task.build_cache(empty)
    rows = []
    for index in range(expected.shape[1]):
        ids = inputs["token_ids"][:, index : index + 1]
        logits, _, cache = task.call_with_cache(ids, cache, index)
        rows.append(numpy_of(logits)[:, 0])
    mask = inputs["padding_mask"][..., None]
    assert difference(np.stack(rows, axis=1) * mask, expected * mask) < 1e-5


def test_prompts_of_different_lengths_do_not_disturb_each_other(
    causal_lm, greedy
):
    x, output = greedy
    for row, length in enumerate(x["padding_mask"].sum(axis=1)):
        prompt = x["token_ids"][row, :length]
        ids = output["token_ids"][row].tolist()
        assert ids == slowly(causal_lm, prompt)
    assert output["padding_mask"].all()


def test_padding_on_the_left_changes_nothing(causal_lm, greedy):
    left = ElectraCausalLMPreprocessor(
        tiny.tokenizer(padding_side="left"), sequence_length=16
    )
    x = left.generate_preprocess(PROMPTS)
    starts = x["padding_mask"].argmax(axis=1)
    assert starts.tolist() == [0, 2, 0]
    with on_tokens(causal_lm):
        output = causal_lm.generate(x, stop_token_ids=None)
    for row, start in enumerate(starts):
        np.testing.assert_array_equal(
            output["token_ids"][row, start:],
            greedy[1]["token_ids"][row, : 16 - start],
        )
        assert output["padding_mask"][row, start:].all()
        assert not output["padding_mask"][row, :start].any()


def test_generation_looks_at_the_encoder(with_encoder):
    task, encoder = with_encoder, encoder_output(2)
    x = task.preprocessor.generate_preprocess(PROMPTS[:2])
    with on_tokens(task):
        output = task.generate({**x, **encoder}, stop_token_ids=None)
    for row, length in enumerate(x["padding_mask"].sum(axis=1)):
        own = {name: array[row : row + 1] for name, array in encoder.items()}
        ids = slowly(task, x["token_ids"][row, :length], **own)
        assert output["token_ids"][row].tolist() == ids
    texts = task.generate(
        {"prompts": PROMPTS[:2], **encoder}, stop_token_ids=None
    )
    assert texts == task.preprocessor.generate_postprocess(output)
    single = {name: array[:1] for name, array in encoder.items()}
    # In whatever order: a string for a string.
    for inputs in (
        {"prompts": PROMPTS[0], **single},
        {**single, "prompts": PROMPTS[0]},
    ):
        assert task.generate(inputs, stop_token_ids=None) == texts[0]
    states = {"encoder_hidden_states": encoder["encoder_hidden_states"] + 1}
    assert texts != task.generate(
        {"prompts": PROMPTS[:2], **states}, stop_token_ids=None
    )


def test_a_token_sees_nothing_after_it(causal_lm):
    x = tiny.inputs(batch=2)
    before = numpy_of(causal_lm(x))
    x["token_ids"] = np.concatenate(
        [x["token_ids"][:, :4], x["token_ids"][:, 4:] * 0 + 7], axis=1
    )
    after = numpy_of(causal_lm(x))
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert np.abs(before[:, 4:] - after[:, 4:]).max() > 1e-2


# === Generation ===
def test_strings_in_strings_out(causal_lm):
    texts = causal_lm.generate(PROMPTS)
    assert all(t.startswith(p) for t, p in zip(texts, PROMPTS, strict=True))
    assert causal_lm.generate(PROMPTS[1]) == texts[1]
    new = causal_lm.generate(PROMPTS, strip_prompt=True)
    for text, prompt, rest in zip(texts, PROMPTS, new, strict=True):
        assert text in (
            f"{prompt}{rest.removeprefix('##')}",
            f"{prompt} {rest}",
        )


def test_stop_tokens(causal_lm, greedy):
    x, all_of_it = greedy
    stop = int(all_of_it["token_ids"][0, 8])
    with on_tokens(causal_lm):
        stopped = causal_lm.generate(x, stop_token_ids=stop)
        with pytest.raises(ValueError, match="must be attached to the model"):
            causal_lm.generate(x)
    for row, prompt in enumerate(x["padding_mask"].sum(axis=1)):
        ids = all_of_it["token_ids"][row].tolist()
        end = len(ids)
        if stop in ids[prompt:]:
            end = ids.index(stop, prompt) + 1
        kept = stopped["padding_mask"][row]
        assert kept[:end].all() and not kept[end:].any()
        assert stopped["token_ids"][row, :end].tolist() == ids[:end]


@pytest.mark.parametrize(
    "sampler",
    [
        pytest.param("beam", marks=pytest.mark.slow),
        pytest.param("contrastive", marks=pytest.mark.slow),
        "random",
        keras_hub.samplers.TopKSampler(k=3, seed=1),
        "top_p",
    ],
    ids=lambda s: s if isinstance(s, str) else type(s).__name__,
)
def test_samplers(sampler, with_encoder):
    with_encoder.compile(sampler=sampler)
    inputs = {"prompts": PROMPTS[:2], **encoder_output(2)}
    try:
        texts = with_encoder.generate(inputs, max_length=8)
    finally:
        with_encoder.compile(sampler="greedy")
    for text, prompt in zip(texts, PROMPTS, strict=False):
        assert text.startswith(prompt)


def test_beams_are_at_least_as_likely(causal_lm, greedy):
    """Rows of the cache move with the beams they belong to."""
    x, by_one = greedy
    causal_lm.compile(sampler=keras_hub.samplers.BeamSampler(num_beams=4))
    try:
        with on_tokens(causal_lm):
            by_beams = causal_lm.generate(x, stop_token_ids=None)
    finally:
        causal_lm.compile(sampler="greedy")

    def log_probability(ids):
        inputs = {"segment_ids": ids * 0, "padding_mask": ids * 0 + 1}
        logits = causal_lm({"token_ids": ids, **inputs})
        logs = numpy_of(keras.ops.log_softmax(logits))[:, :-1]
        logs = np.take_along_axis(logs, ids[:, 1:, None], axis=2)[..., 0]
        return np.sum(logs * (x["padding_mask"][:, 1:] == 0), axis=1)

    one, beams = (log_probability(o["token_ids"]) for o in (by_one, by_beams))
    assert (beams > one - 1e-3).all() and (beams > one + 1e-3).any()


def test_the_same_labels_in_a_graph(causal_lm):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    made = causal_lm.preprocessor
    data = tf.data.Dataset.from_tensors(tiny.TEXTS).map(made)
    x, y = next(iter(data))[:2]
    ours, expected = made(tiny.TEXTS)[:2]
    length = min(y.shape[1], expected.shape[1])  # Padded further, or not.
    np.testing.assert_array_equal(y[:, :length], expected[:, :length])
    assert (expected[:, :length] >= 0).any()
    np.testing.assert_array_equal(
        x["token_ids"][:, :length], ours["token_ids"][:, :length]
    )


def test_generate_from_tf_data(causal_lm):
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices(PROMPTS).batch(3)
    assert causal_lm.generate(dataset) == causal_lm.generate(PROMPTS)


# === Training ===
def test_texts_are_their_own_labels(causal_lm):
    x, y = causal_lm.preprocessor(tiny.TEXTS)
    ids, mask = x["token_ids"], x["padding_mask"]
    for row, length in enumerate(mask.sum(axis=1)):
        np.testing.assert_array_equal(y[row, : length - 1], ids[row, 1:length])
        assert (y[row, length - 1 :] == -100).all()
    np.testing.assert_array_equal(
        shift_labels([[5, 6, -100], [7, 8, 9]]),
        [[6, -100, -100], [8, 9, -100]],
    )


@pytest.mark.slow
def test_it_learns_a_text():
    keras.utils.set_random_seed(0)
    task = make(spread=0.05, dropout=0.0, attention_dropout=0.0)
    task.compile(optimizer=keras.optimizers.Adam(1e-2), sampler="greedy")
    text = "the quick brown fox jumps over the dog"
    task.fit([text], epochs=40, verbose=0)
    assert task.generate(["the", "the quick"]) == [text, text]


def test_ignored_labels_count_for_nothing(causal_lm):
    x, y = causal_lm.preprocessor(tiny.TEXTS[:3])
    logits = causal_lm(x)
    logs = numpy_of(keras.ops.log_softmax(logits))
    logs = np.take_along_axis(logs, np.maximum(y, 0)[..., None], 2)[..., 0]
    for row in (None, 1):
        if row is not None:
            y[row] = -100
        loss = numpy_of(causal_lm.compute_loss(x, y, logits))
        assert loss == pytest.approx(-logs[y != -100].mean(), abs=1e-4)


@pytest.mark.slow
def test_fit_with_an_encoder(with_encoder):
    x, y = with_encoder.preprocessor(tiny.TEXTS[:2])
    x.update(encoder_output(2))
    history = with_encoder.fit(x, y, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_a_keras_file_keeps_the_sampler(tmp_path):
    task = make()
    task.compile(sampler=keras_hub.samplers.TopPSampler(p=0.3, seed=3))
    task.fit(PROMPTS, verbose=0)
    task.save(tmp_path / "task.keras")
    copy = keras.models.load_model(tmp_path / "task.keras")
    assert type(copy.sampler) is keras_hub.samplers.TopPSampler
    assert copy.sampler.get_config() == task.sampler.get_config()


def test_a_decoder_becomes_a_preset_with_its_encoder(with_encoder, tmp_path):
    with_encoder.save_to_preset(tmp_path / "preset")
    copy = keras_hub.models.CausalLM.from_preset(str(tmp_path / "preset"))
    assert type(copy) is ElectraCausalLM
    for mine, theirs in zip(copy.weights, with_encoder.weights, strict=True):
        assert mine.path == theirs.path
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))
    backbone = ElectraBackbone.from_preset(tmp_path / "preset")
    assert backbone.is_decoder and backbone.add_cross_attention


def test_an_encoders_preset_loads_as_a_decoder(tmp_path):
    encoder = tiny.spread_weights(tiny.backbone())
    encoder.save_to_preset(tmp_path / "encoder")
    decoder = ElectraBackbone.from_preset(tmp_path / "encoder", is_decoder=True)
    for mine, theirs in zip(decoder.weights, encoder.weights, strict=True):
        assert mine.path == theirs.path
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))


# === Bad input ===
def test_an_encoder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be a decoder.*is_decoder=True"):
        ElectraCausalLM(tiny.backbone())
    with pytest.raises(ValueError, match="needs `is_decoder=True`"):
        tiny.backbone(add_cross_attention=True)
    with pytest.raises(ValueError, match="`padding_side` must be"):
        tiny.tokenizer(padding_side="middle")


@pytest.mark.parametrize(
    "inputs, kwargs, message",
    [
        ("a " * 20, {}, "must leave room for at least one token"),
        ("a", {"max_length": 2}, "must leave room for at least one token"),
        ("a", {"max_length": 33}, "not above the model's `max_sequence_len"),
        ("a", {"max_length": 0}, "must be a positive integer"),
        ("a", {"stop_token_ids": [999]}, r"one or more integers in \[0, "),
        ("a", {"stop_token_ids": "[SEP]"}, "one or more integers"),
        ({"texts": ["a"]}, {}, r"must be among \['prompts', "),
        ({"encoder_padding_mask": [[1]]}, {}, "must hold `prompts`"),
        ({"token_ids": [[999]]}, {}, r"`token_ids` must lie in \[0, "),
        (
            {"token_ids": [[5, 6]], "padding_mask": [[0, 0]]},
            {},
            "An empty prompt|an empty prompt in row 0",
        ),
        ({"token_ids": [[5] * 16]}, {}, "must leave room for at least one"),
        (
            {"prompts": ["a"], "encoder_hidden_states": np.ones((1, 2, 16))},
            {},
            "to no other. Received: some",
        ),
    ],
)
def test_bad_prompts(causal_lm, inputs, kwargs, message):
    if isinstance(inputs, dict):
        inputs = {
            k: np.array(v) if "prompts" != k else v for k, v in inputs.items()
        }
    with pytest.raises(ValueError, match=message):
        causal_lm.generate(inputs, **kwargs)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"encoder_hidden_states": None}, "Received: none for a backbone"),
        ({"encoder_hidden_states": np.ones((2, 5, 9))}, "must have the shape"),
        ({"encoder_padding_mask": np.ones((2, 4))}, "must have the shape"),
    ],
)
def test_bad_output_of_an_encoder(with_encoder, change, message):
    inputs = {"prompts": PROMPTS[:2], **encoder_output(2), **change}
    inputs = {k: v for k, v in inputs.items() if v is not None}
    with pytest.raises(ValueError, match=message):
        with_encoder.generate(inputs)


def test_no_cross_attention_no_encoder(causal_lm):
    with pytest.raises(
        ValueError, match="requires a backbone with cross-attention"
    ):
        causal_lm.backbone.call_with_details(
            **tiny.inputs(2), **encoder_output(2)
        )


@pytest.mark.parametrize(
    "x, y, message",
    [
        (["a"], ["b"], "are the texts themselves"),
        ((["a"], ["b"]), None, "must be single texts"),
        (
            {"token_ids": np.array([[5, 6]])},
            np.array([[6, 999]]),
            "must be the token after each",
        ),
        (
            {"token_ids": np.array([[5, 6]])},
            np.array([6]),
            "must be the token after each",
        ),
    ],
)
def test_bad_labels(causal_lm, x, y, message):
    with pytest.raises(ValueError, match=message):
        causal_lm.evaluate(x, y, verbose=0)


@pytest.mark.parametrize("sampler", ["greedy", "beam", "top_p"])
def test_rows_without_a_token_are_not_generated(sampler):
    size = len(tiny.VOCABULARY)
    task = make(vocabulary_size=size + 15)
    sampler = keras_hub.samplers.get(sampler)
    task.compile(sampler=sampler)
    bias = np.zeros(size + 15)
    bias[size:] = 1e3
    task.masked_lm_head.output_bias.assign(bias)
    x = task.preprocessor.generate_preprocess(["the dog"])
    (text,) = task.generate(["the dog"], stop_token_ids=None)
    assert text.startswith("the dog")
    output = task.generate_step(
        {k: keras.ops.convert_to_tensor(v) for k, v in x.items()}
    )
    assert (numpy_of(output["token_ids"]) < size).all()
