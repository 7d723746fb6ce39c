"""Files that must not load: the error names the file and what is wrong."""

import json
import shutil

import msgpack
import numpy as np
import pytest

from keras_electra import (
    ElectraBackbone,
    ElectraQuestionAnswerer,
    ElectraTextClassifier,
    ElectraTextEmbedder,
    ElectraTokenizer,
    converters,
)
from keras_electra.converters import config_keys, readers
from keras_electra.converters.huggingface import open_huggingface
from keras_electra.converters.sentence_transformers import embedder_arguments
from keras_electra.json_file import read_text
from keras_electra.text.squad_files import read_squad
from keras_electra.tokenizer.vocabulary import train_vocabulary
from tests import tiny
from tests.converters.checkpoints import GOLDEN, SMALL_FILES, copy

HF = GOLDEN / "hf"
NAME = "encoder.layer.1.output.dense.weight"


def nan(array):
    array[0, 0] = np.nan
    return array


def infinite(array):
    array[0, 0] = -np.inf
    return array


SPOILED = {
    "NaN": (nan, "1 of 2048 numbers NaN or infinite in"),
    "infinity": (infinite, "1 of 2048 numbers NaN or infinite in"),
    "all NaN": (lambda a: a * np.nan, "2048 of 2048 numbers NaN"),
    "integers": (lambda a: a.astype("int32"), "int32 numbers in"),
    "booleans": (lambda a: a > 0, "bool numbers in"),
}


# === Numbers ===
def spoil_safetensors(path, change):
    from safetensors.numpy import load_file, save_file

    tensors = load_file(path)
    tensors[NAME] = np.ascontiguousarray(change(tensors[NAME]))
    save_file(tensors, path, {"format": "pt"})


def spoil_torch(path, change):
    torch = pytest.importorskip("torch")
    state = torch.load(path, weights_only=True)
    state[NAME] = torch.from_numpy(change(state[NAME].numpy()))
    torch.save(state, path)


def spoil_h5(path, change):
    import h5py

    with h5py.File(path, "r+") as file:
        (name,) = (
            name
            for name in readers.read_weights(path)
            if name.endswith("layer_._1/output/dense/kernel")
        )
        array = change(file[f"{name}:0"][()])
        del file[f"{name}:0"]
        file[f"{name}:0"] = array


def spoil_msgpack(path, change):
    tree = msgpack.unpackb(path.read_bytes(), strict_map_key=True)
    node = tree["encoder"]["layer"]["1"]["output"]["dense"]
    shape, dtype, content = msgpack.unpackb(node["kernel"].data)
    array = change(np.frombuffer(content, dtype).reshape(shape).copy())
    parts = [list(array.shape), array.dtype.name, array.tobytes()]
    node["kernel"] = msgpack.ExtType(1, msgpack.packb(parts))
    path.write_bytes(msgpack.packb(tree))


FILES = {
    "model.safetensors": spoil_safetensors,
    "pytorch_model.bin": spoil_torch,
    "tf_model.h5": spoil_h5,
    "flax_model.msgpack": spoil_msgpack,
}


@pytest.mark.parametrize("kind", SPOILED)
@pytest.mark.parametrize("file", FILES)
def test_numbers_that_are_no_weights(tmp_path, file, kind):
    change, message = SPOILED[kind]
    copy("backbone", tmp_path, file)
    FILES[file](tmp_path / file, change)
    with pytest.raises(ValueError, match="must be finite floating") as error:
        ElectraBackbone.from_preset(tmp_path)
    assert message in str(error.value)
    assert str(tmp_path / file) in str(error.value)
    assert "dense" in str(error.value)
    assert "ElectraBackbone" in converters.inspect(tmp_path).errors


def test_numbers_of_a_2020_checkpoint(tmp_path):
    tf = pytest.importorskip("tensorflow")
    from keras_electra.converters import tf_checkpoint

    stored = tf_checkpoint.read(GOLDEN / "tf1_small" / "model.ckpt-7")
    tensors = {name: tensor.read() for name, tensor in stored.items()}
    name = "electra/encoder/layer_1/output/dense/kernel"
    tensors[name] = nan(tensors[name].copy())
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "model.ckpt"),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )
    with pytest.raises(ValueError, match="NaN or infinite in enc.*data-00000"):
        ElectraBackbone.from_preset(tmp_path, num_heads=4)
    # The generator has no part in it.
    ElectraBackbone.from_preset(tmp_path, tower="generator")


