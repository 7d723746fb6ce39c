"""Multiple choice: any number of choices, padded ones, every summary."""

import keras
import numpy as np
import pytest

from keras_electra import ElectraMultipleChoice
from keras_electra import ElectraMultipleChoicePreprocessor as Preprocessor
from tests import tiny
from tests.converters.checkpoints import GOLDEN, TOLERANCE, difference

PROMPTS = ["the quick fox", "this movie is", "the dog", "food"]
CHOICES = [
    ["jumps over the lazy dog", "is great"],
    ["very good", "terrible", "not very good, is this?", "the"],
    ["jumps", "over", "fake"],
    ["good", "bad"],
]
LABELS = [0, 3, 1, 1]
ROWS = list(zip(PROMPTS, CHOICES, strict=True))


def make(sequence_length=32, **kwargs):
    task = ElectraMultipleChoice(
        tiny.backbone(),
        preprocessor=Preprocessor(
            tiny.tokenizer(), sequence_length=sequence_length
        ),
        **kwargs,
    )
    return tiny.spread_weights(task, 0.3)


@pytest.fixture(scope="module")
def task():
    return make()


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


# === The model ===
def test_each_choice_is_scored_alone(task):
    expected = []
    for prompt, choices in ROWS:
        packed = task.preprocessor(([prompt], [choices]))
        logits = numpy_of(task(packed))[0]
        assert logits.shape == (len(choices),)
        assert (logits > -1e3).all()
        expected.append(logits)
    for x in (ROWS, (PROMPTS, CHOICES)):
        together = task.predict(x, batch_size=2, verbose=0)
        assert together.shape == (4, 4)
        for row, logits in zip(together, expected, strict=True):
            np.testing.assert_allclose(row[: len(logits)], logits, atol=2e-5)
            assert (row[len(logits) :] < -1e4).all()


def test_padding_changes_nothing():
    for summary in ("first", "last", "mean", "cls_index"):
        task = make(summary_type=summary)
        (packed,) = (task.preprocessor(ROWS[:1]),)
        short = numpy_of(task(packed))
        padded = {
            name: np.pad(x, ((0, 0), (0, 1), (0, 5)))
            for name, x in packed.items()
        }
        longer = numpy_of(task(padded))
        np.testing.assert_allclose(longer[:, :2], short, atol=2e-5)
        assert longer[0, 2] < -1e4


SUMMARIES = [
    {"summary_type": "last"},
    {"summary_type": "mean", "summary_activation": "tanh"},
    {"summary_type": "cls_index", "summary_activation": ""},
    {"summary_use_proj": False, "summary_activation": "relu"},
    {"summary_last_dropout": 0.3, "summary_first_dropout": 0.2},
]


@pytest.mark.parametrize("changes", SUMMARIES)
def test_summaries_equal_transformers(tmp_path, changes):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    config = transformers.ElectraConfig.from_pretrained(
        GOLDEN / "hf" / "multiple_choice", num_hidden_layers=1
    )
    for key, value in changes.items():
        setattr(config, key, value)
    torch.manual_seed(0)
    theirs = transformers.ElectraForMultipleChoice(config).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(std=0.3)
    theirs.save_pretrained(tmp_path / "theirs")
    with pytest.warns(UserWarning, match="holds no vocabulary"):
        ours = ElectraMultipleChoice.from_preset(tmp_path / "theirs")
    assert ours.summary_counts_padding
    rng = np.random.default_rng(0)
    ids = rng.integers(5, 146, (2, 3, 12))
    mask = (np.arange(12) < rng.integers(4, 13, (2, 3, 1))).astype("int32")
    with torch.no_grad():
        expected = theirs(
            input_ids=torch.from_numpy(ids),
            attention_mask=torch.from_numpy(mask),
        ).logits.numpy()
    inputs = {
        "token_ids": ids.astype("int32"),
        "segment_ids": mask * 0,
        "padding_mask": mask,
    }
    assert difference(ours(inputs), expected) < TOLERANCE
    ours.export_to_transformers(tmp_path / "ours")
    again = transformers.ElectraForMultipleChoice.from_pretrained(
        tmp_path / "ours"
    ).eval()
    for name in ("type", "use_proj", "activation", "last_dropout"):
        key = f"summary_{name}"
        assert getattr(again.config, key) == getattr(config, key)
    with torch.no_grad():
        back = again(
            input_ids=torch.from_numpy(ids),
            attention_mask=torch.from_numpy(mask),
        ).logits.numpy()
    assert np.abs(back - expected).max() < TOLERANCE
    ours.save_to_preset(tmp_path / "preset")
    again_ours = ElectraMultipleChoice.from_preset(tmp_path / "preset")
    assert again_ours.summary_counts_padding
    assert difference(again_ours(inputs), expected) < TOLERANCE
    rate = changes.get("summary_first_dropout", 0.0)
    assert ours.summary_first_dropout == rate
    assert getattr(again.config, "summary_first_dropout", 0.0) == rate


