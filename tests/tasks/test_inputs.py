"""What every task says to inputs, labels and weights that are not right."""

import warnings

import keras
import numpy as np
import pytest

from tests import contracts, tiny
from tests.tasks import columns
from tests.tasks.test_contracts import Ready, predict

CASES = {case.name: case for case in contracts.cases()}
WITHOUT_CLASSES = [
    "multi_label",
    "regression",
    "text_embedder",
    "multiple_choice",
    "question_answerer",
]


@pytest.fixture(scope="module", params=CASES)
def built(request):
    """A case and its task, built and compiled once."""
    case = CASES[request.param]
    return case, case.make()


def ready(case, task):
    """Two rows of ready tensors and their labels."""
    x = case.pack(task, case.texts[:2])
    if case.ready_labels is None:
        return x, np.array([0, 1])
    if "mask_positions" in x:
        return x, np.ones(x["mask_positions"].shape, "int32")
    return x, case.ready_labels(x)


def weights_of(task):
    return [keras.ops.convert_to_numpy(weight) for weight in task.weights]


def assert_unchanged(task, before):
    for weight, old in zip(weights_of(task), before, strict=True):
        np.testing.assert_array_equal(weight, old)


# === Names of inputs ===


@pytest.mark.parametrize(
    "name, hint",
    [
        ("attention_mask", "`attention_mask` is `padding_mask` here"),
        ("token_type_ids", "`token_type_ids` is `segment_ids` here"),
        ("input_ids", "`input_ids` is `token_ids` here"),
        ("encoder_attention_mask", "is `encoder_padding_mask` here"),
        ("position_ids", "is an argument of `call_with_details`"),
        ("labels", "is the argument `y`"),
        ("length", "Leave them out"),
    ],
)
def test_unknown_inputs_are_named(built, name, hint):
    case, task = built
    x, y = ready(case, task)
    x[name] = x["padding_mask"]
    before = weights_of(task)
    message = rf"unknown inputs \['{name}'\].*{hint}"
    for call in (
        lambda: predict(task, x),
        lambda: task.fit(x, y, verbose=0),
        lambda: task.evaluate(x, y, verbose=0),
        lambda: task.preprocess_samples(x, y),
        lambda: task(x),
        lambda: task.predict(Ready((x,)), verbose=0),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    assert_unchanged(task, before)


def test_unknown_inputs_in_data_sets(built):
    case, task = built
    x, y = ready(case, task)
    wrong = Ready(({**x, "attention_mask": x["padding_mask"]}, y))
    preprocessor, task.preprocessor = task.preprocessor, None
    try:
        # TensorFlow wraps what a data set raises in an error of its own.
        with pytest.raises(Exception, match="`attention_mask` is `padding_ma"):
            task.fit(wrong, verbose=0)
        with pytest.raises(Exception, match="`attention_mask` is `padding_ma"):
            task.predict(wrong, verbose=0)
    finally:
        task.preprocessor = preprocessor


def test_unknown_inputs_of_a_backbone():
    x = tiny.inputs()
    with pytest.raises(ValueError, match="`attention_mask` is `padding_mask`"):
        tiny.backbone()({**x, "attention_mask": x["padding_mask"]})


def test_inputs_of_another_library_alone(built):
    """Without `token_ids` a dict is not text either."""
    case, task = built
    x, _ = ready(case, task)
    with pytest.raises(ValueError, match="`input_ids` is `token_ids` here"):
        predict(task, {"input_ids": x["token_ids"]})
    with pytest.raises(ValueError, match="must hold `token_ids`"):
        predict(task, {"padding_mask": x["padding_mask"]})


def test_unknown_inputs_of_generation():
    task = CASES["causal_lm"].make()
    with pytest.raises(ValueError, match="`attention_mask` is `padding_mask`"):
        task.generate({"prompts": ["a"], "attention_mask": [[1]]})
    with pytest.raises(ValueError, match="`input_ids` is `token_ids` here"):
        task.generate({"input_ids": np.array([[2, 5]])})


# === Numbers of inputs ===
OUT_OF_RANGE = {
    "token_ids": r"`token_ids` must lie in \[0, 81\)",
    "segment_ids": r"`segment_ids` must lie in \[0, 2\)",
    "padding_mask": "`padding_mask` must be 1 for a token",
    "mask_positions": r"lie in \[0, ",
}


def test_ids_are_compared_before_they_become_int32(built):
    """2 ** 32 + 21 is 21 in 32 bits."""
    case, task = built
    x, _ = ready(case, task)
    for name in x:
        wrong = {**x, name: x[name].astype("int64") + 2**32}
        with pytest.raises(ValueError, match=OUT_OF_RANGE[name]):
            predict(task, wrong)


def stream(*item):
    """One batch as a `tf.data` data set."""
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensors(item if len(item) > 1 else item[0])


@pytest.mark.parametrize(
    "data_set", [lambda *item: Ready(item), stream], ids=["PyDataset", "tf"]
)
def test_ids_in_data_sets_are_compared_too(built, data_set):
    case, task = built
    x, y = ready(case, task)
    before = weights_of(task)
    preprocessor = task.preprocessor
    for task.preprocessor in (preprocessor, None):
        for name in x:
            wrong = {**x, name: x[name].astype("int64") + 2**32}
            for call in (
                lambda: task.fit(data_set(wrong, y), verbose=0),  # noqa: B023
                lambda: task.predict(data_set(wrong), verbose=0),  # noqa: B023
            ):
                # TensorFlow wraps what a data set raises in its own errors.
                with pytest.raises(Exception, match=OUT_OF_RANGE[name]):
                    call()
        wrong = {**x, "token_ids": x["token_ids"].astype("float32")}
        with pytest.raises(Exception, match="`token_ids` must hold integers"):
            task.predict(data_set(wrong), verbose=0)
        wrong = {**x, "segment_ids": x["segment_ids"][..., :-1]}
        with pytest.raises(Exception, match="`segment_ids` must have the sha"):
            task.predict(data_set(wrong), verbose=0)
    assert_unchanged(task, before)
    # Inputs that are left out get their defaults, as in memory.
    only = {name: x[name] for name in x if name != "segment_ids"}
    expected = task.predict(only, verbose=0)
    found = task.predict(data_set(only), verbose=0)
    task.preprocessor = preprocessor
    keras.tree.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, atol=2e-5),
        found,
        expected,
    )