def test_numbers_that_are_not_read_do_not_matter(tmp_path):
    copy("text_classification", tmp_path, "model.safetensors")
    from safetensors.numpy import load_file, save_file

    path = tmp_path / "model.safetensors"
    tensors = load_file(path)
    tensors["classifier.out_proj.bias"][0] = np.nan
    save_file(tensors, path, {"format": "pt"})
    ElectraBackbone.from_preset(tmp_path)
    with pytest.raises(ValueError, match="in classifier.out_proj.bias of"):
        ElectraTextClassifier.from_preset(tmp_path)


@pytest.mark.parametrize("part", ["token_embedding", "logits"])
def test_numbers_of_a_preset(tmp_path, part):
    """A run that diverged may have saved it."""
    model = ElectraTextClassifier(tiny.backbone(), 2)
    (weight,) = (
        w for w in model.weights if part in w.path and "bias" not in w.path
    )
    weight.assign(np.full(weight.shape, np.nan))
    model.save_to_preset(tmp_path / "preset")
    with pytest.raises(ValueError, match=r"NaN or infinite in .*weights\.h5"):
        ElectraTextClassifier.from_preset(tmp_path / "preset")


def test_a_preset_in_bfloat16(tmp_path):
    """Keras writes it as bytes of no type."""
    model = tiny.spread_weights(tiny.backbone(dtype="bfloat16"))
    model.save_to_preset(tmp_path / "preset")
    ElectraBackbone.from_preset(tmp_path / "preset", dtype="bfloat16")


# === Git LFS ===
POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17\n"
    "size 12345\n"
)
LFS = "Git LFS pointer to it: run `git lfs pull`.*"


@pytest.mark.parametrize("file", [*FILES, *SMALL_FILES])
def test_pointers_in_a_folder_of_transformers(tmp_path, file):
    weights = file if file in FILES else "model.safetensors"
    copy("text_classification", tmp_path, weights)
    (tmp_path / file).write_text(POINTER)
    with pytest.raises(ValueError, match=LFS + file):
        ElectraTextClassifier.from_preset(tmp_path)


@pytest.mark.parametrize("file", ["*.index", "*.data-*", "vocab.txt"])
def test_pointers_in_a_2020_checkpoint(tmp_path, file):
    shutil.copytree(GOLDEN / "tf1_small", tmp_path, dirs_exist_ok=True)
    (path,) = tmp_path.glob(file)
    path.write_text(POINTER)
    cls = ElectraTokenizer if file == "vocab.txt" else ElectraBackbone
    with pytest.raises(ValueError, match=LFS + path.name):
        cls.from_preset(tmp_path)


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    from keras_electra import ElectraTextClassifierPreprocessor

    folder = tmp_path_factory.mktemp("presets") / "preset"
    preprocessor = ElectraTextClassifierPreprocessor(tiny.tokenizer())
    model = ElectraTextClassifier(tiny.backbone(), 2, preprocessor=preprocessor)
    model.save_to_preset(folder)
    return folder


@pytest.mark.parametrize(
    "file",
    [
        "config.json",
        "task.json",
        "preprocessor.json",
        "tokenizer.json",
        "model.weights.h5",
        "task.weights.h5",
        "assets/tokenizer/vocabulary.txt",
    ],
)
def test_pointers_in_a_preset(tmp_path, preset, file):
    folder = tmp_path / "preset"
    shutil.copytree(preset, folder)
    # Where a checksum is stored, that would be noticed first.
    (folder / "metadata.json").unlink()
    (folder / file).write_text(POINTER)
    with pytest.raises(ValueError, match="Git LFS|checksum is not"):
        ElectraTextClassifier.from_preset(folder)


