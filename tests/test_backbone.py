import keras
import numpy as np
import pytest

from keras_electra import ElectraBackbone, ElectraReplacedTokenDetector
from tests import tiny

DTYPES = ["float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]


def numpy_of(x):
    return keras.ops.convert_to_numpy(x)


@pytest.fixture(scope="module")
def backbone():
    return tiny.spread_weights(tiny.backbone())


def test_variable_paths_are_stable_and_speaking(backbone):
    paths = [weight.path for weight in backbone.weights]
    block = "transformer_layer_1"
    dense = [
        "attention/query",
        "attention/key",
        "attention/value",
        "attention/output_dense",
        "intermediate_dense",
        "output_dense",
    ]
    norms = ["attention_layer_norm", "output_layer_norm"]
    expected = {
        "embeddings/token_embedding/embeddings",
        "embeddings/position_embedding/embeddings",
        "embeddings/segment_embedding/embeddings",
        "embeddings/layer_norm/gamma",
        "embeddings/layer_norm/beta",
        "embeddings_projection/kernel",
        "embeddings_projection/bias",
        *(f"{block}/{name}/kernel" for name in dense),
        *(f"{block}/{name}/bias" for name in dense),
        *(f"{block}/{name}/gamma" for name in norms),
        *(f"{block}/{name}/beta" for name in norms),
    }
    first = {path.replace("layer_0", "layer_1") for path in paths}
    assert len(paths) == len(set(paths))
    assert first == expected


def test_no_projection_where_sizes_agree():
    backbone = tiny.backbone(embedding_dim=None)
    assert backbone.embedding_dim == backbone.hidden_dim
    assert backbone.embeddings_projection is None


def test_padding_changes_nothing(backbone):
    x = tiny.inputs(batch=2, length=8)
    short = {name: value[1:, :7] for name, value in x.items()}
    padded = numpy_of(backbone(x))[1, :7]
    np.testing.assert_allclose(padded, numpy_of(backbone(short))[0], atol=1e-5)


def test_predict_takes_any_batch_and_length(backbone):
    for batch, length in [(1, 1), (3, 8), (2, 32)]:
        x = tiny.inputs(batch, length)
        output = backbone.predict(x, verbose=0)
        np.testing.assert_allclose(output, numpy_of(backbone(x)), atol=2e-5)
        assert output.shape == (batch, length, 16)


def test_config_round_trip(backbone):
    copy = ElectraBackbone.from_config(backbone.get_config())
    assert copy.get_config() == backbone.get_config()
    assert copy.num_heads == 2


def test_keras_file_round_trip(backbone, tmp_path):
    backbone.save(tmp_path / "backbone.keras")
    copy = keras.models.load_model(tmp_path / "backbone.keras")
    assert type(copy) is ElectraBackbone
    for mine, theirs in zip(backbone.weights, copy.weights, strict=True):
        np.testing.assert_array_equal(numpy_of(mine), numpy_of(theirs))


def test_details_agree_with_the_output(backbone):
    x = tiny.inputs()
    details = backbone.call_with_details(**x)
    expected = numpy_of(backbone(x))
    np.testing.assert_allclose(
        numpy_of(details["sequence_output"]), expected, atol=2e-5
    )
    assert len(details["hidden_states"]) == backbone.num_layers + 1
    attentions = details["attentions"]
    assert [a.shape for a in attentions] == [(3, 2, 8, 8)] * 2
    for weights in attentions:
        weights = numpy_of(weights)
        np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
        assert np.abs(weights[2, :, :, 6:]).max() == 0  # Padding.


def test_details_as_a_functional_model(backbone, tmp_path):
    positions = keras.Input((None,), dtype="int32", name="position_ids")
    details = backbone.call_with_details(
        **backbone.input, position_ids=positions
    )
    view = keras.Model({**backbone.input, "position_ids": positions}, details)
    x = tiny.inputs()
    ids = np.broadcast_to(np.arange(8, dtype="int32")[::-1], (3, 8))
    outputs = view.predict({**x, "position_ids": ids}, verbose=0)
    direct = backbone.call_with_details(**x, position_ids=ids)
    for name, values in outputs.items():
        for mine, other in zip(
            keras.tree.flatten(values),
            keras.tree.flatten(direct[name]),
            strict=True,
        ):
            np.testing.assert_allclose(mine, numpy_of(other), atol=2e-5)


def test_details_with_embeddings_of_ones_own(backbone):
    x = tiny.inputs()
    words = numpy_of(backbone.token_embedding(x["token_ids"]))
    details = backbone.call_with_details(
        input_embeddings=words,
        segment_ids=x["segment_ids"],
        padding_mask=x["padding_mask"],
    )
    np.testing.assert_allclose(
        numpy_of(details["sequence_output"]), numpy_of(backbone(x)), atol=2e-5
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_low_precision_is_close_and_finite(backbone, dtype):
    low = tiny.backbone(dtype=dtype)
    for mine, theirs in zip(low.weights, backbone.weights, strict=True):
        mine.assign(numpy_of(theirs))
    x = tiny.inputs()
    x["padding_mask"][2] = 0  # A row of padding alone.
    output = numpy_of(low(x)).astype("float32")
    assert np.isfinite(output).all()
    tolerance = 0.03 if "bfloat16" not in dtype else 0.3
    expected = numpy_of(backbone(x))
    assert np.abs(output[0] - expected[0]).max() < tolerance
    assert low.compute_dtype in dtype


def test_every_kernel_starts_from_numbers_of_its_own():
    kernels = [
        numpy_of(weight).ravel()[:16]
        for weight in tiny.backbone().weights
        if weight.name in ("kernel", "embeddings")
    ]
    for i, first in enumerate(kernels):
        for second in kernels[i + 1 :]:
            assert np.abs(first - second).max() > 1e-4


def test_initializer_range():
    weights = tiny.backbone(hidden_dim=64, initializer_range=0.1).weights
    kernel = next(w for w in weights if w.path.endswith("query/kernel"))
    assert 0.07 < numpy_of(kernel).std() < 0.11


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_rematerialization_gives_the_same_training_step(dropout):
    steps = []
    for mode in (None, "full"):
        keras.utils.set_random_seed(0)
        with keras.RematScope(mode):
            backbone = tiny.backbone(dropout=dropout)
        tiny.spread_weights(backbone, 0.1)
        backbone.compile(keras.optimizers.SGD(0.1), "mse")
        x = tiny.inputs()
        y = np.zeros((3, 8, 16), "float32")
        backbone.train_on_batch(x, y)
        steps.append([numpy_of(weight) for weight in backbone.weights])
    for plain, remat in zip(*steps, strict=True):
        np.testing.assert_allclose(plain, remat, atol=1e-6)


def test_lora_trains_adapters_alone_and_keeps_them(tmp_path):
    backbone = tiny.spread_weights(tiny.backbone())
    before = numpy_of(backbone(tiny.inputs()))
    backbone.enable_lora(2)
    names = {weight.name for weight in backbone.trainable_weights}
    # Biases of the adapted layers stay trainable in Keras.
    assert names == {"lora_kernel_a", "lora_kernel_b", "bias"}
    adapted = [w for w in backbone.trainable_weights if "lora" in w.name]
    assert len(adapted) == 2 * 2 * backbone.num_layers
    np.testing.assert_allclose(
        numpy_of(backbone(tiny.inputs())), before, atol=1e-6
    )
    for weight in adapted:
        weight.assign(np.full(weight.shape, 0.1, "float32"))
    after = numpy_of(backbone(tiny.inputs()))
    assert np.abs(after - before).max() > 1e-2
    path = str(tmp_path / "adapters.lora.h5")
    backbone.save_lora_weights(path)
    copy = tiny.spread_weights(tiny.backbone())
    copy.load_lora_weights(path)
    np.testing.assert_allclose(numpy_of(copy(tiny.inputs())), after, atol=1e-6)


def test_layer_names_that_lora_looks_for():
    names = tiny.backbone().default_lora_layer_names()
    assert {"query", "value"} <= set(names)


@pytest.mark.parametrize(
    "sizes, message",
    [
        ({"num_heads": 3}, "must be divisible by `num_heads`"),
        ({"num_layers": 0}, "`num_layers` must be a positive integer"),
        ({"hidden_dim": 16.0}, "`hidden_dim` must be a positive integer"),
        ({"vocabulary_size": True}, "`vocabulary_size` must be a positive"),
        ({"activation": "swish2"}, "`activation` must be one of"),
    ],
)
def test_impossible_sizes(sizes, message):
    with pytest.raises(ValueError, match=message):
        tiny.backbone(**sizes)


@pytest.mark.parametrize("name", ["token_ids", "segment_ids"])
def test_ids_beyond_the_tables_are_refused(backbone, name):
    x = tiny.inputs()
    with pytest.raises(ValueError, match=f"`{name}` must lie in"):
        backbone({**x, name: x[name] + 100})


def test_positions_beyond_the_table_are_refused(backbone):
    x = tiny.inputs()
    with pytest.raises(ValueError, match="`position_ids` must lie in"):
        backbone.call_with_details(**x, position_ids=x["token_ids"] * 0 + 32)


# === Activations ===
@keras.saving.register_keras_serializable(package="tests")
def cubed(x):
    return x * x * x / 8.0


@pytest.mark.parametrize("function", [cubed, keras.activations.mish])
def test_a_function_as_activation(function, tmp_path):
    task = ElectraReplacedTokenDetector(tiny.backbone(activation=function))
    tiny.spread_weights(task)
    x = tiny.inputs()
    expected = numpy_of(task(x))
    plain = ElectraReplacedTokenDetector(tiny.backbone())
    plain.set_weights(task.get_weights())
    assert np.abs(numpy_of(plain(x)) - expected).max() > 1e-2
    task.optimizer.build(task.trainable_variables)
    task.save(tmp_path / "task.keras")
    task.save_to_preset(tmp_path / "preset")
    for copy in (
        keras.models.load_model(tmp_path / "task.keras"),
        ElectraReplacedTokenDetector.from_preset(tmp_path / "preset"),
    ):
        assert copy.backbone.activation is function
        np.testing.assert_allclose(numpy_of(copy(x)), expected, atol=1e-6)
    with pytest.raises(ValueError, match="`activation` must be one of.*gelu"):
        task.export_to_transformers(tmp_path / "out")


def test_a_function_that_is_not_registered():
    def local(x):
        return x

    for function in (local, lambda x: x):
        with pytest.raises(ValueError, match="must be registered.*Decorate"):
            tiny.backbone(activation=function)


@pytest.mark.parametrize("activation", [{}, None, 3])
def test_what_is_no_activation(activation):
    with pytest.raises(ValueError, match="`activation` must be one of"):
        tiny.backbone(activation=activation)