@pytest.mark.parametrize(
    "name, wrong, message",
    [
        ("single_label", 2, r"Labels must lie in \[0, 2\)"),
        ("single_label", 0.5, r"Labels must lie in \[0, 2\)"),
        ("multi_label", 7.0, r"multi-label classifier must lie in \[0, 1\]"),
        ("multi_label", np.nan, r"multi-label classifier must lie in \[0, 1\]"),
        ("regression", np.nan, "Labels of a regression must be finite"),
        ("text_embedder", np.inf, "`y` must hold finite numbers"),
        (
            "token_classifier",
            99,
            r"Labels must be class ids in \[0, 3\), or -1",
        ),
        (
            "token_classifier",
            -1,
            r"Labels must be class ids in \[0, 3\), or -1",
        ),
        ("replaced_token_detector", 7, r"Labels must be 0, 1 or -100"),
        ("masked_lm", 81, r"Labels must be token ids in \[0, 81\), or -100"),
        ("causal_lm", 81, r"Labels must be the token after each, or -100"),
        ("multiple_choice", 99, "the right choices, integers from 0 and below"),
        ("multiple_choice", -1, "the right choices, integers from 0 and below"),
    ],
)
def test_labels_in_streams_of_ready_tensors(name, wrong, message):
    case = CASES[name]
    task = case.make()
    x, y = ready(case, task)
    if name == "text_embedder":
        y = np.ones((2, 16), "float32")
    y = np.array(y, np.result_type(y, type(wrong)))
    task.fit(stream(x, y), verbose=0)
    if task.label_kind == "token":
        y[0, 0] = -100
        expected = task.evaluate(x, y, verbose=0)
        found = task.evaluate(stream(x, y), verbose=0)
        np.testing.assert_allclose(found, expected, rtol=1e-4)
        with pytest.raises(Exception, match="Labels must be"):
            task.fit(stream(x, y[:, :-1]), verbose=0)
    y.flat[-1] = wrong
    before = weights_of(task)
    for call in (task.fit, task.evaluate):
        with pytest.raises(Exception, match=message):
            call(stream(x, y), verbose=0)
    assert_unchanged(task, before)