# === JSON of other types ===
JSON = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
]
VALUES = [None, True, 5, -1.5, "x", [], [1], {}, {"a": 1}]


def places(content, path=()):
    """Every place in a JSON document, but of pieces only two."""
    yield path
    items = content.items() if isinstance(content, dict) else ()
    if isinstance(content, list):
        items = enumerate(content)
    for key, value in list(items)[: 2 if path[-1:] == ("vocab",) else None]:
        yield from places(value, (*path, key))


def replaced(content, path, value):
    if not path:
        return value
    content = content.copy()
    content[path[0]] = replaced(content[path[0]], path[1:], value)
    return content


def spoiled_everywhere(path):
    original = json.loads(path.read_text("utf-8"))
    for place in places(original):
        for value in VALUES:
            path.write_text(json.dumps(replaced(original, place, value)))
            yield place, value
    path.write_text(json.dumps(original))


def open_all(folder):
    """All that loading does with the JSON files of a folder."""
    checkpoint = open_huggingface(folder)
    sizes = checkpoint.backbone()
    for task in (*config_keys.TASKS, "ElectraQuestionAnswerer"):
        checkpoint.task(task)
    ElectraTokenizer.from_huggingface(folder)
    return sizes


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", JSON)
@pytest.mark.parametrize("name", ["text_classification", "multiple_choice"])
def test_values_of_other_types(tmp_path, name, file):
    """Every value of every file, replaced: it loads, or the error says why."""
    copy(name, tmp_path, "model.safetensors")
    wrong = []
    for place, value in spoiled_everywhere(tmp_path / file):
        try:
            open_all(tmp_path)
        except Exception as error:
            text = f"{file} {place} {value!r}: {error!r}"
            if not isinstance(error, ValueError) or (str(tmp_path) not in text):
                wrong.append(text)
    assert not wrong, "\n".join(wrong)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", ["modules.json", "1_Pooling/config.json"])
def test_values_of_other_types_in_a_pooling(tmp_path, file):
    copy("backbone", tmp_path, "model.safetensors")
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "modules.json").write_text(
        json.dumps(
            [
                {"type": "sentence_transformers.models.Transformer"},
                {
                    "type": "sentence_transformers.models.Pooling",
                    "path": "1_Pooling",
                },
            ]
        )
    )
    (tmp_path / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_mean_tokens": True})
    )
    for _ in spoiled_everywhere(tmp_path / file):
        try:
            embedder_arguments(tmp_path)
        except (ValueError, FileNotFoundError) as error:
            assert str(tmp_path) in str(error)
    ElectraTextEmbedder.from_preset(tmp_path)


@pytest.mark.parametrize(
    "weight_map", [None, [], {"a": None}, {"a": {}}, {"a": ["b"]}]
)
def test_an_index_of_other_types(tmp_path, weight_map):
    copy("backbone", tmp_path)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(ValueError, match="weight_map|files in its own folder"):
        ElectraBackbone.from_preset(tmp_path)


# === Latin-1 ===
LATIN = "caf\u00e9".encode("latin-1")


@pytest.mark.parametrize("file", SMALL_FILES)
def test_latin_1_in_a_folder(tmp_path, file):
    copy("text_classification", tmp_path, "model.safetensors")
    (tmp_path / file).write_bytes(LATIN)
    with pytest.raises(ValueError, match=f"must be a UTF-8 file.*{file}"):
        ElectraTextClassifier.from_preset(tmp_path)


def test_latin_1_elsewhere(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"one\n" + LATIN)
    for read in (read_text, read_squad):
        with pytest.raises(ValueError, match=f"must be a UTF-8.*{path}, "):
            read(path)
    with pytest.raises(ValueError, match=f"must be UTF-8.*{path}, line 2"):
        train_vocabulary(path, 100)
    shutil.copytree(GOLDEN / "tf1_small", tmp_path / "tf1")
    (tmp_path / "tf1" / "checkpoint").write_bytes(LATIN)
    with pytest.raises(ValueError, match="must be a UTF-8.*tf1/checkpoint"):
        ElectraQuestionAnswerer.from_preset(tmp_path / "tf1")