@pytest.mark.parametrize("summary", ["last", "mean", "cls_index"])
def test_padding_that_counts_is_that_of_the_batch(summary):
    """No bucket is filled up, on whichever backend."""
    task = make(summary_type=summary, summary_counts_padding=True)
    packed = task.preprocessor(ROWS[2:3])
    longest = packed["padding_mask"].sum(-1).max()
    x = {name: value[..., :longest] for name, value in packed.items()}
    (scores,) = task.predict(ROWS[2:3], verbose=0)
    np.testing.assert_allclose(scores, numpy_of(task(x))[0], atol=2e-5)
    odds = np.exp(scores - scores.max())
    found = task.choose(PROMPTS[2], CHOICES[2])["scores"]
    np.testing.assert_allclose(found, odds / odds.sum(), atol=2e-5)
    wider = {
        name: np.pad(value, ((0, 0), (0, 0), (0, 5)))
        for name, value in x.items()
    }
    assert np.abs(numpy_of(task(wider))[0] - scores).max() > 1e-3
    losses = [
        task.evaluate(ROWS[2:3], [1], verbose=0)[0],
        task.evaluate(x, np.array([1]), verbose=0)[0],
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_padding_that_does_not_count_comes_back(tmp_path):
    task = make(summary_type="mean")
    with pytest.warns(UserWarning, match="counts padding.*'mean'"):
        task.export_to_transformers(tmp_path / "out")
    again = ElectraMultipleChoice.from_preset(tmp_path / "out")
    assert not again.summary_counts_padding
    np.testing.assert_allclose(
        again.predict(ROWS, verbose=0), task.predict(ROWS, verbose=0), atol=2e-5
    )
    make().export_to_transformers(tmp_path / "first")  # Nothing to warn of.


# === choose ===
def test_choose(task):
    results = task.choose(PROMPTS, CHOICES, batch_size=3)
    logits = task.predict(ROWS, verbose=0)
    for row, choices, scores in zip(results, CHOICES, logits, strict=True):
        assert set(row) == {"choice", "index", "score", "scores"}
        assert row["index"] == scores.argmax()
        assert row["choice"] == choices[row["index"]]
        assert len(row["scores"]) == len(choices)
        assert sum(row["scores"]) == pytest.approx(1)
        assert row["score"] == max(row["scores"])
    one = task.choose(PROMPTS[1], CHOICES[1])
    assert one["choice"] == results[1]["choice"]


@pytest.mark.parametrize(
    "prompt, choices, message",
    [
        ("a", ["b"], "at least two choices"),
        ("a", [], "at least two choices"),
        ("a", "bc", "must be given prompts and choices"),
        (["a", "b"], [["c", "d"]], "one list of choices for each prompt"),
        (["a"], ["c", "d"], "must be given prompts and choices"),
        ("a", ["b", None], "must be text"),
    ],
)
def test_choose_names_what_is_wrong(task, prompt, choices, message):
    with pytest.raises(ValueError, match=message):
        task.choose(prompt, choices)


def test_other_mistakes(task):
    with pytest.raises(ValueError, match="must be given prompts and choices"):
        task.predict(["a text"], verbose=0)
    with pytest.raises(ValueError, match="must be given prompts and choices"):
        task.predict([("a", ["b", "c"], "d")], verbose=0)
    with pytest.raises(ValueError, match="must have three axes"):
        task.predict(tiny.inputs(), verbose=0)
    with pytest.raises(ValueError, match="integers from 0"):
        task.evaluate(ROWS, [0.5] * 4, verbose=0)
    with pytest.raises(ValueError, match="number of one of the choices"):
        task.preprocessor(ROWS, y=[2, 0, 0, 0])
    preprocessor = Preprocessor(tiny.tokenizer(), num_choices=2)
    assert preprocessor.get_config()["num_choices"] == 2
    with pytest.raises(ValueError, match="Every prompt must have 2 choices"):
        preprocessor(ROWS)
    with pytest.raises(ValueError, match="mode of pooling must be one of"):
        make(summary_type="attn")
    bare = ElectraMultipleChoice(tiny.backbone())
    with pytest.raises(ValueError, match="`choose` needs a preprocessor"):
        bare.choose("a", ["b", "c"])


# === Data ===
def test_learns_and_comes_back(tmp_path):
    keras.utils.set_random_seed(0)
    task = ElectraMultipleChoice(
        tiny.backbone(dropout=0.0, attention_dropout=0.0),
        preprocessor=Preprocessor(tiny.tokenizer(), sequence_length=32),
        summary_dropout=0.0,
    )
    tiny.spread_weights(task, 0.3)
    task.compile(optimizer=keras.optimizers.Adam(1e-2))
    task.fit(ROWS, LABELS, batch_size=4, epochs=40, verbose=0)
    loss, accuracy = task.evaluate((PROMPTS, CHOICES), LABELS, verbose=0)
    assert accuracy == 1
    # Weights that leave two: the same as these two alone, but for the mean.
    weighted = task.evaluate(
        ROWS, LABELS, sample_weight=[2.0, 0.0, 0.0, 2.0], verbose=0
    )[0]
    two = task.evaluate([ROWS[0], ROWS[3]], [LABELS[0], LABELS[3]], verbose=0)
    assert weighted == pytest.approx(two[0], rel=1e-3)
    assert weighted != pytest.approx(loss, rel=1e-2)
    expected = task.predict(ROWS, verbose=0)
    task.save(tmp_path / "task.keras")
    task.save_to_preset(tmp_path / "preset")
    for copy in (
        keras.models.load_model(tmp_path / "task.keras"),
        ElectraMultipleChoice.from_preset(tmp_path / "preset"),
    ):
        np.testing.assert_allclose(
            copy.predict(ROWS, verbose=0), expected, atol=1e-5
        )
    assert copy.get_config() == {
        **task.get_config(),
        "name": copy.name,
        "backbone": copy.get_config()["backbone"],
        "preprocessor": copy.get_config()["preprocessor"],
    }


def test_streams(task):
    expected = task.predict(ROWS, verbose=0)

    class Batches(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return (ROWS[2 * index : 2 * index + 2],)

    output = task.predict(Batches(), verbose=0)
    np.testing.assert_allclose(output, expected, atol=2e-5)
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    tensors = {"x": (PROMPTS, tf.ragged.constant(CHOICES)), "y": LABELS}
    stream = tf.data.Dataset.from_tensor_slices(tensors).batch(4)
    stream = stream.map(lambda row: (row["x"], row["y"]))
    result = task.evaluate(stream, verbose=0)
    on_list = task.evaluate(ROWS, LABELS, batch_size=4, verbose=0)
    np.testing.assert_allclose(result, on_list, rtol=1e-4)
    equal = tf.data.Dataset.from_tensor_slices(
        ((PROMPTS, [row[:2] for row in CHOICES]), [0, 1, 1, 1])
    )
    assert np.isfinite(task.evaluate(equal.batch(4), verbose=0)).all()


@pytest.mark.parametrize(
    ("choices", "label", "num_choices", "message"),
    [
        (["blue"], 0, None, "at least two choices"),
        (["blue", "red"], 0, 3, "must have 3 choices"),
        (["blue", "red"], 2, None, "numbers of choices that are there"),
    ],
)
def test_streams_that_cannot_be(choices, label, num_choices, message):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    made = Preprocessor(tiny.tokenizer(), num_choices=num_choices)
    data = tf.data.Dataset.from_tensors(((["the sky"], [choices]), [label]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(data.map(made))


def test_a_column_of_labels_in_a_graph():
    """Each is compared with the choices of its own prompt."""
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    choices = tf.ragged.constant([["a", "b"], ["a", "b", "c"]])
    data = tf.data.Dataset.from_tensors(
        ((tf.constant(["x", "y"]), choices), tf.constant([[0], [2]]))
    )
    ((x, y),) = data.map(Preprocessor(tiny.tokenizer()))
    assert y.shape == (2, 1) and x["token_ids"].shape[:2] == (2, 3)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "float16"])
def test_low_precision(dtype):
    task = ElectraMultipleChoice(
        tiny.backbone(dtype=dtype), preprocessor=Preprocessor(tiny.tokenizer())
    )
    output = np.asarray(task.predict(ROWS, verbose=0), "float32")
    assert np.isfinite(output).all()