def test_lengths_in_streams_of_ready_tensors():
    """Also where TensorFlow does not know them before."""
    tf = pytest.importorskip("tensorflow")
    case = CASES["single_label"]
    task = case.make()
    limit = task.backbone.max_sequence_length
    spec = {"token_ids": tf.TensorSpec((None, None), "int64")}
    for length in (limit, limit + 1):
        x = {"token_ids": np.full((2, length), 5)}
        for data in (
            stream(x),
            tf.data.Dataset.from_generator(
                lambda: iter([x]),  # noqa: B023
                output_signature=spec,
            ),
        ):
            if length == limit:
                assert task.predict(data, verbose=0).shape == (2, 2)
                continue
            with pytest.raises(Exception, match="Sequences must not be longer"):
                task.predict(data, verbose=0)


def test_encoder_states_in_streams():
    pytest.importorskip("tensorflow")
    case = CASES["causal_lm"]
    task = case.make(add_cross_attention=True)
    x, _ = task.preprocessor(case.texts[:2])[:2]
    x["encoder_hidden_states"] = np.ones((2, 3, 16), "float32")
    expected = task.predict(Ready((x,)), verbose=0)
    found = task.predict(stream(x), verbose=0)
    np.testing.assert_allclose(found, expected, atol=2e-5)
    for name, wrong, message in (
        ("encoder_padding_mask", np.full((2, 3), 5), "must be 1 for a token"),
        (
            "encoder_hidden_states",
            np.full((2, 3, 16), np.nan),
            "`encoder_hidden_states` must hold finite",
        ),
    ):
        with pytest.raises(Exception, match=message):
            task.predict(stream({**x, name: wrong}), verbose=0)
    del x["encoder_hidden_states"]
    with pytest.raises(ValueError, match="must be given to a decoder with"):
        task.predict(stream(x), verbose=0)


def test_labels_are_compared_before_they_become_int32():
    task = CASES["token_classifier"].make()
    x, y = task.preprocessor([["good", "food"]], y=[[1, 2**32 + 1]])
    with pytest.raises(ValueError, match="Labels must be class ids in"):
        task.fit(x, y, verbose=0)
    case = CASES["question_answerer"]
    task = case.make()
    x, _ = ready(case, task)
    # Beyond the end: a label that the loss ignores.
    y = {name: np.array([2**32 + 1, 2]) for name in ("start", "end")}
    capped = {name: np.array([2**31 - 1, 2]) for name in ("start", "end")}
    np.testing.assert_allclose(
        task.evaluate(x, y, verbose=0), task.evaluate(x, capped, verbose=0)
    )


def test_a_padding_mask_is_no_attention_bias(built):
    case, task = built
    x, _ = ready(case, task)
    with pytest.raises(ValueError, match="must be 1 for a token.*from -9 to 0"):
        predict(task, {**x, "padding_mask": (x["padding_mask"] - 1) * 9})


def test_no_rows_and_no_tokens(built):
    case, task = built
    x, y = ready(case, task)
    for empty in (
        {name: array[:0] for name, array in x.items()},
        {name: array[..., :0] for name, array in x.items()},
    ):
        for call in (
            lambda: predict(task, empty),  # noqa: B023
            lambda: task.fit(empty, y, verbose=0),  # noqa: B023
            lambda: task.evaluate(empty, y, verbose=0),  # noqa: B023
        ):
            with pytest.raises(ValueError, match="at least one row, and at le"):
                call()
    with pytest.raises(ValueError, match="must hold at least one text"):
        case.ask(task, *([] for _ in case.asked))
    if case.labels is not None:
        with pytest.raises(ValueError, match="must"):
            task.fit([], [], verbose=0)


def test_labels_of_no_rows_are_described():
    """The error messages themselves failed on empty arrays."""
    for name in ("token_classifier", "replaced_token_detector", "causal_lm"):
        case = CASES[name]
        task = case.make()
        x, y = ready(case, task)
        with pytest.raises(ValueError, match=r"shape \(0, "):
            task.fit(x, y[:0], verbose=0)
    case = CASES["masked_lm"]
    task = case.make()
    x, y = ready(case, task)
    with pytest.raises(ValueError, match=r"shape \(2, 0\)"):
        task.fit(x, y[:, :0], verbose=0)
    x["mask_positions"] = x["mask_positions"][:1, :0]
    with pytest.raises(ValueError, match=r"must have 2 rows.*shape \(1, 0\)"):
        predict(task, x)
    with pytest.raises(ValueError, match="Labels must be the numbers of the"):
        CASES["multiple_choice"].make().fit(
            CASES["multiple_choice"].texts, [], verbose=0
        )


# === Weights of samples and of classes ===


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_sample_weights_must_be_finite(built, value):
    """A single one would make every weight of the model NaN."""
    case, task = built
    x, y = ready(case, task)
    texts, labels = case.first(2)
    weights = np.array([1.0, value])
    before = weights_of(task)
    message = rf"`sample_weight` must hold finite numbers. Received: {value} at"
    for call in (
        lambda: task.fit(x, y, sample_weight=weights, verbose=0),
        lambda: task.evaluate(x, y, sample_weight=weights, verbose=0),
        lambda: task.fit(texts, labels, sample_weight=weights, verbose=0),
        lambda: task.evaluate(texts, labels, sample_weight=weights, verbose=0),
        lambda: task.fit(x, y, validation_data=(x, y, weights), verbose=0),
        lambda: task.preprocess_samples(x, y, weights),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(Exception, match="`sample_weight` must hold finite"):
        task.fit(Ready((x, y, weights)), verbose=0)
    with pytest.raises(ValueError, match="must hold finite numbers"):
        task.fit(texts, labels, sample_weight=["a", "b"], verbose=0)
    assert_unchanged(task, before)


def test_sample_weights_of_streams_must_be_finite():
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_text")
    task = CASES["single_label"].make()
    before = weights_of(task)
    stream = tf.data.Dataset.from_tensor_slices(
        (["a", "b"], [0, 1], np.array([1, np.nan], "float32"))
    ).batch(2)
    with pytest.raises(Exception, match="`sample_weight` must hold finite"):
        task.fit(stream, verbose=0)
    assert_unchanged(task, before)


def test_sample_weights_have_one_shape(built):
    case, task = built
    x, y = ready(case, task)
    texts, labels = case.first(2)
    before = weights_of(task)
    message = "`sample_weight` must hold one weight for each sample"
    wrong = np.ones((2, 2), "float32")
    for call in (
        lambda: task.fit(x, y, sample_weight=wrong, verbose=0),
        lambda: task.evaluate(x, y, sample_weight=wrong, verbose=0),
        lambda: task.fit(x, y, sample_weight=wrong[0, :1], verbose=0),
        lambda: task.fit(x, y, sample_weight=wrong[0, 0], verbose=0),
        lambda: task.fit(texts, labels, sample_weight=wrong, verbose=0),
        lambda: task.fit(x, y, validation_data=(x, y, wrong), verbose=0),
        lambda: task.preprocess_samples(x, y, wrong),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(Exception, match=message):
        task.fit(Ready((x, y, wrong)), verbose=0)
    if task.num_label_classes is not None:
        for data in ((x, y), (texts, labels)):
            with pytest.raises(ValueError, match=message):
                task.fit(
                    *data, sample_weight=wrong, class_weight={0: 2.0}, verbose=0
                )
    assert_unchanged(task, before)
    if task.label_kind == "token":
        with pytest.raises(ValueError, match=r"each label, shape \(2,\) or"):
            task.fit(x, y, sample_weight=wrong, verbose=0)
        # Not the shared task: TensorFlow compiles a step for known ranks.
        task, weights = case.make(), np.ones(y.shape)
        assert task.evaluate(x, y, sample_weight=weights, verbose=0)


def test_sample_weights_of_streams_have_one_shape():
    pytest.importorskip("tensorflow")
    message = "`sample_weight` must hold one weight for each sample"
    for name in ("single_label", "token_classifier"):
        case = CASES[name]
        task = case.make()
        x, y = ready(case, task)
        with pytest.raises(ValueError, match=message):
            task.fit(stream(x, y, np.ones((2, 2))), verbose=0)
        for shape in ((2,), y.shape if y.ndim > 1 else (2, 1)):
            task.fit(stream(x, y, np.ones(shape, "float32")), verbose=0)


def test_sample_weights_in_bfloat16():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    case = CASES["single_label"]
    task = case.make()
    x, y = ready(case, task)
    weights = np.array([0.5, 2.0], "float32")
    expected = task.evaluate(x, y, sample_weight=weights, verbose=0)
    short = weights.astype(ml_dtypes.bfloat16)
    for given in (short, keras.ops.convert_to_tensor(weights, "bfloat16")):
        found = task.evaluate(x, y, sample_weight=given, verbose=0)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    short[1] = np.nan
    with pytest.raises(ValueError, match="must hold finite numbers"):
        task.evaluate(x, y, sample_weight=short, verbose=0)


def test_vectors_to_learn_must_be_finite():
    task = CASES["text_embedder"].make()
    y = np.ones((2, 16))
    y[1, 3] = np.nan
    with pytest.raises(ValueError, match=r"`y` must hold .* at \[1, 3\]"):
        task.fit(["a", "b"], y, verbose=0)


@pytest.mark.parametrize("name", WITHOUT_CLASSES)
def test_class_weight_needs_classes(name):
    case = CASES[name]
    task = case.make()
    x, y = ready(case, task)
    for data in ((x, y), case.first(4), (Ready((x, y)),)):
        with pytest.raises(ValueError, match="labels that are classes"):
            task.fit(*data, class_weight={0: 2.0}, verbose=0)


@pytest.mark.parametrize(
    "class_weight, message",
    [
        ({9999: 2.0}, "with the key 9999"),
        ({-1: 2.0}, "with the key -1"),
        ({"nobody": 2.0}, "with the key 'nobody'"),
        ({0.5: 2.0}, "with the key 0.5"),
        ({0: np.nan}, "finite numbers, and not negative. Received: nan"),
        ({0: -1.0}, "finite numbers, and not negative. Received: -1.0"),
        ({0: "2"}, "finite numbers, and not negative. Received: '2'"),
        ([1.0, 2.0], "must be a dict .* Received: list"),
        ("balanced", "must be a dict .* Received: str"),
    ],
)
def test_class_weight_is_of_classes(built, class_weight, message):
    case, task = built
    if task.num_label_classes is None:
        message = "labels that are classes"
    with pytest.raises(ValueError, match=message):
        task.fit(*case.first(4), class_weight=class_weight, verbose=0)


# === Outputs ===


def test_outputs_that_are_not_finite(built):
    """No label, entity or answer has the score NaN."""
    case, _ = built
    task = case.make()
    assert case.ask(task, *case.asked)
    for weight in task.weights:
        if np.issubdtype(np.dtype(weight.dtype), np.floating):
            weight.assign(np.full(weight.shape, np.nan))
    with pytest.raises(ValueError, match="outputs of the model must be finite"):
        case.ask(task, *case.asked)


def test_float16_overflows_with_a_message():
    case = CASES["single_label"]
    task = case.make(dtype="float16")
    task.logits_dense.bias.assign([6e4, 6e4])
    task.logits_dense.kernel.assign(np.full((16, 2), 6e4))
    with pytest.raises(ValueError, match="float16 overflowed"):
        task.classify(case.texts)
    assert not np.isfinite(predict(task, case.texts)).all()


def test_vectors_to_compare_must_be_finite():
    task = CASES["text_embedder"].make()
    with pytest.raises(ValueError, match=r"`second` must hold finite"):
        task.similarity([[1.0, 2.0]], [[1.0, np.nan]])


# === Precision ===


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_fit_warns_of_weights_that_are_too_coarse(dtype):
    case = CASES["single_label"]
    task = case.make(dtype=dtype)
    with pytest.warns(UserWarning, match=f'dtype="mixed_{dtype}"'):
        task.fit(*case.first(4), verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        task.evaluate(*case.first(4), verbose=0)
        case.make(dtype=f"mixed_{dtype}").fit(*case.first(4), verbose=0)


# === Columns ===


@pytest.mark.parametrize("kind", columns.KINDS)
def test_texts_and_labels_in_columns(built, kind):
    case, task = built
    if case.name == "causal_lm":
        task.compile(sampler="greedy")
    texts, labels = case.texts, case.labels
    expected = predict(task, texts)
    x = kind(texts)
    if case.in_pairs:
        x = tuple(map(kind, zip(*texts, strict=True)))
    np.testing.assert_array_equal(predict(task, x), expected)
    y = None if labels is None else kind(labels)
    # Other tokens are hidden at every call.
    if case.name != "masked_lm":
        on_list = task.evaluate(texts, labels, batch_size=7, verbose=0)
        on_columns = task.evaluate(x, y, batch_size=7, verbose=0)
        np.testing.assert_allclose(on_columns, on_list, rtol=1e-5)
    task.fit(
        x,
        y,
        sample_weight=kind([1.0] * len(texts)),
        validation_split=0.5,
        verbose=0,
    )
    asked = case.asked
    assert case.ask(task, *map(kind, asked)) == case.ask(task, *asked)


def test_generators_for_high_level_methods(built):
    case, task = built
    if case.name == "causal_lm":
        task.compile(sampler="greedy")
    expected = case.ask(task, *case.asked)
    assert case.ask(task, *map(iter, case.asked)) == expected


def test_words_in_columns():
    task = CASES["token_classifier"].make()
    words = [["good", "food"], ["the", "fox", "jumps"]]
    labels = [["O", "B-X"], ["O", "I-X", "O"]]
    expected = task.tag(words, ignore_labels=())
    on_list = task.evaluate(words, labels, verbose=0)
    for kind in columns.KINDS:
        assert task.tag(kind(words), ignore_labels=()) == expected
        np.testing.assert_array_equal(
            predict(task, kind(words)), predict(task, words)
        )
        on_columns = task.evaluate(kind(words), kind(labels), verbose=0)
        np.testing.assert_allclose(on_columns, on_list, rtol=1e-6)
        x, y = task.preprocessor(kind(words), y=kind([[0, 1], [0, 2, 0]]))
        assert y[0, 2] == 1 and x["token_ids"].shape == y.shape


def test_columns_of_pandas():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": tiny.TEXTS, "label": tiny.LABELS})
    frame["names"] = ["good" if label else "bad" for label in tiny.LABELS]
    task = CASES["single_label"].make()
    kept = frame[frame["text"] != ""]  # Its index has a gap.
    expected = task.classify(kept["text"].to_list())
    assert task.classify(kept["text"]) == expected
    task.fit(kept["text"], kept["names"], verbose=0)
    with pytest.raises(ValueError, match=r"columns \['text', 'label', 'names'"):
        task.predict(frame)


@pytest.mark.parametrize("package", ["polars", "pyarrow", "datasets"])
def test_columns_of_other_libraries(package):
    library = pytest.importorskip(package)
    data = {"text": tiny.TEXTS, "label": tiny.LABELS}
    if package == "polars":
        table = library.DataFrame(data)
    elif package == "pyarrow":
        table = library.table(data)
    else:
        table = library.Dataset.from_dict(data)
    task = CASES["single_label"].make()
    assert task.classify(table["text"]) == task.classify(tiny.TEXTS)
    task.fit(table["text"], table["label"], verbose=0)
    with pytest.raises(ValueError, match="must be columns"):
        task.predict(table)


def test_tables_are_refused(built):
    case, task = built
    table = columns.Table(["text", "label"])
    for call in (
        lambda: predict(task, table),
        lambda: task.fit(table, case.labels, verbose=0),
        lambda: task.fit(case.texts, table, verbose=0),
    ):
        with pytest.raises(ValueError, match=r"columns \['text', 'label'\]"):
            call()


# === Names of arguments ===


def test_arguments_of_transformers_are_named(built, tmp_path):
    _, task = built
    cls = type(task)
    if hasattr(task, "class_names"):
        with pytest.raises(TypeError, match="`num_labels` is `num_classes` he"):
            cls(tiny.backbone(), num_labels=3)
        with pytest.raises(TypeError, match="`id2label` is `class_names` here"):
            cls(tiny.backbone(), num_classes=1, id2label={0: "a"})
    task.save_to_preset(tmp_path / "preset")
    with pytest.raises(TypeError, match="`num_labels` is `num_classes` here"):
        cls.from_preset(tmp_path / "preset", num_labels=3)


# === Streams ===


@pytest.fixture(scope="module")
def tf():
    pytest.importorskip("tensorflow_text")
    return pytest.importorskip("tensorflow")


def test_names_of_classes_in_tf_data(tf):
    case = CASES["single_label"]
    task = case.make()
    names = [task.class_names[label] for label in case.labels]
    by_name, by_id = (
        tf.data.Dataset.from_tensor_slices((case.texts, labels)).batch(7)
        for labels in (names, case.labels)
    )
    assert task.evaluate(by_name, verbose=0) == task.evaluate(by_id, verbose=0)
    task.fit(by_name, validation_data=by_name, verbose=0)
    wrong = tf.data.Dataset.from_tensor_slices((["a"], ["ugly"])).batch(1)
    with pytest.raises(Exception, match="must be among"):
        task.fit(wrong, verbose=0)


@pytest.mark.parametrize("name", ["multi_label", "regression", "masked_lm"])
def test_names_in_tf_data_where_there_are_no_classes(tf, name):
    task = CASES[name].make()
    stream = tf.data.Dataset.from_tensor_slices((["a"], ["good"])).batch(1)
    with pytest.raises(ValueError, match="must be numbers inside a TensorFlow"):
        task.fit(stream, verbose=0)


def test_tf_data_must_be_batched(built, tf):
    case, task = built
    x, y = ready(case, task)
    streams = [tf.data.Dataset.from_tensor_slices((x, y))]
    columns_of = (case.texts,)
    if case.in_pairs:
        columns_of = tuple(map(list, zip(*case.texts, strict=True)))
    texts = columns_of if case.in_pairs else case.texts
    streams.append(tf.data.Dataset.from_tensor_slices((texts, [0] * 7)))
    for stream in streams:
        with pytest.raises(ValueError, match="`dataset.batch"):
            task.fit(stream, verbose=0)
        with pytest.raises(ValueError, match="`dataset.batch"):
            task.predict(stream, verbose=0)


def test_elements_of_data_sets_must_be_batches():
    task = CASES["single_label"].make()
    with pytest.raises(Exception, match="`dataset.batch"):
        task.fit(Ready(("a text", 1)), verbose=0)
    with pytest.raises(Exception, match="`dataset.batch"):
        task.evaluate(Ready(("a text", 1)), verbose=0)


def test_labels_of_several_classes_name_the_problem_type(tf):
    task = CASES["single_label"].make()
    y = np.eye(2, dtype="float32")[CASES["single_label"].labels]
    with pytest.raises(ValueError, match='`problem_type="multi_label"`'):
        task.fit(tiny.TEXTS, y, verbose=0)
    x = task.preprocessor(tiny.TEXTS)
    with pytest.raises(ValueError, match='`problem_type="multi_label"`'):
        task.fit(x, y, verbose=0)
    stream = tf.data.Dataset.from_tensor_slices((tiny.TEXTS, y)).batch(7)
    with pytest.raises(ValueError, match='`problem_type="multi_label"`'):
        task.fit(stream, verbose=0)
    # A loss of one's own may want them.
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    task.compile(loss=loss, metrics=[])
    task.fit(tiny.TEXTS, y, class_weight={"good": 2.0}, verbose=0)


class OneColumnTable:
    """A data frame: its columns have no truth value."""

    def __init__(self):
        self.columns = np.array(["text", "label"])


def test_tables_are_refused_with_their_columns():
    task = CASES["single_label"].make()
    with pytest.raises(ValueError, match=r"columns \['text', 'label'\]"):
        task.classify(OneColumnTable())


@pytest.mark.parametrize("name", ["single_label", "token_classifier"])
def test_direct_calls_check_names_and_integers(name):
    task = CASES[name].make()
    x = tiny.inputs()
    for model in (task, task.backbone):
        with pytest.raises(ValueError, match="is `padding_mask` here"):
            model(
                {"token_ids": x["token_ids"], "attention_mask": x["token_ids"]}
            )
        large = {**x, "token_ids": x["token_ids"].astype("int64") + 2**32}
        with pytest.raises(
            ValueError, match="must hold 32-bit integers.*int64"
        ):
            model(large)
        nothing = {key: array[:, :0] for key, array in x.items()}
        with pytest.raises(ValueError, match="at least one token in each row"):
            model(nothing)
        halves = {**x, "token_ids": x["token_ids"] + 0.5}
        with pytest.raises(
            ValueError, match="must hold 32-bit integers.*float"
        ):
            model(halves)
